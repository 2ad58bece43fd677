using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>The static shared area of a machine (spec 09 section 9): memory set aside for OP-TEE and its client, reached by both without registration.</summary>
/// <remarks>
/// The machine's: made once, named to the driver by <see cref="OpTeeOptions.UseStaticArea"/> and to OP-TEE by its own configuration.
/// Its addresses have 32 bits, as those of GET_SHM_CONFIG. Regions are carved out of it first fit. Any thread.
/// </remarks>
public sealed class OpTeeStaticArea : ISharedMemory
{
    private readonly Lock _gate = new();
    private readonly byte[] _bytes;
    private readonly SharedRegion?[] _owners;       // by page; null: free

    /// <param name="start">Physical address of the first byte, page aligned and not 0.</param>
    /// <param name="size">Bytes, whole pages; all of them below 4 GiB.</param>
    public OpTeeStaticArea(uint start, int size)
    {
        ArgumentOutOfRangeException.ThrowIfZero(start);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, PageList.PageSize);
        if (start % PageList.PageSize != 0 || size % PageList.PageSize != 0 || (ulong)start + (ulong)size > 1ul << 32)
            throw new ArgumentException($"{size} bytes at 0x{start:X} are no whole pages below 4 GiB.", nameof(size));
        Start = start;
        _bytes = GC.AllocateArray<byte>(size, pinned: true);
        _owners = new SharedRegion?[size / PageList.PageSize];
    }

    /// <summary>Physical address of the first byte.</summary>
    public uint Start { get; }

    /// <summary>Bytes.</summary>
    public int Size => _bytes.Length;

    /// <summary>Bytes given out now.</summary>
    public int Shared
    {
        get
        {
            lock (_gate) return _owners.Count(owner => owner is not null) * PageList.PageSize;
        }
    }

    /// <summary>Whether the whole range lies in the area.</summary>
    public bool Contains(ulong address, ulong size) => address >= Start && size <= (ulong)Size && address - Start <= (ulong)Size - size;

    /// <inheritdoc/>
    public SharedRegion? Allocate(int size)
    {
        if (size <= 0 || size > Size) return null;
        var pages = (size + PageList.PageSize - 1) / PageList.PageSize;
        lock (_gate)
        {
            var first = FindFree(pages);
            if (first < 0) return null;
            var bytes = _bytes.AsMemory(first * PageList.PageSize, pages * PageList.PageSize);
            // Whoever had the pages before leaves nothing in them (spec/11 I-20).
            bytes.Span.Clear();
            var region = new SharedRegion(Start + ((ulong)first * PageList.PageSize), new Window(bytes), bytes.Length);
            _owners.AsSpan(first, pages).Fill(region);
            return region;
        }
    }

    /// <inheritdoc/>
    public void Free(SharedRegion region)
    {
        lock (_gate)
        {
            if (!region.IsShared) throw new InvalidOperationException($"The region at 0x{region.PhysicalAddress:X} was given back already.");
            region.IsShared = false;
            _owners.AsSpan((int)(region.PhysicalAddress - Start) / PageList.PageSize, region.Size / PageList.PageSize).Clear();
        }
    }

    /// <inheritdoc/>
    public bool TryResolve(ulong physicalAddress, ulong size, [NotNullWhen(true)] out SharedRegion? region, out int offset)
    {
        (region, offset) = (null, 0);
        if (size == 0 || !Contains(physicalAddress, size)) return false;
        lock (_gate) region = _owners[(int)((physicalAddress - Start) / PageList.PageSize)];
        if (region is null) return false;
        var start = physicalAddress - region.PhysicalAddress;
        offset = (int)start;
        return size <= (ulong)region.Size - start;
    }

    private int FindFree(int pages)
    {
        for (var first = 0; first <= _owners.Length - pages; first++)
        {
            if (!_owners.AsSpan(first, pages).ContainsAnyExcept((SharedRegion?)null)) return first;
        }
        return -1;
    }

    private sealed class Window(Memory<byte> bytes) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => bytes.Span;

        public override MemoryHandle Pin(int elementIndex = 0) => bytes[elementIndex..].Pin();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
