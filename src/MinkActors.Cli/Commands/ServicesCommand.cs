using System.CommandLine;
using MinkActors.Cli.Screen;
using MinkActors.Emulator;
using Spectre.Console;

namespace MinkActors.Cli.Commands;

/// <summary>What the emulator offers: interface, uid, ops.</summary>
internal static class ServicesCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var command = new Command("services", "Lists what the emulated secure world offers: the interface, the class UID to open it by, and its operations by number.") { json };
        command.SetAction(parsed => Run(parsed.GetValue(json)));
        return command;
    }

    private static int Run(bool json)
    {
        if (json)
        {
            Output.Json(ServiceCatalog.All);
            return ExitCode.Ok;
        }
        var tree = new Tree("the emulated secure world");
        foreach (var service in ServiceCatalog.All)
        {
            var uid = service.Uid is { } number ? $", uid {number}" : "";
            var node = tree.AddNode($"[bold]{service.Interface}[/]  [grey]{Markup.Escape(service.Provider)}{uid}[/]");
            foreach (var operation in service.Operations) node.AddNode($"{operation.Number,2}  {Markup.Escape(operation.Name)}");
        }
        AnsiConsole.Write(tree);
        return ExitCode.Ok;
    }
}
