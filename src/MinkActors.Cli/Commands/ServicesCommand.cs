using System.CommandLine;
using MinkActors.Cli.Screen;
using MinkActors.Cli.Services;
using MinkActors.Emulator;
using Spectre.Console;

namespace MinkActors.Cli.Commands;

/// <summary>What the emulator offers: interface, uid, ops.</summary>
internal static class ServicesCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var command = new Command("services", "Lists what the emulated secure world offers: the interface, the class UID to open it by, and each operation with its arguments in wire order.") { json };
        command.SetAction(parsed => Run(parsed.GetValue(json)));
        return command;
    }

    private static int Run(bool json)
    {
        var offers = EmulatorCatalog.Offers.Select(offer => (Offer: offer, Operations: InterfaceFiles.OperationsOf(offer.Interface))).ToList();
        if (json)
        {
            Output.Json(offers.Select(entry => new { entry.Offer.Name, entry.Offer.Uid, entry.Offer.Interface, entry.Offer.ReachedBy, operations = entry.Operations }));
            return ExitCode.Ok;
        }
        var tree = new Tree("the emulated secure world");
        foreach (var (offer, operations) in offers)
        {
            var uid = offer.Uid is { } number ? $" uid {number}" : "";
            var node = tree.AddNode($"[bold]{Markup.Escape(offer.Name)}[/]  {offer.Interface}[grey]{uid}, {Markup.Escape(offer.ReachedBy)}[/]");
            foreach (var operation in operations) node.AddNode(Markup.Escape(operation));
        }
        AnsiConsole.Write(tree);
        return ExitCode.Ok;
    }
}
