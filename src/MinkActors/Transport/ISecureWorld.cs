using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>The other side of the monitor call: an emulated secure world, one scripted to misbehave, or a decorator that adds faults.</summary>
/// <remarks>All that crosses is registers and the shared regions they name (spec/02 section 6).</remarks>
public interface ISecureWorld : IAsyncDisposable
{
    /// <summary>Enters the secure world with the registers of <paramref name="entry"/>, and ends with <see cref="SecureEntry.Return()"/>, exactly once, now or later.</summary>
    /// <remarks>Called in an invocation's turn: it must not block. Any thread may return. Many entries are under way at once.</remarks>
    void Enter(SecureEntry entry);
}

/// <summary>A world that begins to work on the stack that enters it: only such a one is told what runs there. One that wraps it may
/// enter it later, and on another thread.</summary>
internal interface IEnteredAtOnce : ISecureWorld;

/// <summary>One monitor call on its way. Its invocation owns it and uses it again for the next round trip.</summary>
public sealed class SecureEntry : Message
{
    private readonly Actor _returnTo;
    private readonly PendingCall? _call;
    private int _inside;

    internal SecureEntry(Actor returnTo)
    {
        _returnTo = returnTo;
        _call = returnTo as PendingCall;
    }

    /// <summary>Registers x0 to x7: those of the call going in, those of the answer coming back.</summary>
    public SmcRegisters Registers;

    /// <summary>Which of the transport's slots (secure threads) the call occupies, from 0.</summary>
    public int Slot { get; internal set; }

    /// <summary>Comes back to the normal world with what <see cref="Registers"/> holds.</summary>
    /// <exception cref="InvalidOperationException">It has returned already: a world that answers twice is refused here.</exception>
    public void Return()
    {
        if (Interlocked.Exchange(ref _inside, 0) == 0) throw HasReturned();
        Arrive(_returnTo.System.CurrentRun);
    }

    /// <summary>As <see cref="Return()"/>, by a world of ours: it answers once, and may know what runs on this thread (null: it does not).</summary>
    internal void Return(object? run)
    {
        if (run is null)
        {
            Return();
            return;
        }
        if (_inside == 0) throw HasReturned();
        _inside = 0;
        Arrive(run);
    }

    private void Arrive(object? run)
    {
        if (_call is { } call) call.Arrive(this, run);
        else _returnTo.Tell(this);
    }

    private static InvalidOperationException HasReturned() => new("This entry into the secure world has returned already.");

    /// <summary>Comes back with these registers.</summary>
    public void Return(in SmcRegisters registers)
    {
        Registers = registers;
        Return();
    }

    /// <summary>The secure world's actor is gone: the call comes back as one that nobody knows, instead of never.</summary>
    protected override void Undeliverable(ActorRef target)
    {
        if (Interlocked.Exchange(ref _inside, 0) == 0) return;    // on its way back, to a caller that is gone
        Registers = SmcCall.Failed(SmcCall.StatusNotSupported);
        _returnTo.Tell(this);
    }

    /// <summary>What the entering call runs on, good until <see cref="ISecureWorld.Enter"/> has returned; null for a world that is not <see cref="IEnteredAtOnce"/>.</summary>
    internal object? Run
    {
        get;
        private set
        {
            if (!ReferenceEquals(field, value)) field = value;
        }
    }

    internal void Enter(ISecureWorld world, object? run = null)
    {
        _inside = 1;
        Run = run;
        world.Enter(this);
    }

    /// <inheritdoc/>
    public override string Describe() => $"secure entry x0={Registers.X0:x} x1={Registers.X1:x} x2={Registers.X2:x}";
}
