using System.CommandLine;
using MinkActors.Cli.Bench;
using MinkActors.Cli.Commands;

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
if (Console.IsOutputRedirected) Spectre.Console.AnsiConsole.Profile.Capabilities.Ansi = false;
return await root.Parse(args).InvokeAsync();
