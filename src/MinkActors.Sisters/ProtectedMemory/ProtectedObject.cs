using System.Buffers;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Sisters.ProtectedMemory;

/// <summary>A memory object that stands for a protected region: one reference of the region's (O2), and no bytes on this side (O1).</summary>
internal sealed class ProtectedObject : MemoryObject
{
    private readonly MinkProtectedMemory _client;

    private ProtectedObject(NormalDomain domain, SharedRegion region, MinkProtectedMemory client, ulong handle, ProtectedRights rights) : base(domain, region)
    {
        (_client, Handle) = (client, handle);
        ProtectedRights = (uint)rights;
        region.IsProtected = true;
    }

    /// <summary>The region's.</summary>
    public ulong Handle { get; }

    /// <summary>Nothing once the client has ended, and the region with it: somebody else's may lie there by then (O7).</summary>
    public override uint? ProtectedRights
    {
        get => _client.HasEnded ? null : base.ProtectedRights;
    }

    /// <summary>Takes over one reference to the region (op 11).</summary>
    /// <param name="domain">Where the object lives.</param>
    /// <param name="client">Whose region it is; may end before the object does.</param>
    /// <param name="handle">The region's.</param>
    /// <param name="region">Where it lies.</param>
    /// <param name="rights">Passed on with the object.</param>
    public static ProtectedObject Make(NormalDomain domain, MinkProtectedMemory client, ulong handle, in RegionDescription region, ProtectedRights rights) =>
        domain.Actors.Spawn(new ProtectedObject(domain, new SharedRegion(region.Address, new OutOfReach((int)region.ByteSize), (int)region.ByteSize), client, handle, rights));

    protected override void GiveBack() => _client.Ended(this);

    /// <summary>Pages that nobody of the normal world can map.</summary>
    private sealed class OutOfReach(int size) : MemoryManager<byte>
    {
        public override Memory<byte> Memory => throw Refused();

        public override Span<byte> GetSpan() => throw Refused();

        public override MemoryHandle Pin(int elementIndex = 0) => throw Refused();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }

        private UnauthorizedAccessException Refused() => new($"These {size} bytes are protected (EPERM).");
    }
}
