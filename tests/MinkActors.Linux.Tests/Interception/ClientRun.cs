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
        var (exit, lines, command) = await ReadAsync(program, arguments, device, options);
        return new ClientRun(exit, lines, device, command);
    }

    /// <summary>Runs a program under interception until its last descendant has gone.</summary>
    /// <returns>How it ended and what it said; the command is for its figures only.</returns>
    public static async Task<(int ExitCode, string[] Lines, InterceptedCommand Command)> ReadAsync(string program, string[] arguments, ITeeDevice device, InterceptionOptions options)
    {
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
        return (exit, text.Split('\n', StringSplitOptions.RemoveEmptyEntries), command);
    }
}
