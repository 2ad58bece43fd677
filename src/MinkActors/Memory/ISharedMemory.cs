namespace MinkActors;

/// <summary>Where regions come from that the secure world can reach. Any thread. Faults decorate this interface.</summary>
public interface ISharedMemory
{
    /// <summary>A zeroed region of at least <paramref name="size"/> bytes, rounded up to pages; null when there is none to be had.</summary>
    SharedRegion? Allocate(int size);

    /// <summary>A region for a memory object: as <see cref="Allocate"/>, unless the other side of a real device has its own place for these.</summary>
    SharedRegion? AllocateObject(int size) => Allocate(size);

    /// <summary>A region over pages that somebody else can reach too; null when there is no room for it, or no way. Decorators pass it on.</summary>
    /// <param name="pages">Page aligned, a whole number of pages; kept until the region is unreachable.</param>
    SharedRegion? Adopt(System.Buffers.MemoryManager<byte> pages) => null;

    /// <summary>Names who knows which addresses are protected (spec 10): a region that is made where some are is marked. Decorators pass it on.</summary>
    void Guard(Func<ulong, ulong, bool> isProtected)
    {
    }

    /// <summary>Ends the sharing. The caller owned the region and may not touch it afterwards; the peer's next access is refused.</summary>
    void Free(SharedRegion region);

    /// <summary>The shared region that holds the whole range, for the secure world's side; false when any byte of it is not shared.</summary>
    /// <param name="physicalAddress">First byte; need not be aligned.</param>
    /// <param name="size">Bytes, at least 1.</param>
    /// <param name="region">The region.</param>
    /// <param name="offset">Where the range starts in it.</param>
    bool TryResolve(ulong physicalAddress, ulong size, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SharedRegion? region, out int offset);

    /// <summary>The region that starts there and holds so many bytes; null when there is none. Says what <see cref="TryResolve"/> says,
    /// for those who ask in every entry; decorators need not pass it on.</summary>
    SharedRegion? Find(ulong physicalAddress, ulong size) => TryResolve(physicalAddress, size, out var region, out var offset) && offset == 0 ? region : null;
}
