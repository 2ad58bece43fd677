using MinkActors.Emulator.OpTee;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>What transports share with the normal worlds, and what these are kept from (R3, R4, R7).</summary>
public sealed partial class ProtectedPlatform
{
    private readonly Dictionary<ulong, int> _shared = [];           // pages that some transport shares, with how often
    private readonly List<ISharedMemory> _memories = [];            // of the normal worlds that run on the platform

    /// <summary>Pages that transports share now.</summary>
    public int SharedPages
    {
        get
        {
            lock (Gate) return _shared.Count;
        }
    }

    /// <summary>Makes a normal world's shared memory known: where it lies in a window it can be protected, and is out of that world's reach then.</summary>
    public void Attach(ISharedMemory memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        lock (Gate)
        {
            if (_memories.Contains(memory)) return;
            _memories.Add(memory);
        }
        memory.Guard(IsProtected);
    }

    /// <summary>The pages that OP-TEE, or any transport, may use: the windows' ordinary memory and what is below, never a region (R4).</summary>
    /// <param name="below">Memory outside the windows.</param>
    public IPhysicalPages Guard(IPhysicalPages below) => new GuardedPages(this, below);

    /// <summary>Shared now (R3): pages that a transport has counted, and buffers of a normal world that belong to its messages.</summary>
    internal bool MeetsShared(AddressRange range) =>
        _shared.Keys.Any(page => new AddressRange(page, PageList.PageSize).Overlaps(range)) || NormalMemory(range).Any(region => !region.IsObject);

    /// <summary>A transport shares a range; false when a byte of it is protected (R4). Page by page.</summary>
    internal bool TryShare(AddressRange range)
    {
        lock (Gate)
        {
            if (range.End < range.Start || IsProtected(range.Start, range.Size)) return false;
            foreach (var page in Pages(range)) _shared[page] = _shared.GetValueOrDefault(page) + 1;
            return true;
        }
    }

    /// <summary>Takes one <see cref="TryShare"/> of the same range back.</summary>
    internal void Unshare(AddressRange range)
    {
        lock (Gate)
        {
            foreach (var page in Pages(range))
            {
                if (_shared.TryGetValue(page, out var count) && count > 1) _shared[page] = count - 1;
                else _shared.Remove(page);
            }
        }
    }

    /// <summary>The bytes of ordinary memory under what begins or ends to be protected are gone (R7), and its holders know whether they may look.</summary>
    internal void TakeFromNormalWorld(AddressRange range)
    {
        foreach (var page in Pages(range)) _pages.Remove(page);
        foreach (var shared in NormalMemory(range))
        {
            var whole = new AddressRange(shared.PhysicalAddress, (ulong)shared.Size);
            var start = Math.Max(range.Start, whole.Start);
            shared.Owner[(int)(start - whole.Start)..(int)(Math.Min(range.End, whole.End) - whole.Start)].Clear();
            shared.IsProtected = IsProtected(whole.Start, whole.Size);
        }
    }

    /// <summary>What normal worlds have shared in a range, each once.</summary>
    private IEnumerable<SharedRegion> NormalMemory(AddressRange range)
    {
        foreach (var memory in _memories)
        {
            for (var at = range.Start; at < range.End;)
            {
                if (!memory.TryResolve(at, 1, out var region, out _))
                {
                    at += PageList.PageSize;
                    continue;
                }
                yield return region;
                at = region.PhysicalAddress + (ulong)region.Size;
            }
        }
    }

    private static IEnumerable<ulong> Pages(AddressRange range)
    {
        for (var page = range.Start - (range.Start % PageList.PageSize); page < range.End; page += PageList.PageSize) yield return page;
    }

    private sealed class GuardedPages(ProtectedPlatform platform, IPhysicalPages below) : IPhysicalPages
    {
        public bool TryMap(ulong page, out Span<byte> bytes)
        {
            bytes = default;
            var range = new AddressRange(page, PageList.PageSize);
            lock (platform.Gate)
            {
                if (platform.Met(range) is not null || platform.MeetsHeldBack(range)) return false;
                if (below.TryMap(page, out bytes)) return true;
                if (page % PageList.PageSize != 0 || !platform.IsInWindow(range)) return false;
                bytes = platform.Page(page);
                return true;
            }
        }

        public bool TryShare(ulong page)
        {
            lock (platform.Gate) return TryMap(page, out _) && platform.TryShare(new AddressRange(page, PageList.PageSize));
        }

        public void Unshare(ulong page) => platform.Unshare(new AddressRange(page, PageList.PageSize));
    }
}
