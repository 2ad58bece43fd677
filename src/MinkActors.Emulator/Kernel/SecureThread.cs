using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>One invocation inside the secure world: running in an object's code, or suspended while the normal world serves a callback.</summary>
/// <remarks>
/// <code>
/// entered → running ⇄ suspended in a callback
///              └→ completed: reply and async releases written, back to the normal world
/// </code>
/// Always in exactly one hand: the entering invocation's turn, the serving object's turn, or nobody's while suspended. An
/// object may finish while a callback that it started is still out; the reply then waits for the callback's answer.
/// </remarks>
internal sealed class SecureThread(SecureDomain domain) : ICallCarrier
{
    private readonly Queue<CallbackInvocation> _waiting = new();
    private readonly Lock _gate = new();
    private IncomingCall _call = null!;
    private SecureEntry _entry = null!;
    private SharedRegion _inbound = null!;
    private SharedRegion _outbound = null!;
    private CallbackInvocation? _suspendedIn;
    private bool _isFinished;
    private bool _usedOutbound;

    /// <summary>Which life of the pooled thread this is; a chain that outlives it finds no thread.</summary>
    public uint Life { get; private set; }

    public bool IsSuspended => _suspendedIn is not null;

    /// <summary>Takes the call in the inbound buffer in. Everything refused here is answered at once (spec/02 section 7.4).</summary>
    public void Begin(SecureEntry entry, SharedRegion inbound, int inboundSize, SharedRegion outbound)
    {
        _entry = entry;
        _inbound = inbound;
        _outbound = outbound;
        outbound.PeerTag = this;
        var call = _call = domain.IncomingCalls.Rent();
        var shared = inbound.PeerRead[..inboundSize];
        if (!DirectMessage.TryReadRequest(shared, out var target, out var operation, ref call.Table, out var refusal, out var answer))
        {
            domain.Refused($"Direct request: {refusal}");
            Refuse(answer);
            return;
        }
        if (operation.CountsReferences)
        {
            Reply(Count(target, operation.IsRetain));
            return;
        }
        var host = target.IsRoot ? domain.Root : domain.Table.Find(target);
        if (host is null || !TryTakeInputs(call))
        {
            Refuse(ResultCode.BadObject);
            return;
        }
        call.Operation = operation.Masked;
        TakeInputBytes(call, shared);
        host.Retain();
        call.Host = host;
        call.Carrier = this;
        call.Chain = new CallChain(this, Life, 0);
        host.Tell(call);
    }

    /// <summary>The object has answered.</summary>
    void ICallCarrier.Finished(IncomingCall call)
    {
        lock (_gate)
        {
            if (IsSuspended)
            {
                _isFinished = true;
                return;
            }
        }
        Complete();
    }

    /// <summary>Code of this thread calls an object of the normal world: now, or after the callback that is out already.</summary>
    public void Call(CallbackInvocation invocation)
    {
        lock (_gate)
        {
            if (IsSuspended)
            {
                _waiting.Enqueue(invocation);
                return;
            }
            _suspendedIn = invocation;
        }
        Suspend(invocation);
    }

    /// <summary>The normal world has answered the callback; the reply is read once, then the caller goes on (spec/02 section 7.5).</summary>
    public void Resume(SecureEntry entry)
    {
        _entry = entry;
        var answered = _suspendedIn!;
        CallbackInvocation? next = null;
        var finished = false;
        answered.TakeReply(_outbound.PeerRead);
        lock (_gate)
        {
            if (_waiting.TryDequeue(out next)) _suspendedIn = next;
            else
            {
                _suspendedIn = null;
                finished = _isFinished;
            }
        }
        if (next is not null) Suspend(next);
        // The thread runs again before its code does: what the code does next may suspend it anew.
        answered.CompleteReply();
        if (finished) Complete();
    }

    private void Suspend(CallbackInvocation invocation)
    {
        _usedOutbound = true;
        if (!invocation.TryWrite(_outbound))
        {
            lock (_gate) _suspendedIn = null;
            invocation.FailTooLarge(_outbound.Size);
            return;
        }
        domain.Releases.WriteTo(_outbound, invocation.AsyncStart);
        _entry.Return(SmcCall.CallbackWaits());
    }

    private void Complete()
    {
        var call = _call;
        var result = call.Result;
        if (result == ResultCode.Ok) result = WriteOutputs(call);
        Reply(result);
    }

    private ResultCode WriteOutputs(IncomingCall call)
    {
        var counts = call.Counts;
        if (counts.Total == 0) return ResultCode.Ok;
        Span<ObjectId> ids = stackalloc ObjectId[ArgumentCounts.MaxOfAKind];
        for (var i = 0; i < counts.OutputObjects; i++)
        {
            var output = call.PeekOutput(i);
            if (domain.TrySend(output, out ids[i]))
            {
                // A secure object's reference has moved to the table; a callback's is put with the call, after the reply.
                if (output is SecureObjectHost) call.TakeOutput(i);
                continue;
            }
            for (var sent = 0; sent < i; sent++)
            {
                if (ids[sent].IsSecure) domain.Table.TryRelease(ids[sent]);
            }
            return ResultCode.NoSlots;
        }
        var message = _inbound.Peer(0, call.Table.PayloadEnd);
        for (var i = 0; i < counts.OutputBuffers; i++)
        {
            DirectMessage.WriteReplySize(message, counts, i, call.OutputSize(i));
            call.OutputBytes(i).CopyTo(message[call.Table.OutputBuffer(i).Offset..]);
        }
        for (var i = 0; i < counts.OutputObjects; i++) DirectMessage.WriteOutputObject(message, counts, i, ids[i]);
        return ResultCode.Ok;
    }

    /// <summary>A refused request has given its callback inputs away all the same: they are released with the answer.</summary>
    private void Refuse(ResultCode answer)
    {
        var call = _call;
        for (var i = 0; i < call.Counts.InputObjects; i++)
        {
            var id = call.Table.InputObject(i);
            if (id.IsCallback && call.PeekInput(i) is null) domain.Releases.Add(id);
        }
        Reply(answer);
    }

    private void Reply(ResultCode result)
    {
        var call = _call;
        var host = call.Host;
        var entry = _entry;
        if (host is HostedObject { Implementation: IReplyNotified } hosted && result == ResultCode.Ok) hosted.Notify(isDelivered: true);
        call.Reset();
        domain.IncomingCalls.Return(call);
        host?.Release();
        // The area of a final reply starts at 0, where the last callback message may still stand (spec/02 section 5).
        if (_usedOutbound) _outbound.Peer(0, sizeof(uint)).Clear();
        if (domain.Releases.Count > 0) domain.Releases.WriteTo(_outbound, 0);
        Recycle();
        entry.Return(SmcCall.Completed(result));
    }

    private void Recycle()
    {
        Life++;
        _outbound.PeerTag = null;
        _isFinished = false;
        _usedOutbound = false;
        domain.FreeThread();
        domain.Threads.Return(this);
    }

    private ResultCode Count(ObjectId target, bool isRetain)
    {
        if (target.IsRoot) return ResultCode.Ok;
        var isLive = isRetain ? domain.Table.TryRetain(target) : domain.Table.TryRelease(target);
        return isLive ? ResultCode.Ok : ResultCode.BadObject;
    }

    private bool TryTakeInputs(IncomingCall call)
    {
        for (var i = 0; i < call.Counts.InputObjects; i++)
        {
            if (!domain.TryImport(call.Table.InputObject(i), out var input)) return false;
            call.SetInput(i, input);
        }
        return true;
    }

    private static void TakeInputBytes(IncomingCall call, ReadOnlySpan<byte> shared)
    {
        if (call.Counts.InputBuffers + call.Counts.OutputBuffers == 0) return;
        var start = call.Table.PayloadStart;
        var end = call.Table.PayloadEnd;
        var bytes = call.OwnBytes(end);
        var outputs = call.Counts.OutputBuffers == 0 ? end : call.Table.OutputBuffer(0).Offset;
        shared[start..outputs].CopyTo(bytes.AsSpan(start));
        bytes.AsSpan(outputs, end - outputs).Clear();
    }
}
