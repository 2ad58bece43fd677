using System.Buffers;
using System.Runtime.CompilerServices;

namespace MinkActors;

/// <summary>A run of pages that both worlds can reach: the body of a memory object, or a message buffer.</summary>
/// <remarks>
/// The normal world owns it. The secure world reaches it by physical address and only through <see cref="Peer(int, int)"/>,
/// which remembers how far the peer may have written, so that clearing the region costs what was dirtied and not its size.
/// Both sides may touch the bytes at the same time: whoever reads what the other can change copies it once (spec/11 I-08).
/// </remarks>
public sealed class SharedRegion
{
    /// <summary>Bytes in a page; regions start and end on its boundary (spec/02 section 1).</summary>
    public const int PageSize = 4096;

    private const int UsualEnd = 64;

    private readonly byte[]? _bytes;
    private readonly MemoryManager<byte>? _pages;
    // One word for each side: each has a single writer, so that neither can lose the other's mark.
    private int _ownerDirtyEnd;
    private int _peerDirtyEnd;
    private object? _peerTag;

    internal SharedRegion(ulong physicalAddress, int size)
    {
        PhysicalAddress = physicalAddress;
        _bytes = GC.AllocateArray<byte>(size, pinned: true);
        Size = size;
    }

    /// <summary>A region over pages that somebody else can reach too, such as a program that mapped them.</summary>
    /// <param name="physicalAddress">Where the secure world finds it.</param>
    /// <param name="pages">Kept until the region is unreachable; all of them belong to the region.</param>
    /// <param name="size">Bytes.</param>
    internal SharedRegion(ulong physicalAddress, MemoryManager<byte> pages, int size)
    {
        PhysicalAddress = physicalAddress;
        _pages = pages;
        Size = size;
    }

    /// <summary>Where the secure world finds the region: page aligned, never 0.</summary>
    public ulong PhysicalAddress { get; }

    /// <summary>Bytes, a multiple of <see cref="PageSize"/>.</summary>
    public int Size { get; }

    /// <summary>False once the region was given back; the secure world is refused from then on.</summary>
    public bool IsShared { get; internal set; } = true;

    /// <summary>The secure world has taken some of the bytes away from the normal world (spec 10): it may hold and pass on the reference, and no more.</summary>
    public bool IsProtected { get; internal set; }

    /// <summary>The body of a memory object, which nobody uses while it is not mapped; else a transport's buffer, in use from the start (spec 10, R3).</summary>
    internal bool IsObject { get; set; }

    /// <summary>The owner's view. The peer may change the bytes at any time.</summary>
    public Span<byte> Owner => _bytes is { } bytes ? bytes : _pages!.GetSpan();

    /// <summary>The peer's writable view of a range, which counts as dirty from here on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie inside the region.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Peer(int offset, int length)
    {
        var span = Owner.Slice(offset, length);
        if (offset + length > _peerDirtyEnd) _peerDirtyEnd = offset + length;
        return span;
    }

    /// <summary>The peer's read-only view of the whole region.</summary>
    public ReadOnlySpan<byte> PeerRead => Owner;

    /// <summary>The peer's own note on the region: what it found here by the region's address. The owner does not look at it.</summary>
    public object? PeerTag => Volatile.Read(ref _peerTag);

    /// <summary>Changes the note from one to another, in one step; false when it is not <paramref name="from"/>. Any thread.</summary>
    public bool TrySetPeerTag(object? from, object? to) => Interlocked.CompareExchange(ref _peerTag, to, from) == from;

    /// <summary>Says that the owner wrote up to <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void MarkDirty(int end)
    {
        if (end > _ownerDirtyEnd) _ownerDirtyEnd = end;
    }

    /// <summary>The owner's bytes as an array, for code that keeps offsets rather than spans: message buffers, which have one.</summary>
    internal byte[] Bytes => _bytes!;

    /// <summary>Makes every byte from <paramref name="start"/> on zero; what lies before stays dirty.</summary>
    internal void ClearFrom(int start)
    {
        var end = Math.Max(_ownerDirtyEnd, _peerDirtyEnd);
        if (end <= start) return;
        // A known size is cleared without a call, and most messages are no larger.
        if (start == 0 && end <= UsualEnd) Owner[..UsualEnd].Clear();
        else Owner[start..end].Clear();
    }

    /// <summary>Makes every byte zero again, so that no call sees another's (spec/11 I-13, I-20).</summary>
    internal void Clear()
    {
        ClearFrom(0);
        _ownerDirtyEnd = 0;
        _peerDirtyEnd = 0;
    }
}
