using MinkActors.Actors.Lifecycle;

namespace MinkActors.Actors.UserCode;

/// <summary>The synchronization context of one actor: what is posted runs as a turn of that actor.</summary>
internal sealed class UserContext(Actor actor) : SynchronizationContext
{
    /// <summary>One spare serves the usual case, where a continuation is posted after the one before has run.</summary>
    private Continuation? _spare;

    private Actor? _remainder;

    public Actor Actor => actor;

    public override void Post(SendOrPostCallback d, object? state)
    {
        var message = Interlocked.Exchange(ref _spare, null) ?? new Continuation(this);
        message.Set(d, state);
        actor.Tell(message);
    }

    /// <summary>Synchronous calls into an actor would wait for its turn, which nothing here ever does.</summary>
    public override void Send(SendOrPostCallback d, object? state)
    {
        if (Current != this) throw new NotSupportedException($"Send to the actor '{actor.Name}' would block; use Post.");
        d(state);
    }

    public override SynchronizationContext CreateCopy() => this;

    public void Run(SendOrPostCallback callback, object? state)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            callback(state);
        }
        catch (Exception exception)
        {
            // Only async void and raw posts come here: awaited code keeps its exceptions in its task.
            actor.System.Report(actor, exception, Directive.Resume);
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    public void GiveBack(Continuation message) => Volatile.Write(ref _spare, message);

    /// <summary>The actor has stopped, its user code has not: dropping the continuation would skip the code's finally blocks and
    /// leak what they release. A plain actor runs the rest, still one at a time.</summary>
    public void RunAfterStop(Continuation message)
    {
        if (Volatile.Read(ref _remainder) is null)
            Interlocked.CompareExchange(ref _remainder, actor.System.SpawnUnchecked(new Remainder()), null);
        _remainder!.Tell(message);
    }

    private sealed class Remainder : Actor
    {
        protected override void Receive(Message message)
        {
        }
    }
}

/// <summary>A piece of user code that is to run in its actor's turn.</summary>
internal sealed class Continuation(UserContext context) : Signal
{
    private SendOrPostCallback? _callback;
    private object? _state;

    public void Set(SendOrPostCallback callback, object? state)
    {
        _callback = callback;
        _state = state;
    }

    internal override void Enter(Actor actor, object? run)
    {
        var (callback, state) = (_callback!, _state);
        _callback = null;
        _state = null;
        context.GiveBack(this);
        context.Run(callback, state);
    }

    protected internal override void Undeliverable(ActorRef target) => context.RunAfterStop(this);
}
