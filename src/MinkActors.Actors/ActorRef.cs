namespace MinkActors.Actors;

/// <summary>What others may know of an actor: a name and the right to send to it.</summary>
/// <remarks>The only implementation is <see cref="Actor"/>: an actor is its own reference, so a reference costs no object.</remarks>
public abstract class ActorRef
{
    private protected ActorRef()
    {
    }

    /// <summary>The name given at <see cref="ActorSystem.Spawn{T}"/>, else the type's name. Not unique.</summary>
    public abstract string Name { get; }

    /// <summary>Moves the message to the actor. Never waits. Messages of one sender arrive in the order sent.</summary>
    /// <param name="message">Moved: not the sender's afterwards. A stopped actor gives it to <see cref="Message.Undeliverable"/>.</param>
    /// <remarks>Any thread. The thread-pool engine may run the receiver's turn before this returns, unless a turn is already
    /// running on this thread: turns never nest.</remarks>
    /// <exception cref="InvalidOperationException">The message is in a mailbox already, or the actor was not spawned.</exception>
    public abstract void Tell(Message message);

    /// <summary>Sends a request and gives its answer.</summary>
    /// <param name="request">Moved, as in <see cref="Tell"/>; the asker's again once the returned task has been awaited.</param>
    /// <returns>Await once. Fails with <see cref="ActorStoppedException"/> when the actor is stopped, or with what
    /// <see cref="Request{TReply}.Fail"/> was given. Complete already on return when an idle actor answered in its turn.</returns>
    public abstract ValueTask<TReply> Ask<TReply>(Request<TReply> request);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
