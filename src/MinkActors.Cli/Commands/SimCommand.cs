using System.CommandLine;
using System.Globalization;
using MinkActors.Cli.Screen;
using MinkActors.Testing;
using Spectre.Console;

namespace MinkActors.Cli.Commands;

/// <summary>Runs scenarios under many seeds and faults, on one thread in virtual time.</summary>
internal static class SimCommand
{
    public static Command Create()
    {
        var scenario = new Option<string>("--scenario") { Description = "Scenario, several by a comma between, or all. --list names them.", DefaultValueFactory = _ => "all" };
        var seeds = new Option<string>("--seeds") { Description = "Seeds, as A..B or one number.", DefaultValueFactory = _ => "0..99" };
        var strategy = new Option<string>("--strategy") { Description = "mixed (random and pct in turn), random, pct, fifo, exhaustive, or replay (of --choices).", DefaultValueFactory = _ => "mixed" };
        var depth = new Option<int>("--depth") { Description = "Change points of pct; choices searched by exhaustive, behind which it is first come, first served.", DefaultValueFactory = _ => 3 };
        var faults = new Option<string>("--faults") { Description = "A plan: mixed, none, standard, hostile, a JSON file, or rules as a report prints them.", DefaultValueFactory = _ => "mixed" };
        var choices = new Option<string?>("--choices") { Description = "Replays these choices, as a report prints them." };
        var stepsMax = new Option<long>("--steps-max") { Description = "Deliveries and timers after which a run counts as one that never ends.", DefaultValueFactory = _ => new CampaignOptions().StepsMax };
        var budget = new Option<int?>("--budget") { Description = "Seconds after which no new run is started." };
        var jobs = new Option<int>("--jobs") { Description = "Threads.", DefaultValueFactory = _ => 1 };
        var shard = new Option<string>("--shard") { Description = "Which share of the seeds, as I/N from 0: results of all shares merge.", DefaultValueFactory = _ => "0/1" };
        var list = new Option<bool>("--list") { Description = "Lists the scenarios and ends." };
        var profile = new Option<bool>("--profile") { Description = "What each actor has to do: messages and waiting in virtual time, by name, without faults." };
        var json = CommonOptions.Json();
        var command = new Command("sim", """
            Runs scenarios against both worlds on one thread in virtual time. A seed decides every interleaving and every fault;
            invariants are checked after every step. A failure is shrunk and comes with the one line that runs it again.
            Exit 1 when a run failed, 2 when the options make no sense.

            Example:  mink sim --scenario nested-callbacks --seeds 0..999 --budget 60

            A fault plan is a line, rules with semicolons between, or a JSON file that says the same:
              transport-entry:refuse:at=3,value=1;release:delay:p=0.25,times=2
              { "name": "flaky", "rules": [ { "point": "transport-entry", "action": "refuse", "at": 3, "value": 1 },
                                            { "point": "release", "action": "delay", "probability": 0.25, "times": 2 } ] }
            at: at this passage of the point only, from 1. p (probability): drawn from the seed at each passage. times: so often at
            the most. value: milliseconds, a size, or which of several errors; drawn when not given. What can happen where:
            """ + "\n" + FaultPlan.Reference) { scenario, seeds, strategy, depth, faults, choices, stepsMax, budget, jobs, shard, list, profile, json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(list)) return List(parsed.GetValue(json));
            if (!TryRange(parsed.GetRequiredValue(seeds), out var first, out var last))
            {
                Output.Error($"'{parsed.GetValue(seeds)}' is no range of seeds: write A..B");
                return ExitCode.Unusable;
            }
            if (!TryShard(parsed.GetRequiredValue(shard), out var index, out var count))
            {
                Output.Error($"'{parsed.GetValue(shard)}' is no share: write I/N with I below N");
                return ExitCode.Unusable;
            }
            if (parsed.GetValue(profile)) return Profile(parsed.GetRequiredValue(scenario), first, last, parsed.GetValue(json));
            return Run(new CampaignOptions
            {
                Scenarios = parsed.GetRequiredValue(scenario),
                FirstSeed = first,
                LastSeed = last,
                Strategy = parsed.GetRequiredValue(strategy),
                Depth = parsed.GetValue(depth),
                Faults = parsed.GetRequiredValue(faults),
                Choices = parsed.GetValue(choices),
                StepsMax = parsed.GetValue(stepsMax),
                Budget = parsed.GetValue(budget) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                Jobs = parsed.GetValue(jobs),
                ShardIndex = index,
                ShardCount = count,
            }, parsed.GetValue(json));
        });
        return command;
    }

    private static int Run(CampaignOptions options, bool json)
    {
        CampaignResult result;
        try
        {
            result = json || Console.IsErrorRedirected ? SimulationCampaign.Run(options) : WithProgress(options);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or System.Text.Json.JsonException or IOException)
        {
            Output.Error(e.Message);
            return ExitCode.Unusable;
        }
        if (json) Output.Plain(result.ToJson());
        else Print(result);
        return result.IsClean ? ExitCode.Ok : ExitCode.Failed;
    }

    private static int Profile(string scenarios, ulong first, ulong last, bool json)
    {
        try
        {
            var figures = SimulationProfile.Run(scenarios, first, last);
            if (json) Output.Json(figures);
            else ProfileScreen.Print(figures, isSimulated: true);
            return ExitCode.Ok;
        }
        catch (ArgumentException unknown)
        {
            Output.Error(unknown.Message);
            return ExitCode.Unusable;
        }
    }

    private static CampaignResult WithProgress(CampaignOptions options)
    {
        var reported = options with
        {
            Progress = at => Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{at.Runs} runs, {at.Steps:N0} steps, {at.States} states, {at.Failures} failed, {at.Elapsed.TotalSeconds:F0} s   ")),
        };
        var result = SimulationCampaign.Run(reported);
        Console.Error.WriteLine();
        return result;
    }

    private static void Print(CampaignResult result)
    {
        var table = Output.Table("", "");
        table.AddRow("runs", $"{result.Runs}");
        table.AddRow("steps", string.Create(CultureInfo.InvariantCulture, $"{result.Steps:N0} ({result.StepsPerSecond:N0} a second)"));
        table.AddRow("distinct states", $"{result.States.Count}");
        table.AddRow("fault points hit", Markup.Escape(string.Join(", ", result.FaultsHit)));
        table.AddRow("transitions", Markup.Escape(string.Join(", ", result.Transitions)));
        if (result.Complete.Count > 0) table.AddRow("every schedule run", Markup.Escape(string.Join(", ", result.Complete)));
        table.AddRow("digest", $"{result.Digest:x16}");
        AnsiConsole.Write(table);
        foreach (var failure in result.Failures) PrintFailure(failure);
        Output.Plain($"{result.Runs - result.FailedRuns} passed, {result.FailedRuns} failed");
    }

    private static void PrintFailure(CampaignFailure failure)
    {
        AnsiConsole.MarkupLineInterpolated($"[red]{failure.Scenario}[/], seed {failure.Seed}, [bold]{failure.Invariant}[/]: {failure.Message}");
        foreach (var step in failure.Timeline) Output.Plain($"    {step}");
        if (!failure.IsReproducible) AnsiConsole.MarkupLine("    [red]the same seed did not do the same again: something is not decided by the engine[/]");
        Output.Plain($"  again:  {failure.Command}");
    }

    private static int List(bool json)
    {
        if (json) Output.Json(ScenarioCatalog.All.Select(scenario => new { scenario.Name, scenario.Description }));
        else
        {
            var table = Output.Table("scenario", "");
            foreach (var scenario in ScenarioCatalog.All) table.AddRow(Markup.Escape(scenario.Name), Markup.Escape(scenario.Description));
            AnsiConsole.Write(table);
        }
        return ExitCode.Ok;
    }

    private static bool TryRange(string text, out ulong first, out ulong last)
    {
        var parts = text.Split("..", 2);
        last = 0;
        return ulong.TryParse(parts[0], CultureInfo.InvariantCulture, out first) && ulong.TryParse(parts[^1], CultureInfo.InvariantCulture, out last) && first <= last;
    }

    private static bool TryShard(string text, out int index, out int count)
    {
        var parts = text.Split('/', 2);
        count = 0;
        return int.TryParse(parts[0], CultureInfo.InvariantCulture, out index) && int.TryParse(parts[^1], CultureInfo.InvariantCulture, out count) && index >= 0 && index < count;
    }
}
