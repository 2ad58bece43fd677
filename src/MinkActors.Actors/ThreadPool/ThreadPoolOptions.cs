namespace MinkActors.Actors;

/// <summary>How a <see cref="ThreadPoolActorSystem"/> runs its actors. The defaults are measured ones.</summary>
public sealed record ThreadPoolOptions
{
    /// <summary>Run idle actors on the teller's thread. False: no turn runs on a stack that tells. Every hop is a work item of the pool then, but
    /// for the first actor that is told by a turn, or by code that goes on behind one (<see cref="ActorSystem.TryRunBehind"/>): that one is
    /// next on the same pool thread, when the turn has ended or the code has returned; code that blocks or takes long keeps him
    /// waiting for some milliseconds, then another thread of the pool comes.</summary>
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
