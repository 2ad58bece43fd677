using MinkActors.Sisters.OpTee;

namespace MinkActors.Emulator.OpTee;

/// <summary>The normal memory that OP-TEE can reach, page by page. Any thread.</summary>
/// <remarks>A page may stop being reachable between two calls: who uses one asks again each time.</remarks>
public interface IPhysicalPages
{
    /// <summary>The 4096 bytes at a page-aligned physical address; false when that is no normal memory of anybody, or is protected.</summary>
    bool TryMap(ulong page, out Span<byte> bytes);

    /// <summary>Says that OP-TEE shares a page from now on; false when it must not be shared (spec 10, R4).</summary>
    bool TryShare(ulong page) => TryMap(page, out _);

    /// <summary>Takes one <see cref="TryShare"/> back.</summary>
    void Unshare(ulong page)
    {
    }
}

/// <summary>A static area in front of other memory.</summary>
internal sealed class StaticPages(OpTeeStaticArea area, IPhysicalPages others) : IPhysicalPages
{
    public bool TryMap(ulong page, out Span<byte> bytes)
    {
        if (!area.Contains(page, SharedRegion.PageSize)) return others.TryMap(page, out bytes);
        var found = area.TryResolve(page, SharedRegion.PageSize, out var region, out var offset);
        bytes = found ? region!.Peer(offset, SharedRegion.PageSize) : default;
        return found;
    }

    public bool TryShare(ulong page) => others.TryShare(page);

    public void Unshare(ulong page) => others.Unshare(page);
}

/// <summary>The shared memory of one normal world, without machines below it.</summary>
internal sealed class SharedPages(ISharedMemory memory) : IPhysicalPages
{
    public bool TryMap(ulong page, out Span<byte> bytes)
    {
        var found = memory.TryResolve(page, SharedRegion.PageSize, out var region, out var offset);
        bytes = found ? region!.Peer(offset, SharedRegion.PageSize) : default;
        return found;
    }
}
