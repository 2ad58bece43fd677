using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>Unprotect, Free, and the end of clients.</summary>
internal sealed partial class RegionTable
{
    /// <summary>Ops 3 and 5 (O6). With <paramref name="isOpen"/> the region is gone later: its list tells when.</summary>
    public ProtectedMemoryError Release(ProtectedClient client, ulong handle, ReleaseFlags flags, bool isAllocation, out ProtectedRegion? isOpen)
    {
        isOpen = null;
        if (!TryFind(client, handle, out var region)) return ProtectedMemoryError.NotFound;
        if (region.Pool is not null != isAllocation) return ProtectedMemoryError.BadParameters;
        if (region.Handles > 1)
        {
            region.Handles--;
            return ProtectedMemoryError.Ok;
        }
        if (flags == ReleaseFlags.RefuseIfReferenced && region.OtherReferences > 0) return ProtectedMemoryError.Busy;
        BeginRelease(region);
        if (flags == ReleaseFlags.Wait && _regions.ContainsKey(handle)) isOpen = region;
        return ProtectedMemoryError.Ok;
    }

    /// <summary>O7: as Free in the background for all that the client has; what it added is dropped.</summary>
    public void EndClient(ProtectedClient client)
    {
        client.HasEnded = true;
        foreach (var region in _regions.Values.Where(region => region.Owner == client).ToArray())
        {
            region.Added.Remove(client);
            region.Handles = 1;
            if (region.State == ProtectedRegionState.Protected) BeginRelease(region);
            else EndIfUnused(region);
        }
        ReturnBlocks(client);
    }

    /// <summary>O7: parameters and mappings of a destroyed machine are revoked first, then it is the end of each of its clients.</summary>
    public void EndMachine(uint virtualMachine)
    {
        var owned = _regions.Values.Where(region => region.Owner.VirtualMachine == virtualMachine).ToArray();
        foreach (var region in owned) region.Parameters = region.Mappings = 0;
        foreach (var client in owned.Select(region => region.Owner).Distinct()) EndClient(client);
    }

    private void BeginRelease(ProtectedRegion region)
    {
        region.Handles = 0;
        region.State = ProtectedRegionState.Releasing;
        EndIfUnused(region);
    }

    /// <summary>O7, the end of the secure world: nobody has anything any more, and nothing is returned to anybody.</summary>
    public void EndWorld()
    {
        foreach (var region in _regions.Values.ToArray())
        {
            region.Grants.Clear();
            region.Added.Clear();
            region.Handles = region.Parameters = region.Mappings = 0;
            platform.Lose(region);
            region.State = ProtectedRegionState.Free;
            foreach (var told in region.WhenGone) _toTell.Add(() => told(ProtectedMemoryError.NotFound));
        }
        _regions.Clear();
        Array.Fill(_slots, false, Options.CarveOuts.Count, _slots.Length - Options.CarveOuts.Count);
    }

    private void EndIfUnused(ProtectedRegion region)
    {
        if (region.State != ProtectedRegionState.Releasing || region.OtherReferences > 0) return;
        region.Grants.Clear();
        platform.Remove(region);
        _regions.Remove(region.Handle);
        _freeIndices.Add((uint)region.Handle);
        region.State = ProtectedRegionState.Free;
        if (region.Pool is { } pool)
        {
            pool.GiveBack(region.Segments);
            Reclaim(pool);
        }
        else FreeSlot(region.Slot);
        foreach (var told in region.WhenGone) _toTell.Add(() => told(ProtectedMemoryError.Ok));
    }
}
