namespace MinkActors.Testing;

/// <summary>A campaign: which scenarios, under which seeds, schedules and faults, for how long.</summary>
public sealed record CampaignOptions
{
    /// <summary>Names separated by commas, or <c>all</c>.</summary>
    public string Scenarios { get; init; } = "all";

    /// <summary>The first seed.</summary>
    public ulong FirstSeed { get; init; }

    /// <summary>The last seed, itself included.</summary>
    public ulong LastSeed { get; init; } = 99;

    /// <summary><c>mixed</c> (random walk and pct in turn, by seed), <c>random</c>, <c>pct</c>, <c>fifo</c>, <c>exhaustive</c>, or <c>replay</c> of <see cref="Choices"/>.</summary>
    public string Strategy { get; init; } = "mixed";

    /// <summary>Priority changes per run for pct; choices searched for exhaustive.</summary>
    public int Depth { get; init; } = 3;

    /// <summary><c>mixed</c> (none and standard in turn, by seed); or as <see cref="FaultPlan.Load"/> takes it.</summary>
    public string Faults { get; init; } = "mixed";

    /// <summary>A plan as code; goes before <see cref="Faults"/>.</summary>
    public FaultPlan? Plan { get; init; }

    /// <summary>Replays these choices, separated by commas, <c>NxM</c> for N times M; null: the strategy chooses.</summary>
    public string? Choices { get; init; }

    /// <summary>Real time after which no new run is started; null: until all seeds were run.</summary>
    public TimeSpan? Budget { get; init; }

    /// <summary>Threads.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>Which share of the seeds, from 0.</summary>
    public int ShardIndex { get; init; }

    /// <summary>How many shares.</summary>
    public int ShardCount { get; init; } = 1;

    /// <summary>End with the first failure.</summary>
    public bool StopAtFirstFailure { get; init; }

    /// <summary>Runs that shrinking one failure may take; 0: failures are reported as found.</summary>
    public int ShrinkRuns { get; init; } = 400;

    /// <summary>Different failures reported in full, per scenario and invariant one; the others are only counted.</summary>
    public int FailuresMax { get; init; } = 10;

    /// <summary>Deliveries and timers after which a run counts as one that never ends.</summary>
    public long StepsMax { get; init; } = 200_000;

    /// <summary>False: invariants are not checked after each step, only at the end. For measuring.</summary>
    public bool ChecksEveryStep { get; init; } = true;

    /// <summary>Scenarios of one's own, beside those of the catalog.</summary>
    public IReadOnlyList<Scenario> OwnScenarios { get; init; } = [];

    /// <summary>Told now and then how far it is. Any of the campaign's threads.</summary>
    public Action<CampaignProgress>? Progress { get; init; }
}

/// <summary>How far a campaign is.</summary>
/// <param name="Runs">Runs made.</param>
/// <param name="Steps">Deliveries and timers in them.</param>
/// <param name="Failures">Runs that failed.</param>
/// <param name="States">Distinct states seen.</param>
/// <param name="Elapsed">Real time.</param>
public sealed record CampaignProgress(long Runs, long Steps, long Failures, int States, TimeSpan Elapsed);
