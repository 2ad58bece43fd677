namespace MinkActors.Actors;

/// <summary>Where an actor's turns may run.</summary>
public enum ActorPlacement
{
    /// <summary>On the teller's thread when the actor is idle: the cheapest. For turns that are short and never block.</summary>
    Inline,

    /// <summary>Never on the teller's thread: through the engine's pool. For turns that may be long or call code that blocks.</summary>
    OwnTurn,
}
