using System.Diagnostics.CodeAnalysis;

namespace MinkActors.Testing;

/// <summary>Shared memory that can run out, and that knows every region alive: giving one back twice, or another's, ends the run.</summary>
internal sealed class FaultySharedMemory(ISharedMemory inner, FaultInjector faults, Action<string, string> violated) : ISharedMemory
{
    /// <summary>Regions alive, in the order allocated.</summary>
    public List<SharedRegion> Live { get; } = [];

    /// <summary>Set by a secure application that maps, so that message buffers are not refused by a fault meant for mappings.</summary>
    public bool IsMapping { get; set; }

    /// <summary>What is given back may stay reachable for a while, because somebody else holds its pages.</summary>
    public bool MayBePinned { get; init; }

    /// <summary>Told of each region before it goes back.</summary>
    public Action<SharedRegion>? Freeing { get; set; }

    public SharedRegion? Allocate(int size)
    {
        if (faults.Pass(FaultPoint.Buffer) is not null) return null;
        var region = inner.Allocate(size);
        if (region is null) return null;
        if (region.Owner.ContainsAnyExcept((byte)0)) violated("I-20", $"A fresh region of {size} bytes is not zero");
        Live.Add(region);
        return region;
    }

    public void Guard(Func<ulong, ulong, bool> isProtected) => inner.Guard(isProtected);

    public void Free(SharedRegion region)
    {
        Freeing?.Invoke(region);
        if (!Live.Remove(region)) violated("I-14", $"The region at 0x{region.PhysicalAddress:X} is given back twice");
        else
        {
            inner.Free(region);
            if (!MayBePinned && (region.IsShared || inner.TryResolve(region.PhysicalAddress, 1, out var found, out _) && ReferenceEquals(found, region))) violated("I-14", $"The region at 0x{region.PhysicalAddress:X} was given back and is still found");
        }
    }

    public bool TryResolve(ulong physicalAddress, ulong size, [NotNullWhen(true)] out SharedRegion? region, out int offset)
    {
        if (IsMapping && faults.Pass(FaultPoint.Map) is not null)
        {
            (region, offset) = (null, 0);
            return false;
        }
        return inner.TryResolve(physicalAddress, size, out region, out offset);
    }
}
