using MinkActors.Emulator.OpTee;
using MinkActors.Protocol.OpTee;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>The memory bus of a platform: who may touch which byte, and the log of those who may not (spec 10 section 8).</summary>
/// <remarks>Every path to the windows goes through here: processors, devices, page lists of OP-TEE. Any thread; a change of
/// protection is one step for all of them (R16).</remarks>
public sealed class ProtectedPlatform
{
    private const int FaultsKept = 4096;

    private readonly Dictionary<ulong, byte[]> _pages = [];         // ordinary memory of the windows, when touched
    private readonly Dictionary<ulong, int> _shared = [];           // pages that some transport shares, with how often
    private readonly List<ProtectedRegion> _regions = [];
    private readonly List<ProtectedPool> _pools;
    private readonly List<AddressRange> _lost = [];                 // protected when the secure world ended: for ever
    private readonly List<AccessFault> _faults = [];
    private readonly List<ISharedMemory> _memories = [];            // of the normal worlds that run on the platform
    private readonly TimeProvider _time;

    /// <param name="options">The hardware.</param>
    /// <param name="time">For the fault log.</param>
    public ProtectedPlatform(ProtectedPlatformOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        (Options, _time) = (options, time);
        _pools = [.. options.CarveOuts.Select((range, slot) => new ProtectedPool(range.Range, range.UseCase, slot)),
            .. options.DynamicPools.Select(range => new ProtectedPool(range.Range, range.UseCase, null))];
    }

    /// <summary>The hardware.</summary>
    public ProtectedPlatformOptions Options { get; }

    /// <summary>Refused transfers, the oldest first; the last 4096.</summary>
    public IReadOnlyList<AccessFault> Faults
    {
        get
        {
            lock (Gate) return [.. _faults];
        }
    }

    /// <summary>Pages that transports share now.</summary>
    public int SharedPages
    {
        get
        {
            lock (Gate) return _shared.Count;
        }
    }

    internal Lock Gate { get; } = new();
    internal IReadOnlyList<ProtectedPool> Pools => _pools;
    internal IReadOnlyList<ProtectedRegion> Regions => _regions;

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

    /// <summary>A processor of the normal world reads.</summary>
    /// <exception cref="ProtectedAccessFault">A byte of it is protected: nothing was read.</exception>
    public void Read(ulong address, Span<byte> into)
    {
        lock (Gate)
        {
            RefuseCpu(address, (ulong)into.Length, BusAccess.Read);
            CopyOrdinary(address, into.Length, (page, at, done, length, to) => page.Slice(at, length).CopyTo(to[done..]), into);
        }
    }

    /// <summary>A processor of the normal world writes.</summary>
    /// <exception cref="ProtectedAccessFault">A byte of it is protected: nothing was written.</exception>
    public void Write(ulong address, ReadOnlySpan<byte> bytes)
    {
        lock (Gate)
        {
            RefuseCpu(address, (ulong)bytes.Length, BusAccess.Write);
            Span<byte> copy = bytes.ToArray();
            CopyOrdinary(address, bytes.Length, (page, at, done, length, from) => from.Slice(done, length).CopyTo(page[at..]), copy);
        }
    }

    /// <summary>A device reads; false, with nothing delivered and a fault logged, without the right.</summary>
    public bool DeviceRead(uint device, ulong address, Span<byte> into)
    {
        lock (Gate)
        {
            if (!TryJudge(device, address, (ulong)into.Length, BusAccess.Read, ProtectedRights.Read, out var bytes)) return false;
            bytes.CopyTo(into);
            return true;
        }
    }

    /// <summary>A device writes; false, with no byte written and a fault logged, without the right.</summary>
    public bool DeviceWrite(uint device, ulong address, ReadOnlySpan<byte> bytes)
    {
        lock (Gate)
        {
            if (!TryJudge(device, address, (ulong)bytes.Length, BusAccess.Write, ProtectedRights.Write, out var room)) return false;
            bytes.CopyTo(room);
            return true;
        }
    }

    /// <summary>The pages that OP-TEE, or any transport, may use: the windows' ordinary memory and what is below, never a region (R4).</summary>
    /// <param name="below">Memory outside the windows.</param>
    public IPhysicalPages Guard(IPhysicalPages below) => new GuardedPages(this, below);

    /// <summary>Whether a range has a protected byte: what a transport asks before it shares one (R4).</summary>
    public bool IsProtected(ulong address, ulong size)
    {
        lock (Gate) return Met(new AddressRange(address, size)) is not null || MeetsHeldBack(new AddressRange(address, size));
    }

    internal ProtectedRegion? Met(AddressRange range) => _regions.Find(region => region.Segments.Any(segment => segment.Overlaps(range)));

    /// <summary>Carve-outs are protected from boot on, whether something is allocated there or not; so are lent pools.</summary>
    internal bool MeetsHeldBack(AddressRange range) => Pools.Any(pool => pool.Slot is not null && pool.Range.Overlaps(range)) || _lost.Exists(lost => lost.Overlaps(range)) || Options.SecureMemory.Any(secure => secure.Overlaps(range));

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

    internal void Add(ProtectedRegion region)
    {
        region.Scrub();
        _regions.Add(region);
        foreach (var segment in region.Segments) TakeFromNormalWorld(segment);
    }

    internal void Remove(ProtectedRegion region)
    {
        region.Scrub();
        Invariant.Holds(_regions.Remove(region));
        foreach (var segment in region.Segments) TakeFromNormalWorld(segment);
    }

    internal void Add(ProtectedPool block)
    {
        _pools.Add(block);
        TakeFromNormalWorld(block.Range);
    }

    internal void Remove(ProtectedPool block)
    {
        Invariant.Holds(_pools.Remove(block));
        TakeFromNormalWorld(block.Range);
    }

    /// <summary>The secure world has ended: nobody reaches the region, now or later.</summary>
    internal void Lose(ProtectedRegion region)
    {
        region.Scrub();
        Invariant.Holds(_regions.Remove(region));
        _lost.AddRange(region.Segments);
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

    private void RefuseCpu(ulong address, ulong length, BusAccess access)
    {
        var range = new AddressRange(address, length);
        var met = Met(range);
        if (met is null && !MeetsHeldBack(range)) return;
        throw new ProtectedAccessFault(Log(BusInitiator.NormalCpu, 0, address, length, access, met));
    }

    /// <summary>Judged as a whole: the range lies in one segment of one region in which the device has the right.</summary>
    private bool TryJudge(uint device, ulong address, ulong length, BusAccess access, ProtectedRights needed, out Span<byte> bytes)
    {
        bytes = default;
        var range = new AddressRange(address, length);
        var met = Met(range);
        if (met is { State: ProtectedRegionState.Protected } region && range.End >= range.Start && (region.RightsOf(device) & needed) == needed)
        {
            for (var i = 0; i < region.Segments.Count; i++)
            {
                if (!region.Segments[i].Contains(range)) continue;
                bytes = region.Backing(i).Owner.Slice((int)(address - region.Segments[i].Start), (int)length);
                return true;
            }
        }
        Log(BusInitiator.Device, device, address, length, access, met);
        return false;
    }

    private AccessFault Log(BusInitiator initiator, uint id, ulong address, ulong length, BusAccess access, ProtectedRegion? met)
    {
        var fault = new AccessFault(initiator, id, address, length, access, met?.Handle ?? 0, _time.GetUtcNow());
        if (_faults.Count == FaultsKept) _faults.RemoveAt(0);
        _faults.Add(fault);
        return fault;
    }

    private void CopyOrdinary(ulong address, int length, PageCopy copy, Span<byte> buffer)
    {
        for (var done = 0; done < length;)
        {
            var at = (int)((address + (ulong)done) % PageList.PageSize);
            var part = Math.Min(length - done, PageList.PageSize - at);
            copy(Page(address + (ulong)done - (ulong)at), at, done, part, buffer);
            done += part;
        }
    }

    private Span<byte> Page(ulong page)
    {
        foreach (var memory in _memories)
        {
            if (memory.TryResolve(page, PageList.PageSize, out var region, out var offset)) return region.Owner.Slice(offset, PageList.PageSize);
        }
        if (!IsInWindow(new AddressRange(page, PageList.PageSize))) throw new ArgumentOutOfRangeException(nameof(page), page, "There is no memory of this platform.");
        return _pages.TryGetValue(page, out var bytes) ? bytes : _pages[page] = new byte[PageList.PageSize];
    }

    private bool IsInWindow(AddressRange range) => Options.Windows.Any(window => window.Contains(range));

    private delegate void PageCopy(Span<byte> page, int at, int done, int length, Span<byte> buffer);

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
