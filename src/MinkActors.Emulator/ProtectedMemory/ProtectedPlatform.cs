using MinkActors.Emulator.OpTee;
using MinkActors.Protocol.OpTee;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>The memory bus of a platform: who may touch which byte, and the log of those who may not (spec 10 section 8).</summary>
/// <remarks>Every path to the windows goes through here: processors, devices, page lists of OP-TEE. Any thread; a change of
/// protection is one step for all of them (R16).</remarks>
public sealed partial class ProtectedPlatform
{
    private const int FaultsKept = 4096;

    private readonly Dictionary<ulong, byte[]> _pages = [];         // ordinary memory of the windows, when touched
    private readonly List<ProtectedRegion> _regions = [];
    private readonly List<ProtectedPool> _pools;
    private readonly List<AddressRange> _lost = [];                 // protected when the secure world ended: for ever
    private readonly List<AccessFault> _faults = [];
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

    internal Lock Gate { get; } = new();
    internal IReadOnlyList<ProtectedPool> Pools => _pools;
    internal IReadOnlyList<ProtectedRegion> Regions => _regions;

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

    /// <summary>Whether a range has a protected byte: what a transport asks before it shares one (R4).</summary>
    public bool IsProtected(ulong address, ulong size)
    {
        lock (Gate) return Met(new AddressRange(address, size)) is not null || MeetsHeldBack(new AddressRange(address, size));
    }

    internal ProtectedRegion? Met(AddressRange range) => _regions.Find(region => region.Segments.Any(segment => segment.Overlaps(range)));

    /// <summary>Carve-outs are protected from boot on, whether something is allocated there or not; so are lent pools.</summary>
    internal bool MeetsHeldBack(AddressRange range) => Pools.Any(pool => pool.Slot is not null && pool.Range.Overlaps(range)) || _lost.Exists(lost => lost.Overlaps(range)) || Options.SecureMemory.Any(secure => secure.Overlaps(range));

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
}
