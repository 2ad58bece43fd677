using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>Calls that break off in the middle of a callback, and what is left of them: what was handed over with the request stays the secure world's
/// (spec/01 section 5, row 5), even when its callback request was no message at all.</summary>
/// <remarks>Ids that it keeps are not the hostile world's, which names them by a guess only.</remarks>
internal sealed class TornCalls
{
    /// <summary>Keeps the object it is given, sends a callback request that cannot be read, and refuses the answer to it for good.</summary>
    public const uint Tear = 40;

    /// <summary>Calls the object that the torn call of the same key has brought, answers with what it answered, and releases the object.</summary>
    public const uint UseTorn = 41;

    private readonly Dictionary<uint, ObjectId> _kept = [];
    private readonly Dictionary<SharedRegion, (uint Key, bool IsTorn)> _calls = new(ReferenceEqualityComparer.Instance);

    /// <summary>False: the request is another's.</summary>
    public bool Begins(SecureEntry entry, ISharedMemory memory, SharedRegion outbound)
    {
        var request = default(ArgumentTable);
        if (!memory.TryResolve(entry.Registers.X2, 1, out var inbound, out _)) return false;
        if (!DirectMessage.TryReadRequest(inbound.PeerRead, out _, out var operation, ref request, out _, out _)) return false;
        if (operation.Method is not ((ushort)Tear or (ushort)UseTorn)) return false;
        var key = BitConverter.ToUInt32(request.InputBytes(inbound.PeerRead, 0));
        var isTorn = operation.Method == (ushort)Tear;
        if (isTorn) _kept[key] = request.InputObject(0);
        _calls[outbound] = (key, isTorn);
        CallBack(outbound, _kept.GetValueOrDefault(key), isReadable: !isTorn);
        entry.Return(SmcCall.CallbackWaits());
        return true;
    }

    /// <summary>False: the answer is to another's callback.</summary>
    public bool Continues(SecureEntry entry, SharedRegion outbound)
    {
        if (!_calls.Remove(outbound, out var call)) return false;
        if (call.IsTorn)
        {
            entry.Return(SmcCall.Failed(SmcCall.StatusFailed));
            return true;
        }
        var result = CallbackMessage.ReadResult(outbound.PeerRead);
        outbound.Peer(0, 64).Clear();
        if (_kept.Remove(call.Key, out var kept)) new AsyncReleaseWriter(outbound.Peer(0, 64)).TryWrite([kept.Value]);
        entry.Return(SmcCall.Completed(result));
        return true;
    }

    private static void CallBack(SharedRegion outbound, ObjectId target, bool isReadable)
    {
        var request = default(ArgumentTable);
        ArgumentCounts.TryCreate(1, 1, 0, 0, out var counts, out _);
        RequestFrame.Begin(ref request, counts);
        RequestFrame.TryAddBuffer(ref request, 0, 4, outbound.Size, out _, out _);
        RequestFrame.TryAddBuffer(ref request, 1, 4, outbound.Size, out _, out _);
        RequestFrame.WriteCallback(outbound.Peer(0, request.PayloadEnd), target, new Operation(ProbeObject.Add), ref request);
        // An input that ends far behind the buffer.
        if (!isReadable) outbound.Peer(CallbackMessage.HeaderSize, 8).Fill(0xFF);
    }
}
