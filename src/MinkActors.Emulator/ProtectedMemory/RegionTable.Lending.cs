using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>Ranges that are lent while something of them is used: dynamic pools, and the blocks of a client's own area.</summary>
internal sealed partial class RegionTable
{
    /// <summary>Slots that a dynamic region could take now.</summary>
    public int FreeDynamicSlots => Math.Min(Options.DynamicSlotCount - (SlotsUsed - Options.CarveOuts.Count), _slots.Count(taken => !taken));

    /// <summary>The client lends a range to allocate from it (section 11, T3); checked as for Protect, but any whole number of granules will do.</summary>
    public ProtectedMemoryError LendBlock(ProtectedClient client, ProtectedUseCase useCase, AddressRange block, out ProtectedPool? lent)
    {
        lent = null;
        if (block.Size == 0 || block.Start % Options.Granule != 0 || block.Size % Options.Granule != 0 || block.End < block.Start || block.Size > int.MaxValue) return ProtectedMemoryError.BadParameters;
        if (client.IsGuest) return ProtectedMemoryError.AccessDenied;
        if (Options.DynamicSlotCount == 0) return ProtectedMemoryError.NotSupported;
        if (!Options.Windows.Any(window => window.Contains(block))) return ProtectedMemoryError.OutOfWindow;
        if (Conflicts(block)) return ProtectedMemoryError.Conflict;
        if (!TryTakeSlot(out var slot)) return ProtectedMemoryError.NoSlot;
        platform.Add(lent = new ProtectedPool(block, useCase, null) { Lender = client, Slot = slot });
        return ProtectedMemoryError.Ok;
    }

    /// <summary>T3: all blocks of a client return when nothing of any is used.</summary>
    public void ReturnBlocks(ProtectedClient client)
    {
        var blocks = platform.Pools.Where(pool => pool.Lender == client).ToArray();
        if (!blocks.All(block => block.IsEmpty)) return;
        foreach (var block in blocks) ReturnBlock(block);
    }

    /// <summary>One that nothing was taken from.</summary>
    public void ReturnBlock(ProtectedPool block)
    {
        Invariant.Holds(block.IsEmpty);
        platform.Remove(block);
        FreeSlot(block.Slot!.Value);
    }

    /// <summary>R9: the first allocation of a dynamic pool lends all of it in one step.</summary>
    private bool TryLend(ProtectedPool pool, ref ProtectedMemoryError error)
    {
        if (pool.Slot is not null) return true;
        if (platform.MeetsShared(pool.Range)) return false;
        if (!TryTakeSlot(out var slot))
        {
            error = ProtectedMemoryError.NoSlot;
            return false;
        }
        pool.Slot = slot;
        platform.TakeFromNormalWorld(pool.Range);
        return true;
    }

    /// <summary>The last free of a dynamic pool gives it back.</summary>
    private void Reclaim(ProtectedPool pool)
    {
        if (pool.Lender is { } lender)
        {
            ReturnBlocks(lender);
        }
        else if (pool is { IsDynamic: true, IsEmpty: true })
        {
            FreeSlot(pool.Slot!.Value);
            pool.Slot = null;
            platform.TakeFromNormalWorld(pool.Range);
        }
    }
}
