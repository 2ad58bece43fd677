using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>What comes back from the secure world, as it is before the runtime sees it.</summary>
internal sealed partial class WireWatch
{
    private const ulong CallbackWaits = 3;

    public void ComesBack(SecureEntry entry, in SmcRegisters registers, SharedRegion outbound)
    {
        if (RuntimeState.ReturnTo(entry) is not DirectInvocation owner || !_calls.TryGetValue(owner, out var call)) return;
        World.Actors.AddToDigest(registers.X0 ^ (registers.X1 << 32) ^ registers.X2);
        call.IsOut = false;
        (call.Status, call.Token, call.ReturnedAt) = ((long)registers.X0, registers.X6, World.Actors.Elapsed);
        if (call.Status == Busy) call.BusyAnswers++;
        if (call.Status is Busy or Interrupted)
        {
            // What the peer left in the buffer is what goes again: the owner changes nothing.
            if (!call.HasCallback) call.KeepReply(RuntimeState.Inbound(owner)!.Owner[..call.Request.End]);
            return;
        }
        call.BusyAnswers = 0;
        call.HasCallback = false;
        if (call.Status != 0)
        {
            // What the secure world has seen and the monitor then refuses may be written to for ever.
            if (!call.WasSeen) return;
            _burnt.Add(outbound);
            if (RuntimeState.Inbound(owner) is { } lent) _burnt.Add(lent);
            return;
        }
        call.WasSeen = true;
        IdBooks.Taken(owner);
        call.GivenUp.Clear();
        call.ObjectIds.Clear();
        call.Objects.Clear();
        if (registers.X1 == CallbackWaits) CallbackArrives(call, outbound);
        else ReplyArrives(call, (ResultCode)(int)(uint)registers.X2, RuntimeState.Inbound(owner)!, outbound);
    }

    private void CallbackArrives(WireCall call, SharedRegion outbound)
    {
        AddToDigest(outbound);
        var message = call.Callback;
        call.HasCallback = true;
        (call.WasDispatched, call.Answered, call.Target, call.Count, call.HasCounted) = (false, null, null, null, false);
        call.Refusal = message.Read(outbound.Owner, isCallback: true);
        if (call.Refusal is not null) return;
        if (!World.IsHostile && !World.Faults.BooksMayDiffer) CheckRequest(message, outbound.Owner);
        ReadReleases(call, outbound.Owner[message.End..]);
        for (var i = 0; i < message.InputObjects; i++) ObjectArrives(call, message.InputObject(i));
        call.Count = (message.Operation & 0xFFFF) switch { Release => CountRequest.Release, Retain => CountRequest.Retain, _ => null };
        call.IsDue = true;
    }

    /// <summary>The emulated secure world keeps the rules too: padding and output space are zero (spec/02 section 3).</summary>
    private void CheckRequest(WireMessage message, ReadOnlySpan<byte> shared)
    {
        CheckPadding(message);
        if (WireMessage.Word(shared, 0) != 0 || message.Operation > 0xFFFF) _violated("I-13", "The secure world sent a request with a result or with modifiers");
        for (var i = 0; i < message.OutputObjects; i++)
        {
            if (message.Bytes.Slice(message.OutputObjectEntry(i), 8).ContainsAnyExcept((byte)0)) _violated("I-13", $"The secure world sent something in the entry of output object {i}");
        }
    }

    /// <summary>Only the sizes and the objects are read, at the places that the request has (spec/02 section 4).</summary>
    private void ReplyArrives(WireCall call, ResultCode result, SharedRegion inbound, SharedRegion outbound)
    {
        AddToDigest(inbound);
        AddToDigest(outbound);
        call.Result = result;
        call.AreSizesSound = call.AreObjectsKnown = true;
        var shared = inbound.Owner;
        var request = call.Request;
        if (result == ResultCode.Ok)
        {
            for (var i = 0; i < request.OutputBuffers; i++)
            {
                var entry = request.OutputEntry(i);
                var (offset, capacity) = request.Output(i);
                if (WireMessage.Word(shared, entry) != offset || WireMessage.Word(shared, entry + 4) > capacity) call.AreSizesSound = false;
            }
            for (var i = 0; i < request.OutputObjects; i++)
            {
                ObjectArrives(call, WireMessage.Word(shared, request.OutputObjectEntry(i)));
            }
            call.KeepReply(shared[..request.End]);
        }
        ReadReleases(call, outbound.Owner);
        // Null objects and nothing given up: there is nothing to ask the table.
        call.IsDue = call.GivenUp.Count > 0 || call.ObjectIds.Exists(id => id != 0);
        if (!call.IsDue) LookUp(call);
    }

    /// <summary>One reference for each secure id, whatever becomes of the message.</summary>
    private void ObjectArrives(WireCall call, uint id)
    {
        call.ObjectIds.Add(id);
        if (id is >= 2 and < Primordial) Books.Arrived(id);
    }

    /// <summary>Spec/02 section 5, the column that is ours.</summary>
    private void ReadReleases(WireCall call, ReadOnlySpan<byte> area)
    {
        while (area.Length > 8)
        {
            var version = WireMessage.Word(area, 0);
            if (version >> 16 != 1 || WireMessage.Word(area, 4) != 0xFFFF || area.Length < 12) return;
            var count = WireMessage.Word(area, 8);
            if (count > (area.Length - 12) / 4) return;
            for (var i = 0; i < (int)count; i++)
            {
                var id = WireMessage.Word(area, 12 + 4 * i);
                if (id >= FirstCallback) call.GivenUp.Add(id);
            }
            area = area[Math.Min(area.Length, 12 + 4 * (int)count + 7 & ~7)..];
        }
    }
}
