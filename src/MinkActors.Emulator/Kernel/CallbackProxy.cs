using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>An object of the normal world as the secure world holds it: one callback id, one reference of theirs, released by async message.</summary>
internal sealed class CallbackProxy(SecureDomain domain, ObjectId id) : MinkObject(domain, 1)
{
    public ObjectId Id => id;

    public override ObjectKind Kind => ObjectKind.Callback;

    protected override string DefaultName => $"callback {id.Value:x8}";

    public override Invocation BeginInvocation() => domain.CallbackInvocations.Rent();

    protected override void LastReferenceGone()
    {
        domain.Releases.Add(id);
        if (System.KeepsPlainActors) System.Stop(this);
    }

    protected override void Receive(Message message) { }
}
