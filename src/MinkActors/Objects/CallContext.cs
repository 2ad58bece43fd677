using MinkActors.Actors;

namespace MinkActors;

/// <summary>Where user code that serves a call runs: its continuations come back to the object's actor, and its own calls know their chain.</summary>
/// <remarks>Being the synchronization context, it flows through every <c>await</c> for free and needs no ambient state beside it.
/// Code may outlive its call. A context that a call was awaited under is not used for another. One whose call was answered at once is, by
/// the same object, for nothing tells whether code that the call left running has it too: that shows when such code goes on, and from then
/// on it has a context of its own. Until then a later call of the same object that is awaited may pass for its own.</remarks>
/// <param name="host">Whose code runs under it; null for code that awaits nothing.</param>
internal sealed class CallContext(HostedObject? host) : SynchronizationContext
{
    private ChainPlace _chain;

    /// <summary>The context of the code that runs on this thread now; null outside any call.</summary>
    public static new CallContext? Current => SynchronizationContext.Current as CallContext;

    /// <summary>Of the call that the code serves; none, without a root, once that has ended. Ask once: it may end at this moment, on another thread.</summary>
    public CallChain Chain => _chain.Current;

    public void Enter(in CallChain chain) => _chain.Enter(chain);

    /// <summary>The call has ended: code that it left running belongs to no chain.</summary>
    public void LeaveChain() => _chain.Leave();

    /// <summary>Whose code runs under it.</summary>
    public HostedObject? Host => host;

    /// <summary>Code awaits under it: no other call uses it.</summary>
    public bool IsKept { get; set; }

    /// <summary>What code goes on under that was posted here. In a turn of the object: if its call is awaited, that is known by now.</summary>
    public CallContext ForTheRest()
    {
        if (IsKept) return this;
        IsKept = true;
        return new CallContext(host) { IsKept = true };
    }

    public override void Post(SendOrPostCallback callback, object? state) => host!.Tell(new UserContinuation(host, this, callback, state));

    /// <summary>Not supported: it would block a turn.</summary>
    public override void Send(SendOrPostCallback callback, object? state) => throw new NotSupportedException("An actor's turn may not block on another; post instead.");

    public override SynchronizationContext CreateCopy() => this;
}

/// <summary>The rest of a user's method, behind an await.</summary>
internal sealed class UserContinuation(HostedObject host, CallContext context, SendOrPostCallback callback, object? state) : Message
{
    public void Run()
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context.ForTheRest());
        try
        {
            callback(state);
        }
        catch (Exception failure) when (failure is not InvariantBrokenException)
        {
            // Only async void and raw posts come here; the object lives on, as it does when a call of it throws.
            host.Domain.CodeFailed(host, null, failure);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    // The object is gone, its code is not: it still has to run to its end, or what it holds is lost.
    protected override void Undeliverable(ActorRef target) => Run();
}
