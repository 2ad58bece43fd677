namespace MinkActors.Actors;

/// <summary>What one actor sends to another.</summary>
/// <remarks>A message <b>moves</b> to its receiver: after <see cref="ActorRef.Tell"/> the sender may neither touch nor send it
/// again until it comes back. It is its own mailbox node, so it is in at most one mailbox at a time and sending allocates nothing.</remarks>
public abstract class Message
{
    /// <summary>Null while the message is in nobody's mailbox; that is how a second Tell of a moved message is noticed.</summary>
    internal Message? Next;

    /// <summary>The complement of the timestamp at which it was sent, so that 0 says "not counted"; only while figures are collected.</summary>
    internal long SentAt;

    /// <summary>Signals are the engine's own messages: they reach no Receive and become no dead letter.</summary>
    internal readonly bool IsSignal;

    /// <summary>A message of a user's.</summary>
    protected Message()
    {
    }

    private protected Message(bool isSignal) => IsSignal = isSignal;

    /// <summary>The receiver's turn. Only signals are asked what they do: for the others that would be one more virtual call.</summary>
    internal void Run(Actor actor, object? run)
    {
        if (IsSignal) Enter(actor, run);
        else actor.Turn(this, run);
    }

    /// <summary>What a signal does in the receiver's turn.</summary>
    internal virtual void Enter(Actor actor, object? run)
    {
    }

    /// <summary>Called exactly once, instead of <c>Receive</c>, when the target is stopped: give up what the message owns and
    /// fail whoever waits for it.</summary>
    /// <param name="target">The stopped actor.</param>
    /// <remarks>Runs on any thread and in no turn that could protect state: touch only the message, tell others. Must not throw
    /// (if it does, the exception goes to <see cref="ActorSystem.Failures"/>). The message is the callee's afterwards.</remarks>
    protected internal virtual void Undeliverable(ActorRef target)
    {
    }

    /// <summary>One short line for traces; must depend on the program only (no addresses, no hash codes). The type's name unless overridden.</summary>
    public virtual string Describe() => GetType().Name;
}
