using MinkActors.Actors;

namespace MinkActors;

/// <summary>Where user code that serves a call runs: its continuations come back to the object's actor, and its own calls know their chain.</summary>
/// <remarks>Being the synchronization context, it flows through every <c>await</c> for free and needs no ambient state beside it.</remarks>
internal sealed class CallContext(IncomingCall call) : SynchronizationContext
{
    /// <summary>The call being served by the code that runs on this thread now; null outside any.</summary>
    public static new CallContext? Current => SynchronizationContext.Current as CallContext;

    public IncomingCall Call => call;

    public CallChain Chain => call.Chain;

    public override void Post(SendOrPostCallback callback, object? state) => call.Host!.Tell(new UserContinuation(this, callback, state));

    /// <summary>Not supported: it would block a turn.</summary>
    public override void Send(SendOrPostCallback callback, object? state) => throw new NotSupportedException("An actor's turn may not block on another; post instead.");

    public override SynchronizationContext CreateCopy() => this;
}

/// <summary>The rest of a user's method, behind an await.</summary>
internal sealed class UserContinuation(CallContext context, SendOrPostCallback callback, object? state) : Message
{
    public void Run()
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            callback(state);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    // The object is gone, its code is not: it still has to run to its end, or what it holds is lost.
    protected override void Undeliverable(ActorRef target) => Run();
}
