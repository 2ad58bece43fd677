namespace MinkActors.Actors;

/// <summary>How a <see cref="ThreadPoolActorSystem"/> runs its actors. The defaults are measured ones.</summary>
public sealed record ThreadPoolOptions
{
    /// <summary>Run idle actors on the teller's thread. False: no turn runs on a stack that tells; from outside all turns every hop is a work
    /// item of the pool, and from a turn the first actor told is next on the same pool thread, the others are work items.</summary>
    public bool Inline { get; init; } = true;

    /// <summary>Clock and timers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Messages one actor may take in a row while others wait on the same thread.</summary>
    public int ThroughputPerActor { get; init; } = 64;

    /// <summary>Turns that one outermost Tell runs before it leaves the rest to the pool and returns.</summary>
    public int TurnsPerTell { get; init; } = 4096;

    /// <summary>Actors that may wait on one thread; further ones go to the pool, where other cores help.</summary>
    public int LocalQueueMax { get; init; } = 64;

    /// <summary>Seed of <see cref="ActorSystem.NextRandom"/>; null draws one.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Keep figures per actor name.</summary>
    public bool CollectMetrics { get; init; }
}
