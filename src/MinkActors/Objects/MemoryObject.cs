using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>A shared region as an object: mapped by the secure world through the primordial object, given back after the last reference.</summary>
/// <remarks>A mapping is one more reference under an id of its own (spec/01 section 9), so the region outlives every mapping by construction.</remarks>
internal class MemoryObject : MinkObject
{
    private readonly NormalDomain _domain;

    public MemoryObject(NormalDomain domain, SharedRegion region) : base(domain, 1)
    {
        (_domain, Region) = (domain, region);
        region.IsObject = true;
    }

    public SharedRegion Region { get; }

    /// <summary>What the secure world may do with the bytes though they are protected (spec 10, O1 and O3): read 4, write 2. Null: memory like any other.</summary>
    public virtual uint? ProtectedRights { get; set; }

    public override ObjectKind Kind => ObjectKind.Memory;

    protected override string DefaultName => $"memory {Region.PhysicalAddress:x}+{Region.Size:x}";

    public override Invocation BeginInvocation() => Domain.RentLocalInvocation();

    public override Capability CreateHandle(string file, int line) => new MemoryCapability(this, file, line);

    protected override void LastReferenceGone() => Tell(new LastReference());

    protected override void Receive(Message message)
    {
        switch (message)
        {
            // Invoked directly a memory object knows no op: -EINVAL, which S reads as UNAVAIL (spec/01 section 9, spec/11 D-40).
            case IncomingCall call:
                call.Result = ErrnoMapping.ToResult(-(int)Errno.EINVAL);
                call.Carrier!.Finished(call);
                break;
            case LastReference:
                GiveBack();
                System.Stop(this);
                break;
        }
    }

    /// <summary>Nobody holds the object any more: the region goes back to the memory, or to whoever lent it.</summary>
    protected virtual void GiveBack() => _domain.Memory.Free(Region);

    private sealed class LastReference : Message;
}
