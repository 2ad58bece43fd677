using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>An object of the normal world as the secure world holds it: one callback id, one reference of theirs, released by async message.</summary>
internal sealed class CallbackProxy : MinkObject
{
    private LivePlace _place;

    public CallbackProxy(SecureDomain domain, ObjectId id) : base(domain, id.IsPrimordial ? Uncounted : 1)
    {
        Id = id;
        if (IsCounted) domain.Callbacks.Add(this);
    }

    public ObjectId Id { get; }

    // Told apart by kind already: a field of its own would be one more word for each of a million.
    private SecureDomain World => (SecureDomain)Domain;

    public override ObjectKind Kind => Id.IsPrimordial ? ObjectKind.Primordial : ObjectKind.Callback;

    protected override string DefaultName => NameOf(Id);

    public static string NameOf(ObjectId id) => id.IsPrimordial ? "primordial" : $"callback {id.Value:x8}";

    public override Invocation BeginInvocation() => World.RentInvocation();

    protected override void LastReferenceGone()
    {
        World.Callbacks.Remove(this);
        World.Releases.Add(Id);
        if (System.KeepsPlainActors) System.Stop(this);
    }

    protected override void Receive(Message message) { }

    /// <summary>Where it stands among the callback ids that the secure world holds.</summary>
    internal readonly struct Place : IPlaceOf<CallbackProxy>
    {
        public static ref LivePlace Of(CallbackProxy member) => ref member._place;
    }
}
