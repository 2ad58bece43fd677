using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>A secure world that answers anything: well-formed requests for what it was and was not given, counts and sizes that lie, plain noise.</summary>
/// <remarks>It obeys two rules: so that runs end, after some rounds it completes a call; and what <see cref="TornCalls"/> is asked, it does.</remarks>
internal sealed class HostileWorld(SimulatedWorld world, SecureWorldContext context) : ISecureWorld
{
    private const int RoundsMax = 6;

    private readonly List<uint> _ids = [];
    private readonly Dictionary<SharedRegion, (SharedRegion Inbound, int Rounds)> _calls = new(ReferenceEqualityComparer.Instance);
    private readonly TornCalls _torn = new();
    private uint _nextSecure = 2;

    public void Enter(SecureEntry entry)
    {
        var isResponse = FaultySecureWorld.IsResponse(entry.Registers);
        if (!context.Memory.TryResolve(isResponse ? entry.Registers.X2 : entry.Registers.X4, 1, out var outbound, out _))
        {
            entry.Return(SmcCall.Failed(SmcCall.StatusBadAddress));
            return;
        }
        if (isResponse ? _torn.Continues(entry, outbound) : _torn.Begins(entry, context.Memory, outbound)) return;
        if (!isResponse)
        {
            context.Memory.TryResolve(entry.Registers.X2, 1, out var inbound, out _);
            Learn(inbound!.PeerRead);
            _calls[outbound] = (inbound, 0);
        }
        else Learn(outbound.PeerRead);
        if (!_calls.TryGetValue(outbound, out var call))
        {
            entry.Return(SmcCall.Failed(SmcCall.StatusBadArgument));    // an answer that nobody waits for
            return;
        }
        var (message, rounds) = call;
        _calls[outbound] = (message, rounds + 1);
        switch (rounds >= RoundsMax ? 0 : world.Choose(6))
        {
            case 0 or 1: Complete(entry, message, outbound); break;
            case 5 when world.Choose(4) == 3: entry.Return(SmcCall.Failed(-1 - world.Choose(6))); break;
            default: CallBack(entry, outbound); break;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Whatever looks like an id of the other side.</summary>
    private void Learn(ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; at < 128; at += 4)
        {
            var word = BitConverter.ToUInt32(bytes[at..]);
            if (word is > 0x8000_0000 and < 0x8000_1000 && !_ids.Contains(word) && _ids.Count < 64) _ids.Add(word);
        }
    }

    private void Complete(SecureEntry entry, SharedRegion inbound, SharedRegion outbound)
    {
        var table = default(ArgumentTable);
        var isRead = DirectMessage.TryReadRequest(inbound.PeerRead, out _, out _, ref table, out _, out _);
        if (isRead)
        {
            var reply = inbound.Peer(0, table.PayloadEnd);
            for (var i = 0; i < table.Counts.OutputObjects; i++) DirectMessage.WriteOutputObject(reply, table.Counts, i, AnyId());
            for (var i = 0; i < table.Counts.OutputBuffers; i++)
            {
                int[] sizes = [0, table.OutputBuffer(i).Size, table.OutputBuffer(i).Size + 1, int.MaxValue];
                DirectMessage.WriteReplySize(reply, table.Counts, i, sizes[world.Choose(12) is var drawn and < 4 ? drawn : 1]);
            }
            if (world.Choose(8) == 7) Noise(inbound, 64);
        }
        outbound.Peer(0, 64).Clear();
        if (world.Choose(2) == 1) WriteReleases(outbound, 0);
        if (world.Choose(8) == 7) Noise(outbound, 64);
        _calls.Remove(outbound);
        ResultCode[] results = [ResultCode.Ok, ResultCode.Ok, ResultCode.Error, (ResultCode)(-1000), ResultCode.Defunct];
        entry.Return(SmcCall.Completed(results[world.Choose(results.Length)]));
    }

    private void CallBack(SecureEntry entry, SharedRegion outbound)
    {
        var table = default(ArgumentTable);
        var objects = world.Choose(3);
        ArgumentCounts.TryCreate(1, 1, objects, world.Choose(2), out var counts, out _);
        RequestFrame.Begin(ref table, counts);
        RequestFrame.TryAddBuffer(ref table, 0, 4, outbound.Size, out _, out _);
        RequestFrame.TryAddBuffer(ref table, 1, 4 + world.Choose(3) * 4, outbound.Size, out _, out _);
        for (var i = 0; i < objects; i++) RequestFrame.SetInputObject(ref table, i, AnyId());
        Operation[] operations = [new(0), new(0), new(1), new(2), new(9), Operation.Release, Operation.Retain, new(0x0001_0000), new(0xFFFF_FFFF)];
        RequestFrame.WriteCallback(outbound.Peer(0, table.PayloadEnd), AnyId(), operations[world.Choose(operations.Length)], ref table);
        outbound.Peer(table.PayloadStart, 4).Clear();
        if (world.Choose(3) == 2) WriteReleases(outbound, AsyncArea.StartBehind(in table));
        if (world.Choose(6) == 5) Noise(outbound, table.PayloadEnd + 32);
        entry.Return(SmcCall.CallbackWaits());
    }

    private ObjectId AnyId() => world.Choose(8) switch
    {
        0 => ObjectId.Null,
        1 => new ObjectId(_nextSecure++),
        2 => new ObjectId(2),
        3 => ObjectId.Primordial,
        4 => world.Choose(4) switch { 0 => ObjectId.Root, 1 => new ObjectId(uint.MaxValue), 2 => new ObjectId(0x7FFF_FFFF), _ => new ObjectId(0x8000_0001) },
        _ => _ids.Count == 0 ? ObjectId.Null : new ObjectId(_ids[world.Choose(_ids.Count)]),
    };

    private void WriteReleases(SharedRegion outbound, int start)
    {
        var ids = new uint[1 + world.Choose(3)];
        for (var i = 0; i < ids.Length; i++) ids[i] = AnyId().Value;
        new AsyncReleaseWriter(outbound.Peer(start, Math.Min(64, outbound.Size - start))).TryWrite(ids);
        // A count that says more than there are.
        if (world.Choose(6) == 5) BitConverter.TryWriteBytes(outbound.Peer(start + 8, 4), 5000);
    }

    private void Noise(SharedRegion region, int end)
    {
        for (var i = 0; i < 3; i++) region.Peer(world.Choose(Math.Min(end, region.Size)), 1)[0] ^= (byte)(1 << world.Choose(8));
    }
}
