using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>An object of the normal world as the secure world holds it: one callback id, one reference of theirs, released by async message.</summary>
internal sealed class CallbackProxy : MinkObject, ILiveNode<CallbackProxy>
{
    private readonly SecureDomain _domain;

    public CallbackProxy(SecureDomain domain, ObjectId id) : base(domain, id.IsPrimordial ? Uncounted : 1)
    {
        _domain = domain;
        Id = id;
        if (IsCounted) domain.Callbacks.Add(this);
    }

    CallbackProxy? ILiveNode<CallbackProxy>.Previous { get; set; }
    CallbackProxy? ILiveNode<CallbackProxy>.Next { get; set; }
    int ILiveNode<CallbackProxy>.Stripe { get; set; }

    public ObjectId Id { get; }

    public override ObjectKind Kind => Id.IsPrimordial ? ObjectKind.Primordial : ObjectKind.Callback;

    protected override string DefaultName => Id.IsPrimordial ? "primordial" : $"callback {Id.Value:x8}";

    public override Invocation BeginInvocation() => _domain.CallbackInvocations.Rent();

    protected override void LastReferenceGone()
    {
        _domain.Callbacks.Remove(this);
        _domain.Releases.Add(Id);
        if (System.KeepsPlainActors) System.Stop(this);
    }

    protected override void Receive(Message message) { }
}
