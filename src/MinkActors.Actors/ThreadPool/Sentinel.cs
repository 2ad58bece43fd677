namespace MinkActors.Actors.ThreadPoolEngine;

/// <summary>Marks in a mailbox word that are no messages.</summary>
internal sealed class Sentinel : Message
{
    /// <summary>The end of every chain, so that a message in a mailbox always has a next.</summary>
    public static readonly Sentinel End = new();

    /// <summary>A mailbox that takes no more, for ever.</summary>
    public static readonly Sentinel Closed = new();
}
