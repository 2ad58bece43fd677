using MinkActors.Actors;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Emulator.OpTee.Mediator;

/// <summary>One guest domain: its memory, its way to OP-TEE, and the mediator's accounting of it.</summary>
/// <remarks>A driver in the guest uses <see cref="Memory"/> and <see cref="World"/> like any other. Figures are exact only while nothing runs.</remarks>
public sealed class OpTeeGuest : IAsyncDisposable
{
    private readonly OpTeeMediator _owner;
    private readonly GuestActor _actor;
    private readonly GuestMediator _mediator;
    private Task? _ending;

    internal OpTeeGuest(OpTeeMediator owner, ushort domain, GuestMemory memory, ShadowPages shadows, GuestMediator mediator, GuestActor actor)
    {
        (_owner, _mediator, _actor) = (owner, mediator, actor);
        (Domain, Memory, Shadows) = (domain, memory, shadows);
        World = new Way(actor);
        Destroyed = actor.Destroyed;
    }

    /// <summary>Its number; its client id in OP-TEE is one more.</summary>
    public ushort Domain { get; }

    /// <summary>Its memory, by its own addresses.</summary>
    public GuestMemory Memory { get; }

    /// <summary>Its way to OP-TEE, through the mediator.</summary>
    public ISecureWorld World { get; }

    /// <summary>Set when the guest begins to be destroyed; see <see cref="OpTeeOptions.Lifetime"/>.</summary>
    public CancellationToken Destroyed { get; }

    /// <summary>Standard calls running or suspended.</summary>
    public int Calls => _mediator.Calls.Count;

    /// <summary>Shared buffers held.</summary>
    public int SharedBuffers => _mediator.SharedBufferCount;

    /// <summary>Pages reserved for them.</summary>
    public int SharedPages => _mediator.SharedPages;

    /// <summary>RPC buffers held.</summary>
    public int RpcBuffers => _mediator.RpcBufferCount;

    internal ShadowPages Shadows { get; }

    /// <summary>Whether the mediator holds nothing of the guest: no call, no pin, no shadow, every counter zero.</summary>
    public bool IsClean => Calls == 0 && SharedBuffers == 0 && SharedPages == 0 && RpcBuffers == 0 && Memory.Pins == 0 && Shadows.Live == 0;

    /// <summary>The tasks of the guest have died: its calls are ended without it (spec/11 D-145).</summary>
    /// <returns>How many calls that concerns.</returns>
    public ValueTask<int> AbandonCallsAsync() => _actor.Ask(new AbandonCalls());

    /// <summary>Destroys the guest, whatever it is at: afterwards neither the mediator nor OP-TEE knows of it. A second time does nothing.</summary>
    public Task DestroyAsync() => _ending ??= EndAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(DestroyAsync());

    private async Task EndAsync()
    {
        await _actor.Ask(new DestroyGuest());
        _owner.Forget(this);
    }

    private sealed class Way(GuestActor actor) : ISecureWorld
    {
        public void Enter(SecureEntry entry) => actor.Tell(entry);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
