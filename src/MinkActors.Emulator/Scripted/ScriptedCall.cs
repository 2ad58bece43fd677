using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>One invocation in the hands of a script: what was sent, and the ways back.</summary>
/// <remarks>Inside after each entry; outside after <see cref="Complete"/>, <see cref="Fail"/> and while a callback is out.
/// Not thread-safe, but it may be kept and answered later from anywhere.</remarks>
public sealed class ScriptedCall
{
    private readonly ScriptedSecureWorld _world;
    private readonly List<uint> _releases = [];
    private SecureEntry? _entry;
    private ArgumentTable _request;
    private ArgumentTable _callback;
    private TaskCompletionSource? _back;

    internal ScriptedCall(ScriptedSecureWorld world, SecureEntry entry, SharedRegion inbound, SharedRegion outbound)
    {
        _world = world;
        _entry = entry;
        Inbound = inbound;
        Outbound = outbound;
        DirectMessage.TryReadRequest(inbound.PeerRead, out var target, out var operation, ref _request, out _, out _);
        Target = target;
        Operation = operation;
    }

    /// <summary>The buffer of the direct message.</summary>
    public SharedRegion Inbound { get; }

    /// <summary>The buffer of callbacks and async messages.</summary>
    public SharedRegion Outbound { get; }

    /// <summary>Who is called.</summary>
    public ObjectId Target { get; }

    /// <summary>What is asked.</summary>
    public Operation Operation { get; }

    /// <summary>Arguments of the direct message.</summary>
    public ArgumentCounts Counts => _request.Counts;

    /// <summary>True while the script may go back to the normal world.</summary>
    public bool IsInside => _entry is not null;

    /// <summary>The last entry was a callback reply, rather than the call issued again.</summary>
    public bool IsAnswered { get; internal set; }

    internal ulong OutboundAddress => Outbound.PhysicalAddress;

    /// <summary>Bytes of an input buffer.</summary>
    public byte[] Input(int index) => _request.InputBytes(Inbound.PeerRead, index).ToArray();

    /// <summary>An input object's id.</summary>
    public uint InputObject(int index) => _request.InputObject(index).Value;

    /// <summary>Answers an output buffer.</summary>
    public ScriptedCall Output(int index, params byte[] bytes)
    {
        bytes.CopyTo(Inbound.Peer(_request.OutputBuffer(index).Offset, bytes.Length));
        return OutputSize(index, bytes.Length);
    }

    /// <summary>Says any size for an output buffer.</summary>
    public ScriptedCall OutputSize(int index, int size)
    {
        DirectMessage.WriteReplySize(Inbound.Peer(0, Inbound.Size), Counts, index, size);
        return this;
    }

    /// <summary>Answers an output object with any id.</summary>
    public ScriptedCall OutputObject(int index, uint id)
    {
        DirectMessage.WriteOutputObject(Inbound.Peer(0, Inbound.Size), Counts, index, new ObjectId(id));
        return this;
    }

    /// <summary>Any word of the direct message.</summary>
    public ScriptedCall Poke(int offset, uint word)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(Inbound.Peer(offset, 4), word);
        return this;
    }

    /// <summary>Any word of the outbound buffer.</summary>
    public ScriptedCall PokeOutbound(int offset, uint word)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(Outbound.Peer(offset, 4), word);
        return this;
    }

    /// <summary>Ids to be given up with the next message, whatever it is.</summary>
    public ScriptedCall Release(params uint[] ids)
    {
        _releases.AddRange(ids);
        return this;
    }

    /// <summary>Ends the invocation, with the async releases from offset 0.</summary>
    public void Complete(ResultCode result = ResultCode.Ok)
    {
        Outbound.Peer(0, sizeof(uint)).Clear();
        WriteReleases(0);
        Return(SmcCall.Completed(result));
    }

    /// <summary>The monitor refuses: status in x0.</summary>
    public void Fail(long status) => Return(SmcCall.Failed(status));

    /// <summary>Back with any registers, for good.</summary>
    public void Return(in SmcRegisters registers)
    {
        var entry = _entry ?? throw new InvalidOperationException("The script is outside.");
        _entry = null;
        entry.Return(registers);
    }

    /// <summary>Back with any registers, until the normal world enters again with the same outbound buffer.</summary>
    public Task ReturnAsync(SmcRegisters registers)
    {
        _back = new TaskCompletionSource();
        _world.Await(this);
        var back = _back.Task;
        Return(registers);
        return back;
    }

    /// <summary>Sends a callback request with the releases behind it, and waits for the answer.</summary>
    /// <param name="target">Any id.</param>
    /// <param name="operation">Any op word.</param>
    /// <param name="inputs">Input buffers.</param>
    /// <param name="outputs">Capacities of output buffers.</param>
    /// <param name="objects">Ids of input objects, any.</param>
    /// <param name="outputObjects">How many output objects.</param>
    public async Task<ScriptedReply> CallBack(uint target, uint operation = 7, byte[][]? inputs = null, int[]? outputs = null, uint[]? objects = null, int outputObjects = 0)
    {
        if (!ArgumentCounts.TryCreate(inputs?.Length ?? 0, outputs?.Length ?? 0, objects?.Length ?? 0, outputObjects, out var counts, out var refusal)) throw new ArgumentException(refusal.ToString());
        var limit = Outbound.Size;
        RequestFrame.Begin(ref _callback, counts);
        var position = 0;
        foreach (var input in inputs ?? [])
        {
            if (!RequestFrame.TryAddBuffer(ref _callback, position++, input.Length, limit, out var offset, out refusal)) throw new ArgumentException(refusal.ToString());
            input.CopyTo(Outbound.Peer(offset, input.Length));
        }
        foreach (var capacity in outputs ?? [])
        {
            if (!RequestFrame.TryAddBuffer(ref _callback, position++, capacity, limit, out _, out refusal)) throw new ArgumentException(refusal.ToString());
        }
        for (var i = 0; i < counts.InputObjects; i++) RequestFrame.SetInputObject(ref _callback, i, new ObjectId(objects![i]));
        RequestFrame.WriteCallback(Outbound.Peer(0, _callback.PayloadEnd), new ObjectId(target), new Operation(operation), ref _callback);
        WriteReleases(_callback.PayloadEnd);
        await ReturnAsync(SmcCall.CallbackWaits());
        return new ScriptedReply(Outbound.PeerRead.ToArray(), in _callback);
    }

    /// <summary>A callback request of any bytes, zero behind them; answers the whole outbound buffer as it came back.</summary>
    public async Task<byte[]> CallBackRaw(params byte[] message)
    {
        var shared = Outbound.Peer(0, Outbound.Size);
        shared.Clear();
        message.CopyTo(shared);
        await ReturnAsync(SmcCall.CallbackWaits());
        return Outbound.PeerRead.ToArray();
    }

    internal void Resume(SecureEntry entry)
    {
        _entry = entry;
        _back!.SetResult();
    }

    private void WriteReleases(int start)
    {
        if (_releases.Count == 0) return;
        new AsyncReleaseWriter(Outbound.Peer(start, Outbound.Size - start)).TryWrite(_releases.ToArray());
        _releases.Clear();
    }
}
