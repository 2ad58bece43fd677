namespace MinkActors.Actors;

/// <summary>Makes every choice of a simulation. It may depend on nothing but the seed and the choices it was asked for.</summary>
public interface ISimulationStrategy
{
    /// <summary>A simulation begins.</summary>
    void Begin(ulong seed);

    /// <summary>Picks one of the possibilities: 0 to <see cref="SimulationChoice.Count"/> - 1. Asked only where there are two or more.</summary>
    int Choose(in SimulationChoice choice);
}

/// <summary>One point at which a simulation could go on in several ways.</summary>
public readonly ref struct SimulationChoice
{
    private readonly ReadyList? _ready;

    internal SimulationChoice(ReadyList ready, long step) => (_ready, Count, Step) = (ready, ready.Count, step);

    internal SimulationChoice(int count, long step) => (Count, Step) = (count, step);

    /// <summary>How many possibilities there are. Number 0 is the one that has waited longest.</summary>
    public int Count { get; }

    /// <summary>Steps run so far.</summary>
    public long Step { get; }

    /// <summary>Whether this picks who runs next, rather than a value for <see cref="SimulationActorSystem.Choose"/>.</summary>
    public bool IsSchedule => _ready is not null;

    /// <summary>The number of the actor that possibility <paramref name="index"/> runs: 1 and up in the order spawned. An actor may stand
    /// for several possibilities, one per sender. Only for a schedule.</summary>
    public int ActorAt(int index) => _ready![index].Target.Ordinal;

    /// <summary>The number of the actor whose message that is; 0 for what came from outside all actors, also from timers.</summary>
    public int SenderAt(int index) => _ready![index].Sender;
}
