using MinkActors.Emulator;

namespace MinkActors.Testing;

/// <summary>I-13, I-14, I-20: message buffers start empty, are in one call's hands, and stay until the other side is done with them.</summary>
internal sealed class BufferWatch(Action<string, string> violated)
{

    /// <summary>Looks at a call that is about to leave.</summary>
    public void Entered(SimulatedWorld world, SecureEntry entry, SharedRegion? inbound, SharedRegion outbound)
    {
        foreach (var (other, lent) in world.Transport.InTransit)
        {
            if (ReferenceEquals(lent.Outbound, outbound) || (inbound is not null && ReferenceEquals(lent.Inbound, inbound))) violated("I-14", "A buffer was sent while another call still has it");
            if (!world.Faults.BooksMayDiffer && inbound is not null && world.Transport.IsRelease(entry) && world.Transport.IsRelease(other)) violated("I-16", "Two RELEASEs are under way at once");
            if (other.Slot == entry.Slot) violated("I-15", $"Slot {entry.Slot} is used by two calls at once");
        }
        if (inbound is null)
        {
            if (!world.IsHostile && !world.Faults.BooksMayDiffer && outbound.PeerTag is not SecureThread { IsSuspended: true }) violated("I-06", "A callback was answered that nobody waits for");
            return;
        }
        if (outbound.PeerTag is SecureThread { IsBusy: true } && !world.Faults.BooksMayDiffer) violated("I-14", "An outbound buffer was sent while a secure thread still has it");
    }

    public void Check(SimulatedWorld world, List<Invocation> invocations)
    {
        foreach (var (entry, (inbound, outbound)) in world.Transport.InTransit)
        {
            if (RuntimeState.ReturnTo(entry) is not DirectInvocation owner) continue;
            if (!outbound.IsShared || inbound is { IsShared: false }) violated("I-14", "A buffer was given back while it is with the secure world");
            if (!ReferenceEquals(RuntimeState.Outbound(owner), outbound) || (inbound is not null && !ReferenceEquals(RuntimeState.Inbound(owner), inbound)))
                violated("I-14", "An invocation let go of a buffer that is with the secure world");
            if (!owner.IsUnderWay) violated("I-06", "An invocation ended while it is in the secure world");
        }
        if (!world.Faults.BooksMayDiffer) CheckThreads(world, invocations);
        CheckSlots(world, invocations);
    }

    private void CheckThreads(SimulatedWorld world, List<Invocation> invocations)
    {
        foreach (var region in world.Memory.Live)
        {
            if (region.PeerTag is not SecureThread { IsBusy: true }) continue;
            var isHeld = false;
            foreach (var invocation in invocations) isHeld |= invocation is DirectInvocation { IsUnderWay: true } direct && ReferenceEquals(RuntimeState.Outbound(direct), region);
            if (!isHeld) violated("I-14", "A secure thread works on a buffer that no running invocation has");
        }
    }

    private void CheckSlots(SimulatedWorld world, List<Invocation> invocations)
    {
        var held = 0;
        UInt128 seen = 0;
        foreach (var invocation in invocations)
        {
            if (invocation is DirectInvocation { Call.Phase: SecurePhase.Ended } over && RuntimeState.HoldsTarget(over)) violated("I-03", $"The {over.Name} has ended and still holds its target");
            if (invocation is not DirectInvocation direct || direct.Call.Slot is not (>= 0 and var slot)) continue;
            held++;
            var bit = UInt128.One << (slot & 127);
            if ((seen & bit) != 0 && world.Mink.Limits.Slots <= 128) violated("I-15", $"Slot {slot} is held by two invocations");
            seen |= bit;
            if (direct.Call.Phase is SecurePhase.Ended or SecurePhase.Idle) violated("I-15", $"Slot {slot} is held by an invocation that has ended");
        }
        var taken = world.Domain.Transport.SlotsInUse;
        // A slot that is answered to somebody who waits is in the message until that one takes it.
        if (held > taken) violated("I-15", $"{held} slots are held, {taken} are taken");
        if (world.Domain.Transport.Waiting > world.Mink.Limits.QueuedInvocations) violated("I-15", $"{world.Domain.Transport.Waiting} calls wait for a slot, the limit is {world.Mink.Limits.QueuedInvocations}");
        if (world.Domain.Table.Count > world.Mink.Limits.CallbackIds) violated("I-15", $"{world.Domain.Table.Count} ids live, the limit is {world.Mink.Limits.CallbackIds}");
        if (world.Secure is { } secure && secure.Table.Count > world.Shape.SecureObjects) violated("I-15", $"{secure.Table.Count} secure ids live, the limit is {world.Shape.SecureObjects}");
        if (world.ThreadsInUse > world.Shape.SecureThreads) violated("I-15", $"{world.ThreadsInUse} secure threads are in use, there are {world.Shape.SecureThreads}");
        if (held > world.Mink.Limits.Slots) violated("I-15", $"{held} slots are held, the limit is {world.Mink.Limits.Slots}");
    }

    /// <summary>What is shared is in the pool, with an invocation, in quarantine, or a memory object's.</summary>
    public void CheckQuiet(SimulatedWorld world, List<Invocation> invocations, IEnumerable<MinkObject> objects)
    {
        var known = new HashSet<SharedRegion>(ReferenceEqualityComparer.Instance);
        foreach (var region in RuntimeState.Free(world.Domain.Buffers).Values.SelectMany(free => free).Concat(objects.OfType<MemoryObject>().Select(memory => memory.Region)))
        {
            if (!known.Add(region)) violated("I-14", $"The region at 0x{region.PhysicalAddress:X} has two owners");
        }
        foreach (var direct in invocations.OfType<DirectInvocation>())
        {
            foreach (var region in new[] { RuntimeState.Inbound(direct), RuntimeState.Outbound(direct) })
            {
                if (region is not null && !known.Add(region)) violated("I-14", $"The region at 0x{region.PhysicalAddress:X} has two owners");
            }
        }
        if (world.Domain.Buffers.Quarantined > 0) return;
        foreach (var region in world.Memory.Live)
        {
            if (!known.Contains(region)) violated("I-14", $"The region at 0x{region.PhysicalAddress:X} of {region.Size} bytes is shared and nobody's");
        }
    }
}
