namespace MinkActors.Actors.ThreadPoolEngine;

/// <summary>Marks in a mailbox word that are no messages.</summary>
internal sealed class Sentinel : Message
{
    /// <summary>Somebody runs the actor (or holds it queued or parked); also the end of every chain.</summary>
    public static readonly Sentinel Running = new();

    /// <summary>Closed for ever.</summary>
    public static readonly Sentinel Stopped = new();
}
