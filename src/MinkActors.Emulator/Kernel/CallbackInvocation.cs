using System.Numerics;
using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>A call from the secure world to an object of the normal world: always on a secure thread, in the middle of a direct invocation.</summary>
internal sealed class CallbackInvocation(SecureDomain domain) : Invocation(domain)
{
    private byte[] _message = [];
    private ResultCode _result;
    private string? _refusal;   // of the reply, until it is reported

    // The secure thread knows what runs on it; the normal world bounds it.
    public override bool IsUnderWay => false;

    protected override byte[] Bytes => _message;
    protected override byte[] Answer => _message;
    protected override int MessageMax => CallbackMessage.MaxBufferSize;

    /// <summary>Where the async area of the outbound buffer starts while this request is in it.</summary>
    public int AsyncStart => AsyncArea.StartBehind(in Table);

    private ObjectId TargetId => ((CallbackProxy)Target!).Id;

    protected override void Reserve(int end)
    {
        if (_message.Length >= end) return;
        Array.Resize(ref _message, Math.Max(256, (int)BitOperations.RoundUpToPowerOf2((uint)end)));
    }

    protected override void Start(in CallOptions options)
    {
        Caller.Arm(options);
        BeginSending();
        // Of this secure world: the ids of another's normal world say nothing here.
        if (Chain.Root is not SecureThread thread || thread.Domain != domain || !thread.TryCall(this, Chain.Generation, SentOn)) FailUnserved();
        EndSending();
    }

    private void FailUnserved() =>
        FailUnsent(ResultCode.Unavailable, "A callback can be made only while an invocation of the normal world is being served");

    // Deadlines and cancellations come here; a callback that is out is the normal world's to end.
    protected override void Step(Message message) { }

    /// <summary>Writes the request at the head of the outbound buffer; false when it does not fit, and nothing was sent.</summary>
    public bool TryWrite(SharedRegion outbound)
    {
        if (Table.PayloadEnd > outbound.Size) return false;
        for (var i = 0; i < Counts.InputObjects; i++)
        {
            var input = InputObject(i);
            if (input is SecureObjectHost) input.Retain();    // the reference that goes to the normal world
            if (domain.TrySend(input, out var id)) RequestFrame.SetInputObject(ref Table, i, id);
            else input?.Release();
        }
        var message = outbound.Peer(0, Table.PayloadEnd);
        if (Counts.HasBuffers) WritePayload(message);
        RequestFrame.WriteCallback(message, TargetId, Operation, ref Table);
        return true;
    }

    private void WritePayload(Span<byte> message)
    {
        var start = Table.PayloadStart;
        Payload.Copy(_message.AsSpan(start, Table.PayloadEnd - start), message[start..]);
    }

    public void FailTooLarge(int room) => FailUnsent(ResultCode.MaxData, $"A callback message of {Table.PayloadEnd} bytes does not fit the outbound buffer of {room}");

    /// <summary>Takes the reply out of shared memory, once. Completion is a step of its own.</summary>
    public void TakeReply(ReadOnlySpan<byte> shared)
    {
        _result = CallbackMessage.ReadResult(shared);
        if (_result == ResultCode.Ok && Counts.HasOutputs) TakeOutputs(shared);
    }

    private void TakeOutputs(ReadOnlySpan<byte> shared)
    {
        var isSound = CallbackMessage.TryReadReply(shared, in Table, ref Table, out var refusal);
        if (isSound)
        {
            for (var i = 0; i < Counts.OutputBuffers; i++)
            {
                var entry = Table.OutputBuffer(i);
                Payload.Copy(shared.Slice(entry.Offset, entry.Size), _message.AsSpan(entry.Offset));
            }
        }
        else _refusal = $"Callback reply: {refusal}";
        if (Counts.OutputObjects > 0 || !isSound) TakeObjects(isSound);
    }

    /// <summary>Every valid id is taken; those of a refused reply are put when nobody has the thread alone, which releases them by the next async message.</summary>
    private void TakeObjects(bool isSound)
    {
        Span<ObjectId> taken = stackalloc ObjectId[ArgumentCounts.MaxOfAKind];
        for (var i = 0; i < Counts.OutputObjects; i++)
        {
            var id = Table.OutputObject(i);
            var isFirst = !id.IsCallback || !taken[..i].Contains(id);
            taken[i] = id;
            if (isFirst && !id.IsRoot && !id.IsPrimordial && domain.TryImport(id, out var target)) SetOutputObject(i, target);
            else isSound = false;
        }
        if (!isSound) _result = ResultCode.Unavailable;
    }

    /// <param name="run">What the answer came on; null when that is not known.</param>
    public void CompleteReply(object? run)
    {
        var failure = _refusal is null ? null : ReportRefusal(_refusal);
        if (_result != ResultCode.Ok) PutObjects();
        AnswerComesOn(run);
        Caller.TransactionEnded(_result, failure);
    }

    private void PutObjects()
    {
        for (var i = 0; i < Counts.OutputObjects; i++) PutOutputObject(i);
    }

    /// <summary>Now that nobody has the thread alone: a log is the user's, and may make code of this thread go on. One that throws is told
    /// to whoever waits for the answer.</summary>
    private MinkTransportException? ReportRefusal(string refusal)
    {
        _refusal = null;
        try
        {
            domain.Refused(refusal);
            return null;
        }
        catch (Exception failure)
        {
            return new MinkTransportException(ResultCode.Defunct, Errno.EIO, InvocationPhase.Completed, false, $"{refusal}; its report failed: {failure.Message}", failure);
        }
    }

    protected override void ReturnToPool()
    {
        // Only a call with buffers has written there.
        if (_message.Length > 0 && Table.PayloadEnd > Table.PayloadStart) _message.AsSpan(0, Math.Min(_message.Length, Table.PayloadEnd)).Clear();
        domain.CallbackInvocations.Return(this, Lane);
    }

    private void FailUnsent(ResultCode code, string reason) =>
        Caller.TransactionEnded(code, new MinkTransportException(code, Errno.EINVAL, InvocationPhase.Preparing, true, reason));
}
