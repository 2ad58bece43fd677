using MinkActors.Actors;

namespace MinkActors.Testing;

/// <summary>All that decides a run.</summary>
/// <param name="Seed">What is not decided otherwise.</param>
/// <param name="Strategy">How a new strategy is made.</param>
/// <param name="Faults">The plan.</param>
internal sealed record RunSettings(ulong Seed, Func<ISimulationStrategy> Strategy, FaultPlan Faults)
{
    /// <summary>Lines of the trace kept for a timeline.</summary>
    public int TraceLines { get; init; }

    public long StepsMax { get; init; } = 200_000;

    /// <summary>Keep figures per actor name.</summary>
    public bool CollectsMetrics { get; init; }

    /// <summary>For measuring: without the checks after each step.</summary>
    public bool ChecksEveryStep { get; init; } = true;
}

/// <summary>How a run ended.</summary>
internal sealed record RunOutcome(ulong Digest, long Steps, string? Invariant, string? Message, IReadOnlyList<int> Choices, FaultInjector Faults, WorldChecker Checker)
{
    /// <summary>Figures per actor name, when they were collected.</summary>
    public IReadOnlyList<ActorFiguresSnapshot> Figures { get; init; } = [];

    public bool Failed => Invariant is not null;
}
