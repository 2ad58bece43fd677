namespace MinkActors.Actors;

/// <summary>For engines: how a turn ended and what the engine must do next.</summary>
public enum TurnOutcome
{
    /// <summary>Take the next message.</summary>
    Continue,

    /// <summary>The turn threw. Keep what is in hand, deliver nothing, then call <c>ActorSystem.Parked</c>; go on when <c>Unpark</c> is called.</summary>
    Failed,

    /// <summary>The actor is to end: give what is in hand to <c>DeadLetter</c>, then call <c>CompleteStop</c>.</summary>
    Stopped,
}
