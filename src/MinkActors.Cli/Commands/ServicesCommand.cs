using System.CommandLine;
using MinkActors.Cli.Screen;
using MinkActors.Emulator;
using MinkActors.Emulator.Qsee;
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
            Output.Json(All);
            return ExitCode.Ok;
        }
        foreach (var system in All.GroupBy(service => service.System)) Print(system.Key, system);
        return ExitCode.Ok;
    }

    private static IReadOnlyList<ServiceDescription> All => [.. ServiceCatalog.All, .. QseeCatalog.All];

    private static void Print(string system, IEnumerable<ServiceDescription> services)
    {
        var tree = new Tree(system == "mink" ? "the emulated secure world" : $"the emulated secure world, {system}");
        foreach (var service in services)
        {
            var uid = service.Uid is { } number ? $", {(system == "mink" ? $"uid {number}" : $"id 0x{number:X}")}" : "";
            var node = tree.AddNode($"[bold]{service.Interface}[/]  [grey]{Markup.Escape(service.Provider)}{uid}[/]");
            foreach (var operation in service.Operations) node.AddNode($"{(system == "mink" ? $"{operation.Number,2}" : $"0x{operation.Number:X}")}  {Markup.Escape(operation.Name)}");
        }
        AnsiConsole.Write(tree);
    }
}
