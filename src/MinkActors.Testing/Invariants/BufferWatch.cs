using MinkActors.Emulator;
using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>I-13, I-14, I-20: message buffers start empty, are in one call's hands, and stay until the other side is done with them.</summary>
internal sealed class BufferWatch(Action<string, string> violated)
{
    private readonly HashSet<int> _slots = [];

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
        if (outbound.PeerTag is SecureThread && !world.Faults.BooksMayDiffer) violated("I-14", "An outbound buffer was sent while a secure thread still has it");
        if (!world.Faults.BooksMayDiffer && outbound.Owner.ContainsAnyExcept((byte)0)) violated("I-20", "An outbound buffer was sent that is not empty");
        // The peer of a damaged link may have changed what is sent a second time.
        if (world.Faults.BooksMayDiffer) return;
        var table = default(ArgumentTable);
        var size = (int)entry.Registers.X3;
        if (size > inbound.Size || !DirectMessage.TryReadRequest(inbound.Owner[..size], out _, out _, ref table, out var refusal, out _))
        {
            violated("I-09", "A message was sent that cannot be read");
            return;
        }
        _ = refusal;
        if (inbound.Owner[table.PayloadEnd..].ContainsAnyExcept((byte)0)) violated("I-13", "Bytes behind the message left with it");
        for (var i = 0; i < table.Counts.OutputBuffers; i++)
        {
            var output = table.OutputBuffer(i);
            if (inbound.Owner.Slice(output.Offset, output.Size).ContainsAnyExcept((byte)0)) violated("I-13", $"Output space {i} was sent with bytes in it");
        }
    }

    public void Check(SimulatedWorld world, IReadOnlyList<Invocation> invocations)
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

    private void CheckThreads(SimulatedWorld world, IReadOnlyList<Invocation> invocations)
    {
        foreach (var region in world.Memory.Live)
        {
            if (region.PeerTag is not SecureThread) continue;
            var isHeld = false;
            foreach (var invocation in invocations) isHeld |= invocation is DirectInvocation { IsUnderWay: true } direct && ReferenceEquals(RuntimeState.Outbound(direct), region);
            if (!isHeld) violated("I-14", "A secure thread works on a buffer that no running invocation has");
        }
    }

    private void CheckSlots(SimulatedWorld world, IReadOnlyList<Invocation> invocations)
    {
        _slots.Clear();
        foreach (var invocation in invocations)
        {
            if (invocation is not DirectInvocation direct || direct.Call.Slot is not (>= 0 and var slot)) continue;
            if (!_slots.Add(slot)) violated("I-15", $"Slot {slot} is held by two invocations");
            if (direct.Call.Phase is SecurePhase.Ended or SecurePhase.Idle) violated("I-15", $"Slot {slot} is held by an invocation that has ended");
        }
        if (_slots.Count > world.Domain.Transport.SlotsInUse) violated("I-15", $"{_slots.Count} slots are held, {world.Domain.Transport.SlotsInUse} are taken");
        if (_slots.Count > world.Mink.Limits.Slots) violated("I-15", $"{_slots.Count} slots are held, the limit is {world.Mink.Limits.Slots}");
    }

    /// <summary>What is shared is in the pool, with an invocation, in quarantine, or a memory object's.</summary>
    public void CheckQuiet(SimulatedWorld world, IReadOnlyList<Invocation> invocations, IEnumerable<MinkObject> objects)
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
