using MinkActors.Actors;
using AkkaStrategy = Akka.Actor.SupervisorStrategy;

namespace MinkActors.Akka;

/// <summary>How our actors live in an Akka system. The defaults suit a system that was made without configuration.</summary>
public sealed record AkkaEngineOptions
{
    /// <summary>Name of the actor above ours: they are at <c>/user/mink/...</c>. When it is taken, a number is appended.</summary>
    public string Name { get; init; } = "mink";

    /// <summary>Id of the Akka dispatcher that runs the turns; null: the system's default.</summary>
    public string? Dispatcher { get; init; }

    /// <summary>Id of the dispatcher for actors that may block (<see cref="ActorPlacement.OwnTurn"/>); null: as <see cref="Dispatcher"/>.</summary>
    public string? BlockingDispatcher { get; init; }

    /// <summary>Decides about actors without a parent of ours whose turn threw. Null: they stop, as on every engine.</summary>
    /// <remarks>Only its decider is asked. Restart keeps the instance and calls <see cref="Actor"/>'s Restarting; Escalate means Stop.</remarks>
    public AkkaStrategy? Supervision { get; init; }

    /// <summary>Clock and timers. Null: the scheduler's, when it is a test's virtual one; the machine's otherwise.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>Messages an actor may take in a row before others on the dispatcher get their turn; 1 or more.</summary>
    public int Throughput { get; init; } = 32;

    /// <summary>How long disposing waits for the last actor to leave the Akka tree.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Seed of <see cref="ActorSystem.NextRandom"/>; null draws one.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Keep figures per actor name.</summary>
    public bool CollectMetrics { get; init; }
}
