using System.IO.Pipes;
using MinkActors.Linux.Interception;

namespace MinkActors.Linux.Tests.Interception;

/// <summary>One client program run to its end on a <see cref="TestDevice"/>.</summary>
internal sealed record ClientRun(int ExitCode, string[] Lines, TestDevice Device, InterceptedCommand Command)
{
    public static Task<ClientRun> OfAsync(string body, params string[] compilerOptions) =>
        OfProgramAsync(ClientProgram.Build(body, compilerOptions), [], new InterceptionOptions());

    public static async Task<ClientRun> OfProgramAsync(string program, string[] arguments, InterceptionOptions options)
    {
        var device = new TestDevice();
        using var output = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        using var command = InterceptedCommand.Start(
            new CommandToRun
            {
                Program = program,
                Arguments = arguments,
                StandardDescriptors = [null, (int)output.ClientSafePipeHandle.DangerousGetHandle()],
            },
            device,
            options);
        output.DisposeLocalCopyOfClientHandle();
        using var reader = new StreamReader(output);
        var text = await reader.ReadToEndAsync();
        var exit = await command.Exit;
        await command.Deserted;
        return new ClientRun(exit, text.Split('\n', StringSplitOptions.RemoveEmptyEntries), device, command);
    }
}
