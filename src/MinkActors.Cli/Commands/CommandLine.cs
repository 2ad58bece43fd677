using System.CommandLine;
using System.CommandLine.Invocation;
using MinkActors.Cli.Bench;
using MinkActors.Cli.Screen;

namespace MinkActors.Cli.Commands;

/// <summary>The whole command line: what is typed after <c>mink</c>.</summary>
internal static class CommandLine
{
    /// <summary>Does what the arguments say and returns the exit code; a command line that makes no sense is <see cref="ExitCode.Unusable"/>.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var parsed = Create().Parse(arguments);
        var code = await parsed.InvokeAsync();
        // The parser's own code for that is 1, which here means that the work was done and something in it failed.
        return parsed.Action is ParseErrorAction ? ExitCode.Unusable : code;
    }

    private static RootCommand Create()
    {
        var root = new RootCommand("""
            MinkIPC as C# actors: capabilities between a normal and a secure world, without the hardware.

            Start with:  mink demo
            """);
        root.Subcommands.Add(DemoCommand.Create());
        root.Subcommands.Add(ServicesCommand.Create());
        root.Subcommands.Add(ReplayCommand.Create());
        root.Subcommands.Add(IdlCommand.Create());
        root.Subcommands.Add(SimCommand.Create());
        root.Subcommands.Add(RunCommand.Create());
        root.Subcommands.Add(TraceCommand.Create());
        root.Subcommands.Add(UefiCommand.Create());
        root.Subcommands.Add(BenchCommand.Create());
        root.Subcommands.Add(DoctorCommand.Create());
        return root;
    }
}
