using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace MinkActors;

/// <summary>An emulated physical memory: page frames with a budget, given out in runs and found again by address.</summary>
/// <remarks>Look-ups take no lock (each message's addresses are resolved by the secure world); allocation does.</remarks>
public sealed class PhysicalMemory : ISharedMemory
{
    /// <summary>Address of the first frame: above 4 GiB, so that a truncated address never resolves by accident.</summary>
    public const ulong Base = 0x9_0000_0000;

    private readonly Lock _lock = new();
    private readonly int _frameLimit;
    private readonly SortedDictionary<int, Stack<int>> _free = [];
    private SharedRegion?[] _frames = new SharedRegion?[256];
    private Func<ulong, ulong, bool>? _isProtected;
    private int _next;

    /// <param name="budget">Bytes that may be shared at once; beyond it allocation answers null.</param>
    public PhysicalMemory(long budget = 1L << 30) => _frameLimit = (int)Math.Min(int.MaxValue, budget / SharedRegion.PageSize);

    /// <summary>Bytes shared now.</summary>
    public long Shared { get; private set; }

    /// <inheritdoc/>
    public SharedRegion? Allocate(int size) => Place(size, null);

    /// <inheritdoc/>
    public SharedRegion? Adopt(MemoryManager<byte> pages) => Place(pages.GetSpan().Length, pages);

    /// <inheritdoc/>
    public void Guard(Func<ulong, ulong, bool> isProtected) => _isProtected = isProtected;

    private SharedRegion? Place(int size, MemoryManager<byte>? pages)
    {
        if (size <= 0) return null;
        var frames = (int)(((long)size + SharedRegion.PageSize - 1) / SharedRegion.PageSize);
        lock (_lock)
        {
            if (Shared / SharedRegion.PageSize + frames > _frameLimit) return null;
            var first = TakeFrames(frames);
            var address = Base + (ulong)first * SharedRegion.PageSize;
            var region = pages is null ? new SharedRegion(address, frames * SharedRegion.PageSize) : new SharedRegion(address, pages, size);
            region.IsProtected = _isProtected?.Invoke(address, (ulong)region.Size) == true;
            var table = _frames;
            if (first + frames > table.Length)
            {
                table = new SharedRegion?[Math.Max(table.Length * 2, first + frames)];
                _frames.CopyTo(table, 0);
            }
            table.AsSpan(first, frames).Fill(region);
            Volatile.Write(ref _frames, table);
            Shared += region.Size;
            return region;
        }
    }

    /// <inheritdoc/>
    public void Free(SharedRegion region)
    {
        lock (_lock)
        {
            if (!region.IsShared) throw new InvalidOperationException($"The region at 0x{region.PhysicalAddress:X} was given back already.");
            region.IsShared = false;
            var frames = region.Size / SharedRegion.PageSize;
            var first = (int)((region.PhysicalAddress - Base) / SharedRegion.PageSize);
            _frames.AsSpan(first, frames).Clear();
            if (!_free.TryGetValue(frames, out var runs)) _free[frames] = runs = new Stack<int>();
            runs.Push(first);
            Shared -= region.Size;
        }
    }

    /// <inheritdoc/>
    public bool TryResolve(ulong physicalAddress, ulong size, [NotNullWhen(true)] out SharedRegion? region, out int offset)
    {
        region = null;
        offset = 0;
        if (size == 0 || InFrame(physicalAddress) is not { } found) return false;
        var start = physicalAddress - found.PhysicalAddress;
        if (size > (ulong)found.Size - start) return false;
        region = found;
        offset = (int)start;
        return true;
    }

    /// <inheritdoc/>
    public SharedRegion? Find(ulong physicalAddress, ulong size) =>
        InFrame(physicalAddress) is { } region && region.PhysicalAddress == physicalAddress && size > 0 && size <= (ulong)region.Size ? region : null;

    private SharedRegion? InFrame(ulong physicalAddress)
    {
        if (physicalAddress < Base) return null;
        var frame = (physicalAddress - Base) / SharedRegion.PageSize;
        var frames = Volatile.Read(ref _frames);
        return frame < (ulong)frames.Length ? frames[frame] : null;
    }

    /// <summary>A run of exactly that many frames that was free, or fresh ones: runs are not split, sizes repeat in practice.</summary>
    private int TakeFrames(int frames)
    {
        if (_free.TryGetValue(frames, out var runs) && runs.TryPop(out var first)) return first;
        first = _next;
        _next += frames;
        return first;
    }
}
