using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>The page list of a region, in pages of its own (spec 09 section 8).</summary>
internal static class PageListBuffer
{
    /// <summary>Rents and writes the list; null when there is no memory for it.</summary>
    public static SharedRegion? TryMake(BufferPool pool, SharedRegion region)
    {
        var pages = new ulong[region.Size / PageList.PageSize];
        for (var i = 0; i < pages.Length; i++) pages[i] = region.PhysicalAddress + ((ulong)i * PageList.PageSize);
        var size = (int)PageList.ListPagesFor((ulong)pages.Length) * PageList.PageSize;
        if (pool.Rent(size) is not { } list) return null;
        list.MarkDirty(size);
        Invariant.Holds(PageList.TryWrite(list.Owner, list.PhysicalAddress, pages, out _));
        return list;
    }
}
