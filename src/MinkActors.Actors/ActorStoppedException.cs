namespace MinkActors.Actors;

/// <summary>The request reached a stopped actor; it was not received.</summary>
public sealed class ActorStoppedException : Exception
{
    /// <param name="actorName">The name of the stopped actor.</param>
    public ActorStoppedException(string actorName)
        : base($"The actor '{actorName}' is stopped; the request was not received.") => ActorName = actorName;

    /// <summary>The name of the stopped actor.</summary>
    public string ActorName { get; }
}
