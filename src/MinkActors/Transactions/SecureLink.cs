using MinkActors.Actors;

namespace MinkActors;

/// <summary>What the transactions of one system share: the way in, its slots and limits, and who counts them.</summary>
internal sealed class SecureLink
{
    /// <summary>What the activity of one call is called, as <see cref="MinkMetrics"/> lists them.</summary>
    public required string ActivityName { get; init; }

    public required ActorSystem Actors { get; init; }

    public required TransportActor Transport { get; init; }

    public required MinkMetrics Metrics { get; init; }

    /// <summary>Set once, before the first call.</summary>
    public ISecureWorld World
    {
        get;
        set
        {
            field = value;
            IsEnteredAtOnce = value is IEnteredAtOnce;
        }
    } = null!;

    /// <summary>Entering begins on the stack of the step that enters, whatever runs there.</summary>
    public bool IsEnteredAtOnce { get; private set; }

    /// <summary>How often S may ask for help or be interrupted in one call, before its caller is let go (spec/11 D-27).</summary>
    public required int RoundsMax { get; init; }

    /// <summary>Entries made while the answer is busy, the first included.</summary>
    public required int BusyEntriesMax { get; init; }

    /// <summary>Time between two of them.</summary>
    public required TimeSpan BusyPause { get; init; }

    /// <summary>The slot is a permit for one entry and not for the whole call: others enter while this one is helped.</summary>
    public bool FreesSlotWhileHelped { get; init; }

    /// <summary>Others enter while one call pauses after a busy answer: what S is busy with may need them.</summary>
    public bool FreesSlotWhilePaused { get; init; }

    /// <summary>Set when a stop begins: calls of users are refused.</summary>
    public bool RefusesCalls { get; set; }
}
