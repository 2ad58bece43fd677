using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>The decisions of the provider: which regions there are, and who may what (spec 10 sections 5 to 9). One owner; every method is one step.</summary>
/// <remarks>Checks come in the order of section 6, the first failure answers, and a failed operation changes nothing.</remarks>
internal sealed partial class RegionTable(ProtectedPlatform platform)
{
    private readonly Dictionary<ulong, ProtectedRegion> _regions = [];
    private readonly SortedSet<uint> _freeIndices = [];
    private readonly bool[] _slots = [.. Enumerable.Range(0, platform.Options.Slots).Select(slot => slot < platform.Options.CarveOuts.Count)];
    private readonly List<Action> _toTell = [];
    private uint _indices;
    private uint _generation;

    /// <summary>A slot has become free since this was last set back.</summary>
    public bool HasFreedSlot { get; set; }

    private ProtectedPlatformOptions Options => platform.Options;

    /// <summary>Regions that are not gone.</summary>
    public int Count => _regions.Count;

    /// <summary>Slots taken, those of the carve-outs included.</summary>
    public int SlotsUsed => _slots.Count(taken => taken);

    public ProtectedMemoryInfo Info()
    {
        var pools = platform.Pools.Where(pool => pool.Slot is not null).ToArray();
        return new ProtectedMemoryInfo(ProtectedMemoryLimits.Api, Options.Granule, (uint)_slots.Length, (uint)SlotsUsed, (uint)Options.GrantsPerRegion,
            1u | (Options.DynamicSlotCount > 0 ? 2u : 0), pools.Aggregate(0ul, (sum, pool) => sum + pool.Range.Size),
            pools.Aggregate(0ul, (sum, pool) => sum + pool.Free), pools.Select(pool => pool.LargestFree).DefaultIfEmpty(0ul).Max());
    }

    public static bool IsUseCase(ProtectedUseCase useCase) => useCase is >= ProtectedUseCase.SecureVideoPlayback and <= ProtectedUseCase.SecureVideoRecording;

    /// <summary>Whom to tell of what ended, outside the lock; empty afterwards.</summary>
    public Action[] TakeToTell()
    {
        if (_toTell.Count == 0) return [];
        Action[] all = [.. _toTell];
        _toTell.Clear();
        return all;
    }

    /// <summary>A region of this client that nobody is releasing (R15, O6).</summary>
    public bool TryFind(ProtectedClient client, ulong handle, out ProtectedRegion region) =>
        _regions.TryGetValue(handle, out region!) && region.Owner == client && region.State == ProtectedRegionState.Protected;

    public ProtectedMemoryError Grant(ProtectedClient client, ulong handle, DeviceGrant grant)
    {
        if (!TryFind(client, handle, out var region)) return ProtectedMemoryError.NotFound;
        return TryMerge(region.UseCase, region.Grants, [grant], out var merged) is var error and not ProtectedMemoryError.Ok ? error : Put(region, merged);
    }

    public ProtectedMemoryError Revoke(ProtectedClient client, ulong handle, uint device)
    {
        if (!TryFind(client, handle, out var region)) return ProtectedMemoryError.NotFound;
        return region.Grants.RemoveAll(grant => grant.Device == device) > 0 ? ProtectedMemoryError.Ok : ProtectedMemoryError.NotFound;
    }

    public ProtectedMemoryError ResolveDevice(string compatible, out uint device)
    {
        device = Options.Devices.FirstOrDefault(known => known.Value == compatible).Key;
        return device != 0 ? ProtectedMemoryError.Ok : ProtectedMemoryError.NotFound;
    }

    /// <summary>Op 11: for memory objects, which need one address (O1, O8).</summary>
    public ProtectedMemoryError AddReference(ProtectedClient client, ulong handle)
    {
        if (client.IsGuest) return ProtectedMemoryError.NotSupported;
        if (!TryFind(client, handle, out var region)) return ProtectedMemoryError.NotFound;
        if (region.Segments.Count > 1) return ProtectedMemoryError.NotSupported;
        region.Added[client] = region.Added.GetValueOrDefault(client) + 1;
        return ProtectedMemoryError.Ok;
    }

    /// <summary>Op 12. Also while the region is being released: that waits for exactly this (O2).</summary>
    public ProtectedMemoryError DropReference(ProtectedClient client, ulong handle)
    {
        if (!_regions.TryGetValue(handle, out var region) || region.Owner != client) return ProtectedMemoryError.NotFound;
        if (!region.Added.TryGetValue(client, out var count)) return ProtectedMemoryError.BadParameters;
        if (count == 1) region.Added.Remove(client);
        else region.Added[client] = count - 1;
        EndIfUnused(region);
        return ProtectedMemoryError.Ok;
    }

    /// <summary>A call of a trusted application begins to use a region of its client's machine (section 8).</summary>
    public ProtectedRegion? UseAsParameter(uint virtualMachine, Func<ProtectedRegion, bool> isNamed)
    {
        var region = _regions.Values.FirstOrDefault(region => region.Owner.VirtualMachine == virtualMachine && region.State == ProtectedRegionState.Protected && isNamed(region));
        if (region is not null) region.Parameters++;
        return region;
    }

    public void EndParameter(ProtectedRegion region)
    {
        if (region.Parameters == 0) return;    // revoked with its machine
        region.Parameters--;
        EndIfUnused(region);
    }

    /// <summary>The secure world maps a range by a memory object: all of it in one region, which is held from here on. Null: it is no region's.</summary>
    public ProtectedRegion? UseAsMapping(AddressRange range)
    {
        var region = _regions.Values.FirstOrDefault(region => region.State == ProtectedRegionState.Protected && region.Segments is [var whole] && whole.Contains(range));
        if (region is not null) region.Mappings++;
        return region;
    }

    public void EndMapping(ProtectedRegion region)
    {
        if (region.Mappings == 0) return;    // revoked with its machine
        region.Mappings--;
        EndIfUnused(region);
    }

    private ProtectedMemoryError TryMerge(ProtectedUseCase useCase, IEnumerable<DeviceGrant> present, IReadOnlyList<DeviceGrant> more, out List<DeviceGrant> merged)
    {
        merged = [.. present];
        foreach (var grant in more)
        {
            if (!Options.Devices.ContainsKey(grant.Device)) return ProtectedMemoryError.NotFound;
            if ((grant.Rights & ~Options.Rights.GetValueOrDefault((useCase, grant.Device))) != 0) return ProtectedMemoryError.AccessDenied;
            merged.RemoveAll(held => held.Device == grant.Device);
            merged.Add(grant);
        }
        return merged.Count <= Options.GrantsPerRegion ? ProtectedMemoryError.Ok : ProtectedMemoryError.NoSlot;
    }

    private static ProtectedMemoryError Put(ProtectedRegion region, List<DeviceGrant> grants)
    {
        region.Grants.Clear();
        region.Grants.AddRange(grants);
        return ProtectedMemoryError.Ok;
    }

    private ProtectedRegion Begin(ProtectedClient client, ProtectedUseCase useCase, IReadOnlyList<AddressRange> segments, ProtectedPool? pool, int slot, List<DeviceGrant> grants)
    {
        if (_freeIndices.Count == 0) _freeIndices.Add(++_indices);
        var index = _freeIndices.Min;
        _freeIndices.Remove(index);
        // The generation grows with every region, so that a handle is never used again (section 1).
        var region = new ProtectedRegion(((ulong)++_generation << 32) | index, client, useCase, segments, pool, slot);
        platform.Add(region);
        Put(region, grants);
        region.State = ProtectedRegionState.Protected;
        return _regions[region.Handle] = region;
    }

    private bool TryTakeSlot(out int slot)
    {
        slot = -1;
        if (SlotsUsed - Options.CarveOuts.Count >= Options.DynamicSlotCount) return false;
        slot = Array.IndexOf(_slots, false);
        if (slot < 0) return false;
        _slots[slot] = true;
        return true;
    }

    private void FreeSlot(int slot)
    {
        _slots[slot] = false;
        HasFreedSlot = true;
    }
}
