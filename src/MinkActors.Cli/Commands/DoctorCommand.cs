using System.CommandLine;
using MinkActors.Cli.Screen;
using MinkActors.Linux;
using Spectre.Console;

namespace MinkActors.Cli.Commands;

/// <summary>What this machine can do, and how to mend what it lacks.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var command = new Command("doctor", "Looks at what this machine can do for programs that use the TEE device, and says how to mend what it lacks. Exit 1 when something needed is missing.") { json };
        command.SetAction(parsed => Run(parsed.GetValue(json)));
        return command;
    }

    private static int Run(bool json)
    {
        var facts = MachineDoctor.Examine();
        if (json) Output.Json(facts.Select(fact => new { fact.Name, state = fact.State.ToString(), fact.Found, fact.Remedy }));
        else Print(facts);
        return facts.Any(fact => fact.State == FactState.Missing) ? ExitCode.Failed : ExitCode.Ok;
    }

    private static void Print(IReadOnlyList<MachineFact> facts)
    {
        var table = Output.Table("", "what", "found", "what to do");
        foreach (var fact in facts) table.AddRow(Mark(fact.State), Markup.Escape(fact.Name), Markup.Escape(fact.Found), Markup.Escape(fact.Remedy ?? ""));
        AnsiConsole.Write(table);
    }

    private static string Mark(FactState state) => state switch
    {
        FactState.Good => "[green]good[/]",
        FactState.Limited => "[yellow]limited[/]",
        FactState.Missing => "[red]missing[/]",
        _ => "[grey]info[/]",
    };
}
