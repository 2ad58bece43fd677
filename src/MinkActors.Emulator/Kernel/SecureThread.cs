using MinkActors.Actors;
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
            Count(target, operation.IsRetain);
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

    /// <summary>The object has answered, or was made to.</summary>
    void ICallCarrier.Finished(IncomingCall call)
    {
        if (call.IsAbandoned) Part(call);
        lock (_gate)
        {
            _isFinished = true;
            if (IsSuspended) return;
        }
        Complete();
    }

    /// <summary>Code of this thread calls an object of the normal world: now, or after the callback that is out already.</summary>
    /// <param name="invocation">Takes the thread with it until the normal world has answered.</param>
    /// <param name="life">Of the thread, as the code knows it.</param>
    /// <returns>False when the thread's call has ended: code that runs on behind it can call nobody.</returns>
    public bool TryCall(CallbackInvocation invocation, uint life)
    {
        lock (_gate)
        {
            if (life != Life || _isFinished) return false;
            if (IsSuspended)
            {
                _waiting.Enqueue(invocation);
                return true;
            }
            _suspendedIn = invocation;
        }
        Suspend(invocation);
        return true;
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

    /// <summary>Leaves an abandoned call to the code that serves it, which may end before a callback that is out comes back;
    /// the result and the reference on the object stay with the thread.</summary>
    private void Part(IncomingCall abandoned)
    {
        var own = domain.IncomingCalls.Rent();
        own.Result = abandoned.Result;
        own.Host = abandoned.Host;
        _call = own;
    }

    private void Suspend(CallbackInvocation invocation)
    {
        _usedOutbound = true;
        if (!invocation.TryWrite(_outbound))
        {
            CallbackInvocation? next = null;
            var finished = false;
            lock (_gate)
            {
                if (_waiting.TryDequeue(out next)) _suspendedIn = next;
                else
                {
                    _suspendedIn = null;
                    finished = _isFinished;
                }
            }
            invocation.FailTooLarge(_outbound.Size);
            if (next is not null) Suspend(next);
            else if (finished) Complete();
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
                if (ids[sent].IsSecure) domain.Table.TryRelease(ids[sent], out _);
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
        if (host is not null && host is HostedObject { Implementation: IReplyNotified } && result == ResultCode.Ok) host.Tell(new ReplyNotice(true));
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
        lock (_gate)
        {
            Life++;
            _isFinished = false;
        }
        _outbound.PeerTag = null;
        _usedOutbound = false;
        domain.FreeThread();
        domain.Threads.Return(this);
    }

    /// <summary>RETAIN and RELEASE. The answer to the last RELEASE waits for the object's end, so that what the object held is
    /// given up by the message that tells of its end, and not by some later one.</summary>
    private void Count(ObjectId target, bool isRetain)
    {
        if (target.IsRoot) Reply(ResultCode.Ok);
        else if (isRetain) Reply(domain.Table.TryRetain(target) ? ResultCode.Ok : ResultCode.BadObject);
        else if (!domain.Table.TryRelease(target, out var gone)) Reply(ResultCode.BadObject);
        else if (gone is null) Reply(ResultCode.Ok);
        else gone.Tell(new EndAwaited(this));
    }

    /// <summary>Comes behind the message that ends an object: in its turn, or to nobody when the object has stopped.</summary>
    internal sealed class EndAwaited(SecureThread thread) : Message
    {
        public void Answer() => thread.Reply(ResultCode.Ok);

        protected override void Undeliverable(ActorRef target) => Answer();
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
