using MinkActors.Actors.Lifecycle;
using MinkActors.Actors.UserCode;

namespace MinkActors.Actors;

/// <summary>An owner of state that reacts to one message at a time.</summary>
/// <remarks>
/// A live actor costs its object: two words (the engine's and the system pointer) and a mark besides its own fields. A turn runs to its end;
/// it never blocks and never awaits. What must wait comes back as a message.
/// <code>
/// new --Spawn: Started()--> alive --Stop--> stopping (children end, messages are dead letters) --Stopped()--> stopped
///                            alive --turn throws--> parked --Supervise: Resume | Restart: Restarting()--> alive
///                                                          --Supervise: Stop--> stopping
/// </code>
/// </remarks>
public abstract class Actor : ActorRef, IThreadPoolWorkItem
{
    /// <summary>The thread-pool engine's mailbox: a chain of messages, newest first, that ends in a sentinel; null when empty.</summary>
    internal Message? Mailbox;

    /// <summary>The thread-pool engine's mark: 1 while somebody runs the actor, or holds it queued, parked or ended; 0 when nobody does.</summary>
    internal int Held;

    internal ActorHome? Home;

    /// <summary>The engine that runs this actor. Valid once spawned.</summary>
    /// <exception cref="InvalidOperationException">Not spawned.</exception>
    public ActorSystem System => (Home ?? throw NotSpawned()).System;

    /// <inheritdoc/>
    public sealed override string Name => (Home as ActorRecord)?.Name ?? DefaultName;

    /// <summary>The name of an actor that was given none at its spawn; computed, so that millions of them cost nothing for it.
    /// Must depend on the program only (no addresses, no hash codes).</summary>
    protected virtual string DefaultName => GetType().Name;

    /// <summary>Where turns may run. Read when the actor is spawned.</summary>
    protected virtual ActorPlacement Placement => ActorPlacement.Inline;

    /// <summary>Whether <see cref="Started"/> has anything to do. An actor that says no is spawned without a turn. Read when the actor is spawned.</summary>
    protected virtual bool HasStart => true;

    /// <inheritdoc/>
    public sealed override void Tell(Message message) => (Home ?? throw NotSpawned()).System.Deliver(this, message);

    /// <summary>As <see cref="Tell"/>, by somebody whose step ends with it: an idle actor may take its turn before this returns,
    /// which saves the way through a queue. Hold no lock, and touch nothing afterwards that the turn may have changed.</summary>
    /// <param name="message">Moves to the actor.</param>
    /// <param name="run">What the teller's own <see cref="Turn"/> was given, if it knows: the engine need not look for it.</param>
    public void TellLast(Message message, object? run = null) => (Home ?? throw NotSpawned()).System.DeliverLast(this, message, run);

    /// <inheritdoc/>
    public sealed override ValueTask<TReply> Ask<TReply>(Request<TReply> request) => request.Begin(this, System);

    /// <summary>Ends this actor after its current turn, as <see cref="ActorSystem.Stop"/> does. Only from within a turn of it.</summary>
    protected void StopSelf() => System.EndAfterTurn(this);

    /// <summary>One turn. The message is this actor's from now on.</summary>
    protected abstract void Receive(Message message);

    /// <summary>One turn, for an actor that wants to know what it runs on: as <see cref="Receive"/>, which it calls unless overridden.</summary>
    /// <param name="message">This actor's from now on.</param>
    /// <param name="run">What <see cref="ActorSystem.CurrentRun"/> says until this returns; null on engines without.</param>
    protected internal virtual void Turn(Message message, object? run) => Receive(message);

    /// <summary>Runs once, before any message, on the spawner's thread and before Spawn returns.</summary>
    protected virtual void Started()
    {
    }

    /// <summary>Runs once, as the last turn: children are gone, queued messages were given up. Release what the actor owns.</summary>
    protected virtual void Stopped()
    {
    }

    /// <summary>The supervisor chose Restart. The instance stays: reset its state here. Throwing stops the actor.</summary>
    protected virtual void Restarting(Exception cause)
    {
    }

    /// <summary>Runs in the failing turn, before the supervisor decides, with the message whose Receive threw. Only the actor knows
    /// whether it still owns it; one that may hold a caller's request fails it here. Does nothing unless overridden.</summary>
    protected virtual void ReceiveFailed(Message message, Exception cause)
    {
    }

    /// <summary>Decides, in a turn of this actor, about a child whose turn threw; the child is parked meanwhile. Stop unless overridden.</summary>
    protected virtual Directive Supervise(ActorRef child, Exception cause) => Directive.Stop;

    /// <summary>The context under which code that awaits continues in this actor's turns; see <see cref="RunUserCode{TState}"/>.</summary>
    protected SynchronizationContext UserContext => GetUserContext();

    /// <summary>Runs user code that may await. Its continuations come back as turns of this actor, so the user code of one actor
    /// never runs on two threads, and never while Receive runs.</summary>
    /// <param name="code">Called at once, on this thread. Use a static lambda: nothing is allocated then.</param>
    /// <param name="state">Passed to it.</param>
    /// <param name="done">Carries the outcome, exceptions included. The caller's still when this returns true; moved otherwise.</param>
    /// <returns>True when the code has ended already: read the outcome from <paramref name="done"/> now. False when
    /// <paramref name="done"/> will be told to this actor later, exactly once.</returns>
    /// <remarks>Only from within a turn. When the actor stops meanwhile, the code still runs to its end, one continuation at a time;
    /// <paramref name="done"/> is then a dead letter.</remarks>
    protected bool RunUserCode<TState>(Func<TState, ValueTask> code, TState state, UserCodeDone done)
        => done.Run(GetUserContext(), code, state);

    /// <inheritdoc cref="RunUserCode{TState}(Func{TState, ValueTask}, TState, UserCodeDone)"/>
    protected bool RunUserCode<TState, TResult>(Func<TState, ValueTask<TResult>> code, TState state, UserCodeDone<TResult> done)
        => done.Run(GetUserContext(), code, state);

    internal ActorPlacement TurnPlacement => Placement;

    internal bool TurnsAtStart => HasStart;

    internal void InvokeStarted() => Started();

    internal void InvokeStopped() => Stopped();

    internal void InvokeRestarting(Exception cause) => Restarting(cause);

    internal void InvokeReceiveFailed(Message message, Exception cause) => ReceiveFailed(message, cause);

    internal Directive InvokeSupervise(ActorRef child, Exception cause) => Supervise(child, cause);

    /// <summary>The actor's own record; made here when it has none yet. Any thread.</summary>
    internal ActorRecord Record()
    {
        var home = Home ?? throw NotSpawned();
        if (home is ActorRecord record) return record;
        var made = home.System.CreateRecord(this);
        while (true)
        {
            made.StopRequested = made.EndsItself = home.StopRequested;
            made.IsStopped = home.IsStopped;
            var seen = Interlocked.CompareExchange(ref Home, made, home)!;
            if (seen == home) return made;
            if (seen is ActorRecord other) return other;
            home = seen;
        }
    }

    internal UserContext GetUserContext()
    {
        var record = Record();
        if (record.UserContext is { } context) return context;
        Interlocked.CompareExchange(ref record.UserContext, new UserContext(this), null);
        return record.UserContext;
    }

    void IThreadPoolWorkItem.Execute() => ((ThreadPoolActorSystem)System).Execute(this);

    private InvalidOperationException NotSpawned() => new($"The actor {GetType().Name} was not spawned.");
}
