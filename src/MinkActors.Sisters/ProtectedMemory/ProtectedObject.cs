using System.Buffers;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Sisters.ProtectedMemory;

/// <summary>A memory object that stands for a protected region: one reference of the region's (O2), and no bytes on this side (O1).</summary>
internal sealed class ProtectedObject : MemoryObject
{
    private readonly Capability _provider;
    private readonly ulong _handle;

    private ProtectedObject(NormalDomain domain, SharedRegion region, Capability provider, ulong handle, ProtectedRights rights) : base(domain, region)
    {
        (_provider, _handle) = (provider, handle);
        ProtectedRights = (uint)rights;
        region.IsProtected = true;
    }

    /// <summary>Nothing once the client has ended, and the region with it: somebody else's may lie there by then (O7).</summary>
    public override uint? ProtectedRights
    {
        get => _provider.IsLive ? base.ProtectedRights : null;
    }

    /// <summary>Takes over one reference to the region (op 11).</summary>
    /// <param name="provider">The client's, who may end before the object does.</param>
    /// <param name="handle">The region's.</param>
    /// <param name="region">Where it lies.</param>
    /// <param name="rights">Passed on with the object.</param>
    /// <param name="file">Who makes it.</param>
    /// <param name="line">Where.</param>
    public static MemoryCapability Make(Capability provider, ulong handle, in RegionDescription region, ProtectedRights rights, string file, int line)
    {
        var domain = (NormalDomain)provider.Target.Domain;
        var pages = new SharedRegion(region.Address, new OutOfReach((int)region.ByteSize), (int)region.ByteSize);
        return new MemoryCapability(domain.Actors.Spawn(new ProtectedObject(domain, pages, provider, handle, rights)), file, line);
    }

    protected override void GiveBack()
    {
        if (_provider.IsLive) _ = GiveBackAsync();
    }

    private async Task GiveBackAsync()
    {
        try
        {
            using var reply = await _provider.InvokeAsync((uint)ProtectedMemoryOperation.DropReference, Argument.In(_handle));
        }
        catch (Exception gone) when (gone is ObjectDisposedException or MinkTransportException)
        {
            // The client has ended, and the reference with it (O7).
        }
    }

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
