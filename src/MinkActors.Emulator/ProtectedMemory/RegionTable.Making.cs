using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>Protect and Allocate.</summary>
internal sealed partial class RegionTable
{
    /// <summary>Op 2, and the lending of OP-TEE's own messages. The codec has checked sizes, flags and rights (section 6).</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="useCase">What for.</param>
    /// <param name="address">Physical.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="grants">First grants.</param>
    /// <param name="isByObject">Of a memory object, which this call has mapped: a second time is a conflict, not a repeat (O5).</param>
    /// <param name="region">The region.</param>
    public ProtectedMemoryError Protect(ProtectedClient client, ProtectedUseCase useCase, ulong address, ulong size, IReadOnlyList<DeviceGrant> grants, bool isByObject, out ProtectedRegion region)
    {
        region = null!;
        var unit = Math.Max(Options.Granule, Options.Alignment);
        if (size == 0 || size < Options.MinimumSize || address % unit != 0 || size % unit != 0 || address + size < address || size > int.MaxValue) return ProtectedMemoryError.BadParameters;
        if (client.IsGuest) return ProtectedMemoryError.AccessDenied;
        if (!IsUseCase(useCase)) return ProtectedMemoryError.BadParameters;
        if (Options.DynamicSlotCount == 0) return ProtectedMemoryError.NotSupported;
        var range = new AddressRange(address, size);
        if (!Options.Windows.Any(window => window.Contains(range))) return ProtectedMemoryError.OutOfWindow;
        var same = isByObject ? null : _regions.Values.FirstOrDefault(held => held.Pool is null && held.Range == range && held.Owner == client && held.UseCase == useCase && held.State == ProtectedRegionState.Protected);
        if (same is null && Conflicts(range)) return ProtectedMemoryError.Conflict;
        var error = TryMerge(useCase, same?.Grants ?? [], grants, out var merged);
        if (error != ProtectedMemoryError.Ok) return error;
        if (same is not null)
        {
            // R5: the same again is one more handle on the same region.
            Put(same, merged);
            same.Handles++;
            region = same;
            return ProtectedMemoryError.Ok;
        }
        if (!TryTakeSlot(out var slot)) return ProtectedMemoryError.NoSlot;
        region = Begin(client, useCase, [range], null, slot, merged);
        return ProtectedMemoryError.Ok;
    }

    /// <summary>Op 4.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="request">What for.</param>
    /// <param name="grants">First grants.</param>
    /// <param name="fromBlocks">From what the client has lent itself, and not from the platform's pools.</param>
    /// <param name="region">The region.</param>
    public ProtectedMemoryError Allocate(ProtectedClient client, in AllocateRequest request, IReadOnlyList<DeviceGrant> grants, bool fromBlocks, out ProtectedRegion region)
    {
        region = null!;
        var granule = (ulong)Options.Granule;
        var alignment = request.Alignment == 0 ? granule : request.Alignment;
        if (request.ByteSize == 0 || request.ByteSize > ulong.MaxValue - granule || (alignment & (alignment - 1)) != 0 || alignment < granule) return ProtectedMemoryError.BadParameters;
        var useCase = request.UseCase;
        if (!IsUseCase(useCase)) return ProtectedMemoryError.BadParameters;
        var pools = platform.Pools.Where(pool => pool.UseCase == useCase && pool.Lender == (fromBlocks ? client : null)).ToArray();
        if (pools.Length == 0 && !fromBlocks) return ProtectedMemoryError.NotSupported;
        var error = TryMerge(useCase, [], grants, out var merged);
        if (error != ProtectedMemoryError.Ok) return error;
        var size = (request.ByteSize + granule - 1) / granule * granule;
        error = ProtectedMemoryError.NoMemory;
        foreach (var pool in pools)
        {
            List<AddressRange> pieces;
            if (pool.TryFit(size, alignment, out var place)) pieces = [place];
            else if ((request.Flags & ProtectedMemoryLimits.SeveralSegments) == 0 || !pool.TryFitPieces(size, alignment, ProtectedMemoryLimits.SegmentsMax, out pieces)) continue;
            if (!TryLend(pool, ref error)) continue;
            pool.Take(pieces);
            region = Begin(client, useCase, pieces, pool, pool.Slot!.Value, merged);
            return ProtectedMemoryError.Ok;
        }
        return error;
    }

    /// <summary>R3. A range that a dynamic pool may need is kept free for it.</summary>
    private bool Conflicts(AddressRange range) =>
        platform.Met(range) is not null || platform.MeetsHeldBack(range) || platform.Pools.Any(pool => pool.Range.Overlaps(range)) || platform.MeetsShared(range);
}
