using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>Calls that break off, and what is left of them. In the middle of a callback: what was handed over with the request stays the secure world's
/// (spec/01 section 5, row 5), even when its callback request was no message at all. At the start: nothing stays (row 4), even when the secure world has
/// read the id and put a reference of its own behind it.</summary>
/// <remarks>Ids that it keeps are not the hostile world's, which names them by a guess only.</remarks>
internal sealed class TornCalls
{
    /// <summary>Keeps the object it is given, sends a callback request that cannot be read, and refuses the answer to it for good.</summary>
    public const uint Tear = 40;

    /// <summary>Calls the object that the torn call of the same key has brought, answers with what it answered, and releases the object.</summary>
    public const uint UseTorn = 41;

    /// <summary>Is refused, as if it had never been seen, when the guess of the same key was answered.</summary>
    public const uint Hold = 42;

    /// <summary>Retains the object of the call that is held.</summary>
    public const uint Guess = 43;

    private readonly Dictionary<uint, ObjectId> _kept = [];
    private readonly Dictionary<SharedRegion, (uint Key, uint Method)> _calls = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<uint, SecureEntry> _held = [];
    private readonly HashSet<uint> _guessed = [];

    /// <summary>False: the request is another's.</summary>
    public bool Begins(SecureEntry entry, ISharedMemory memory, SharedRegion outbound)
    {
        var request = default(ArgumentTable);
        if (!memory.TryResolve(entry.Registers.X2, 1, out var inbound, out _)) return false;
        if (!DirectMessage.TryReadRequest(inbound.PeerRead, out _, out var operation, ref request, out _, out _)) return false;
        var method = (uint)operation.Method;
        if (method is < Tear or > Guess) return false;
        var key = BitConverter.ToUInt32(request.InputBytes(inbound.PeerRead, 0));
        if (method is Tear or Hold) _kept[key] = request.InputObject(0);
        if (method is Hold)
        {
            _held[key] = entry;
            if (_guessed.Contains(key)) Refuse(key);    // the guess came first
            return true;
        }
        _calls[outbound] = (key, method);
        CallBack(outbound, _kept.GetValueOrDefault(key), method == Guess ? Operation.Retain : new Operation(ProbeObject.Add), isReadable: method != Tear);
        entry.Return(SmcCall.CallbackWaits());
        return true;
    }

    /// <summary>False: the answer is to another's callback.</summary>
    public bool Continues(SecureEntry entry, SharedRegion outbound)
    {
        if (!_calls.Remove(outbound, out var call)) return false;
        if (call.Method == Tear)
        {
            entry.Return(SmcCall.Failed(SmcCall.StatusFailed));
            return true;
        }
        var result = CallbackMessage.ReadResult(outbound.PeerRead);
        outbound.Peer(0, 64).Clear();
        if (call.Method == Guess)
        {
            _guessed.Add(call.Key);
            Refuse(call.Key);
        }
        else if (_kept.Remove(call.Key, out var kept)) new AsyncReleaseWriter(outbound.Peer(0, 64)).TryWrite([kept.Value]);
        entry.Return(SmcCall.Completed(result));
        return true;
    }

    private void Refuse(uint key)
    {
        if (_held.Remove(key, out var held)) held.Return(SmcCall.Failed(SmcCall.StatusFailed));
    }

    private static void CallBack(SharedRegion outbound, ObjectId target, Operation operation, bool isReadable)
    {
        var request = default(ArgumentTable);
        ArgumentCounts.TryCreate(1, 1, 0, 0, out var counts, out _);
        RequestFrame.Begin(ref request, counts);
        RequestFrame.TryAddBuffer(ref request, 0, 4, outbound.Size, out _, out _);
        RequestFrame.TryAddBuffer(ref request, 1, 4, outbound.Size, out _, out _);
        RequestFrame.WriteCallback(outbound.Peer(0, request.PayloadEnd), target, operation, ref request);
        // An input that ends far behind the buffer.
        if (!isReadable) outbound.Peer(CallbackMessage.HeaderSize, 8).Fill(0xFF);
    }
}
