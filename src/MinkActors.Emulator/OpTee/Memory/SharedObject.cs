using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee;

/// <summary>Memory of the normal world as OP-TEE knows it: pages that need not lie side by side, seen as one range (spec 09, L5).</summary>
/// <remarks>Made by REGISTER_SHM or for one parameter. The counts are the kernel's, changed in its turns only.</remarks>
/// <param name="cookie">Its name in the normal world; 0 for memory that lives for one call.</param>
/// <param name="pages">Page addresses, checked.</param>
/// <param name="offset">Where it starts in the first page.</param>
internal sealed class SharedObject(ulong cookie, ulong[] pages, int offset)
{
    public ulong Cookie => cookie;

    /// <summary>Where it lies in the static area; 0 when it does not.</summary>
    public ulong StaticAddress { get; init; }

    public int PageCount => pages.Length;

    public IReadOnlyList<ulong> Pages => pages;

    /// <summary>Bytes, up to the end of the last page.</summary>
    public ulong Size { get; init; } = ((ulong)pages.Length * PageList.PageSize) - (uint)offset;

    /// <summary>Calls that use it now.</summary>
    public int Users { get; private set; }

    /// <summary>An UNREGISTER waits for the last user: nobody else may begin to use it.</summary>
    public Action? WhenIdle { get; set; }

    public void Take() => Users++;

    public void Put()
    {
        Invariant.Holds(Users > 0);
        if (--Users == 0) WhenIdle?.Invoke();
    }

    /// <summary>Copies out of the range; false when a page is gone.</summary>
    public bool TryRead(IPhysicalPages memory, ulong from, Span<byte> into)
    {
        while (into.Length > 0)
        {
            if (!TrySlice(memory, from, into.Length, out var bytes)) return false;
            bytes.CopyTo(into);
            into = into[bytes.Length..];
            from += (ulong)bytes.Length;
        }
        return true;
    }

    /// <summary>Copies into the range; false when a page is gone.</summary>
    public bool TryWrite(IPhysicalPages memory, ulong to, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (!TrySlice(memory, to, bytes.Length, out var room)) return false;
            bytes[..room.Length].CopyTo(room);
            bytes = bytes[room.Length..];
            to += (ulong)room.Length;
        }
        return true;
    }

    private bool TrySlice(IPhysicalPages memory, ulong position, int length, out Span<byte> bytes)
    {
        bytes = default;
        if (position >= Size) return false;
        var at = position + (uint)offset;
        if (!memory.TryMap(pages[at / PageList.PageSize], out var page)) return false;
        var start = (int)(at % PageList.PageSize);
        bytes = page.Slice(start, Math.Min(length, PageList.PageSize - start));
        return true;
    }
}
