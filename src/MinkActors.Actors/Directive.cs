namespace MinkActors.Actors;

/// <summary>What a parent decides about a child whose turn threw. The message that failed is not delivered again.</summary>
public enum Directive
{
    /// <summary>Go on with the next message, state as it is.</summary>
    Resume,

    /// <summary>Call <see cref="Actor.Restarting"/> on the same instance, then go on; the mailbox is kept.</summary>
    Restart,

    /// <summary>Stop the child.</summary>
    Stop,

    /// <summary>Let the parent's parent decide; its directive then applies to the parent and to the child. At the top it means Stop.</summary>
    Escalate,
}
