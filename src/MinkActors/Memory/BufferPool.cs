namespace MinkActors;

/// <summary>Message buffers: zeroed, page aligned, shared with the secure world while they live.</summary>
/// <remarks>Sizes are powers of two from a page up, so that large messages find a used one. Any thread.</remarks>
internal sealed class BufferPool(ISharedMemory memory, long quarantineMax)
{
    private const int KeptBytesMax = 16 * 1024 * 1024;

    private readonly Dictionary<int, Stack<SharedRegion>> _free = [];
    private readonly List<SharedRegion> _quarantine = [];
    private int _kept;
    private long _quarantined;

    /// <summary>Bytes that are not used again before the link is torn down.</summary>
    public long Quarantined => Volatile.Read(ref _quarantined);

    /// <summary>A zeroed region of at least that many bytes; null when there is none to be had.</summary>
    public SharedRegion? Rent(int size)
    {
        var rounded = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(size, SharedRegion.PageSize));
        lock (_free)
        {
            if (_quarantined > quarantineMax) return null;
            if (_free.TryGetValue(rounded, out var free) && free.TryPop(out var used))
            {
                _kept -= rounded;
                return used;
            }
        }
        var fresh = memory.Allocate(rounded);
        if (fresh is not { IsProtected: true }) return fresh;
        // Messages cannot lie where the other side's processors may not look either (spec 10, R4).
        memory.Free(fresh);
        return null;
    }

    /// <summary>Takes a region back, and zeroes it before anybody else can see it.</summary>
    public void Return(SharedRegion region)
    {
        region.Clear();
        lock (_free)
        {
            if (_kept + region.Size <= KeptBytesMax)
            {
                if (!_free.TryGetValue(region.Size, out var free)) _free[region.Size] = free = new Stack<SharedRegion>();
                free.Push(region);
                _kept += region.Size;
                return;
            }
        }
        memory.Free(region);
    }

    /// <summary>The peer may still write to the region: it waits here for the end of the link (spec/11 D-84).</summary>
    public void Quarantine(SharedRegion region)
    {
        lock (_free)
        {
            _quarantine.Add(region);
            _quarantined += region.Size;
        }
    }

    /// <summary>The link is gone: everything that is not in use goes back to the memory.</summary>
    public void Dispose()
    {
        lock (_free)
        {
            foreach (var region in _free.Values.SelectMany(stack => stack).Concat(_quarantine)) memory.Free(region);
            _free.Clear();
            _quarantine.Clear();
            _kept = 0;
            _quarantined = 0;
        }
    }
}
