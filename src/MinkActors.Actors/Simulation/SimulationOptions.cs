namespace MinkActors.Actors;

/// <summary>How a <see cref="SimulationActorSystem"/> runs.</summary>
public sealed record SimulationOptions
{
    /// <summary>Decides everything that is not decided otherwise: the strategy's draws and <see cref="ActorSystem.NextRandom"/>.</summary>
    public ulong Seed { get; init; }

    /// <summary>Picks who runs next. A <see cref="RandomWalk"/> unless given; an instance serves one simulation at a time.</summary>
    public ISimulationStrategy? Strategy { get; init; }

    /// <summary>Sees each step. Without one, no text is made.</summary>
    public ISimulationObserver? Observer { get; init; }

    /// <summary>Whether messages of different senders to one actor may overtake each other. The order of one sender always holds.</summary>
    public bool SendersMayOvertake { get; init; } = true;

    /// <summary>Virtual time each delivery takes, so that timers can fire amid the work. Zero: time moves only when nothing can run.</summary>
    public TimeSpan StepDuration { get; init; }

    /// <summary>Deliveries and timers after which the run is given up: it probably goes on for ever.</summary>
    public long StepsMax { get; init; } = 10_000_000;

    /// <summary>Virtual time after which the run is given up.</summary>
    public TimeSpan TimeMax { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Keep the choices (4 bytes each), so that <see cref="SimulationActorSystem.Choices"/> can be replayed.</summary>
    public bool RecordChoices { get; init; } = true;

    /// <summary>Keep figures per actor name.</summary>
    public bool CollectMetrics { get; init; }
}
