using System.Buffers.Binary;

namespace MinkActors.Protocol.OpTee;

/// <summary>
/// Page lists (spec 09 section 8, L1..L5): pages of 511 page addresses and the address of the following list page.
/// List pages need not lie side by side, so a reader walks them one at a time with <see cref="PageListWalk"/>.
/// </summary>
public static class PageList
{
    /// <summary>Bytes of a page, of a list page, and of what one entry covers.</summary>
    public const int PageSize = 4096;
    /// <summary>Addresses in one list page.</summary>
    public const int EntriesPerPage = 511;
    /// <summary>Offset of the address of the following list page.</summary>
    public const int NextOffset = EntriesPerPage * 8;

    /// <summary>L3: entries of a range; 0 when size + offset wraps, the offset is not inside a page, or there is nothing.</summary>
    public static ulong EntriesFor(ulong size, int pageOffset)
    {
        if ((uint)pageOffset >= PageSize)
        {
            return 0;
        }
        var end = size + (ulong)pageOffset;
        return end < size || end > ulong.MaxValue - (PageSize - 1) ? 0 : (end + PageSize - 1) / PageSize;
    }

    /// <summary>L4: list pages for that many entries.</summary>
    public static ulong ListPagesFor(ulong entries) => entries / EntriesPerPage + (entries % EntriesPerPage == 0 ? 0ul : 1);

    /// <summary>L5: bytes of the object as OP-TEE sees it; false for an offset outside a page or no entries.</summary>
    public static bool TryObjectSize(ulong entries, int pageOffset, out ulong size)
    {
        size = 0;
        if (entries == 0 || entries > ulong.MaxValue / PageSize || (uint)pageOffset >= PageSize)
        {
            return false;
        }
        size = entries * PageSize - (ulong)pageOffset;
        return true;
    }

    /// <summary>Writes a list whose list pages lie side by side from <paramref name="listAddress"/> on. Unused entries and
    /// the last following-page address are zero.</summary>
    /// <param name="image">Room for whole list pages.</param>
    /// <param name="listAddress">Address of the first list page, page-aligned.</param>
    /// <param name="pages">Page addresses; each must be page-aligned (L2).</param>
    /// <param name="refusal">Why not.</param>
    public static bool TryWrite(Span<byte> image, ulong listAddress, ReadOnlySpan<ulong> pages, out OpTeeRefusal refusal)
    {
        var listPages = (long)ListPagesFor((ulong)pages.Length);
        refusal = pages.Length == 0 ? new(OpTeeField.PageEntry, 0, 0, 1)
            : (listAddress & (PageSize - 1)) != 0 ? new(OpTeeField.Address, 0, (long)listAddress, PageSize)
            : listPages * PageSize > image.Length ? new(OpTeeField.Image, 0, image.Length, listPages * PageSize)
            : FirstUnaligned(pages);
        if (!refusal.IsNone)
        {
            return false;
        }
        image[..(int)(listPages * PageSize)].Clear();
        for (var i = 0; i < pages.Length; i++)
        {
            var at = i / EntriesPerPage * PageSize + i % EntriesPerPage * 8;
            BinaryPrimitives.WriteUInt64LittleEndian(image[at..], pages[i]);
        }
        for (var page = 0; page + 1 < listPages; page++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(image[(page * PageSize + NextOffset)..], listAddress + (ulong)(page + 1) * PageSize);
        }
        return true;
    }

    private static OpTeeRefusal FirstUnaligned(ReadOnlySpan<ulong> pages)
    {
        for (var i = 0; i < pages.Length; i++)
        {
            if ((pages[i] & (PageSize - 1)) != 0)
            {
                return new(OpTeeField.PageEntry, i, (long)pages[i], PageSize);
            }
        }
        return default;
    }
}

/// <summary>
/// Walks a page list one list page at a time. The caller fetches the page at <see cref="NextListPage"/> into private memory,
/// after checking that it may be read, and hands it to <see cref="TryRead"/>; the walk ends when nothing remains.
/// </summary>
public struct PageListWalk
{
    private ulong _read;

    /// <summary>Entries of the whole list; at least 1 after a successful start.</summary>
    public ulong Entries { get; private init; }
    /// <summary>Address of the list page to read next, page-aligned; meaningless when nothing remains.</summary>
    public ulong NextListPage { get; private set; }
    /// <summary>Entries not yet read.</summary>
    public readonly ulong Remaining => Entries - _read;

    /// <summary>Starts a walk from what a parameter says.</summary>
    /// <param name="address">The parameter's address: list page plus page offset.</param>
    /// <param name="size">Bytes of the range.</param>
    /// <param name="entriesMax">The most entries the caller will take.</param>
    /// <param name="walk">The walk.</param>
    /// <param name="refusal">An empty or wrapping range (L3, L5), or too many entries.</param>
    public static bool TryStart(ulong address, ulong size, ulong entriesMax, out PageListWalk walk, out OpTeeRefusal refusal)
    {
        var entries = PageList.EntriesFor(size, (int)(address & (PageList.PageSize - 1)));
        refusal = entries == 0 ? new(OpTeeField.Size, 0, (long)size, 1)
            : entries > entriesMax ? new(OpTeeField.PageEntry, 0, (long)entries, (long)entriesMax) : default;
        walk = new() { Entries = entries, NextListPage = address & ~(ulong)(PageList.PageSize - 1) };
        return refusal.IsNone;
    }

    /// <summary>Reads one list page.</summary>
    /// <param name="listPage">A private copy of the 4096 bytes at <see cref="NextListPage"/>.</param>
    /// <param name="pages">Room for up to 511 addresses.</param>
    /// <param name="count">How many were written.</param>
    /// <param name="refusal">An entry with low bits set (L2), or a following list page that is not page-aligned. The
    /// following-page address is looked at only if entries remain (L4).</param>
    public bool TryRead(ReadOnlySpan<byte> listPage, Span<ulong> pages, out int count, out OpTeeRefusal refusal)
    {
        count = (int)Math.Min(Remaining, PageList.EntriesPerPage);
        refusal = listPage.Length < PageList.PageSize ? new(OpTeeField.Image, 0, listPage.Length, PageList.PageSize)
            : pages.Length < count ? new(OpTeeField.Image, 1, pages.Length, count) : default;
        for (var i = 0; refusal.IsNone && i < count; i++)
        {
            pages[i] = BinaryPrimitives.ReadUInt64LittleEndian(listPage[(8 * i)..]);
            if ((pages[i] & (PageList.PageSize - 1)) != 0)
            {
                refusal = new(OpTeeField.PageEntry, (int)_read + i, (long)pages[i], PageList.PageSize);
            }
        }
        if (!refusal.IsNone)
        {
            count = 0;
            return false;
        }
        _read += (ulong)count;
        NextListPage = Remaining == 0 ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(listPage[PageList.NextOffset..]);
        if ((NextListPage & (PageList.PageSize - 1)) != 0 || (Remaining != 0 && NextListPage == 0))
        {
            refusal = new(OpTeeField.NextListPage, (int)_read, (long)NextListPage, PageList.PageSize);
        }
        return refusal.IsNone;
    }
}
