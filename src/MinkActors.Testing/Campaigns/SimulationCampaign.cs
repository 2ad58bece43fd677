using MinkActors.Actors;

namespace MinkActors.Testing;

/// <summary>Runs scenarios under many seeds and reports what fails, made small: what <c>mink sim</c> calls.</summary>
/// <remarks>A run depends on nothing but scenario, seed, strategy and faults; jobs and shards only share the work out.</remarks>
public static class SimulationCampaign
{
    private const int StepsExpected = 600;
    private const int TimelineLines = 40;

    /// <summary>Runs until the seeds are through, the budget is used up, or a failure ends it.</summary>
    /// <exception cref="ArgumentException">An option names nothing that there is.</exception>
    /// <exception cref="FormatException">Faults or choices cannot be read.</exception>
    public static CampaignResult Run(CampaignOptions options) => Run(options, TimeProvider.System);

    /// <inheritdoc cref="Run(CampaignOptions)"/>
    /// <param name="options">What to run.</param>
    /// <param name="clock">For the budget and for speeds.</param>
    public static CampaignResult Run(CampaignOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ShardCount, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.ShardIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(options.ShardIndex, options.ShardCount);
        var scenarios = ScenariosOf(options);
        Validate(options);
        var tally = new CampaignTally(options, clock);
        if (options.Strategy == "exhaustive")
        {
            foreach (var scenario in scenarios) Search(scenario, options, tally);
            return tally.Result();
        }
        var next = (long)options.FirstSeed - 1;
        void Work()
        {
            while (!tally.IsOver)
            {
                var seed = (ulong)Interlocked.Increment(ref next);
                if (seed > options.LastSeed) return;
                if ((int)(seed % (ulong)options.ShardCount) != options.ShardIndex) continue;
                foreach (var scenario in scenarios)
                {
                    if (tally.IsOver) return;
                    RunSeed(scenario, seed, options, tally);
                }
            }
        }
        var threads = Enumerable.Range(1, Math.Max(1, options.Jobs) - 1).Select(_ => new Thread(Work) { IsBackground = true }).ToList();
        foreach (var thread in threads) thread.Start();
        Work();
        foreach (var thread in threads) thread.Join();
        return tally.Result();
    }

    private static IReadOnlyList<Scenario> ScenariosOf(CampaignOptions options)
    {
        if (options.OwnScenarios.Count == 0) return ScenarioCatalog.Find(options.Scenarios);
        return options.Scenarios is "all" or "" ? options.OwnScenarios : [.. options.OwnScenarios.Where(scenario => options.Scenarios.Split(',').Contains(scenario.Name))];
    }

    private static void Validate(CampaignOptions options)
    {
        if (options.Strategy is not ("mixed" or "random" or "pct" or "fifo" or "exhaustive"))
            throw new ArgumentException($"There is no strategy '{options.Strategy}'; there are mixed, random, pct, fifo and exhaustive.");
        if (options.Plan is null && options.Faults != "mixed") FaultPlan.Load(options.Faults);
        if (options.Choices is { } choices) ChoiceList.Parse(choices);
    }

    private static void RunSeed(Scenario scenario, ulong seed, CampaignOptions options, CampaignTally tally)
    {
        var settings = SettingsFor(seed, options);
        var outcome = ScenarioRun.Execute(scenario, settings);
        if (tally.Add(scenario, outcome)) tally.Report(Explain(scenario, settings, outcome, options));
    }

    /// <summary>Even seeds walk without faults, odd ones with; of each kind every second by priorities.</summary>
    private static RunSettings SettingsFor(ulong seed, CampaignOptions options)
    {
        var plan = options.Plan ?? (options.Faults == "mixed" ? (seed % 2 == 0 ? FaultPlan.None : FaultPlan.Standard) : FaultPlan.Load(options.Faults));
        var choices = options.Choices is { } text ? ChoiceList.Parse(text) : null;
        var isByPriority = options.Strategy == "pct" || (options.Strategy == "mixed" && seed / 2 % 2 == 1);
        Func<ISimulationStrategy> strategy = choices is not null ? () => new ReplayChoices(choices)
            : options.Strategy == "fifo" ? () => new FirstComeFirstServed()
            : isByPriority ? () => new PriorityStrategy(options.Depth, StepsExpected)
            : () => new RandomWalk();
        return new RunSettings(seed, strategy, plan) { StepsMax = options.StepsMax, ChecksEveryStep = options.ChecksEveryStep };
    }

    private static void Search(Scenario scenario, CampaignOptions options, CampaignTally tally)
    {
        var search = new ExhaustiveSearch(options.Depth);
        var settings = SettingsFor(options.FirstSeed, options with { Strategy = "fifo" }) with { Strategy = () => search };
        do
        {
            var outcome = ScenarioRun.Execute(scenario, settings);
            if (tally.Add(scenario, outcome)) tally.Report(Explain(scenario, settings with { Strategy = () => new ReplayChoices(outcome.Choices) }, outcome, options));
        }
        while (!tally.IsOver && search.MoveNext());
    }

    private static CampaignFailure Explain(Scenario scenario, RunSettings settings, RunOutcome outcome, CampaignOptions options)
    {
        var again = ScenarioRun.Execute(scenario, settings);
        var isReproducible = again.Digest == outcome.Digest && again.Invariant == outcome.Invariant && again.Message == outcome.Message;
        var (small, faults, choices) = options.ShrinkRuns > 0 && isReproducible
            ? new Shrinker(scenario, settings, options.ShrinkRuns).Shrink(outcome)
            : (outcome, settings.Faults, outcome.Choices);
        // Only now is text made: the run is made once more for its last lines.
        var told = ScenarioRun.Execute(scenario, settings with { Strategy = () => new ReplayChoices(choices), Faults = faults, TraceLines = TimelineLines });
        var listed = ChoiceList.Format(choices);
        return new CampaignFailure
        {
            Scenario = scenario.Name,
            Seed = settings.Seed,
            Invariant = small.Invariant!,
            Message = small.Message!,
            Faults = faults.ToString(),
            Choices = listed,
            IsReproducible = isReproducible,
            Steps = small.Steps,
            Digest = small.Digest,
            Command = $"mink sim --scenario {scenario.Name} --seeds {settings.Seed}..{settings.Seed} --faults '{faults}' --choices {listed}",
            Timeline = [.. told.Checker.Trace.Select(step => step.ToString())],
        };
    }
}
