using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>One invocation inside the secure world: running in an object's code, or suspended while the normal world serves a callback.</summary>
/// <remarks>
/// <code>
/// resting → (moving to another buffer) → running ⇄ suspended in a callback
///    ↑                                     └→ finished: reply and async releases written, back to the normal world
///    └─────────────────────────────────────────────┘
/// </code>
/// Always in exactly one hand: the entering invocation's turn, the serving object's turn, or nobody's while suspended. An
/// object may finish while a callback that it started is still out; the reply then waits for the callback's answer.
/// Life and state are one word: whoever would move a thread on moves only the life that he means. Callbacks are in a file of their own.
/// </remarks>
internal sealed partial class SecureThread(SecureDomain domain) : ICallCarrier
{
    private const int StateBits = 3;

    private IncomingCall _call = new();
    private SecureEntry _entry = null!;
    private SharedRegion _inbound = null!;
    private SharedRegion? _outbound;
    private ulong _word;
    private bool _usedOutbound;

    private enum State
    {
        Resting, Moving, Running,

        /// <summary>A callback goes out, or its answer comes in. Whoever moved the thread here has it alone, with those that wait behind
        /// the callback, until he lets it go (<see cref="LetGo"/>); who else would move it spins. No code of a user's runs meanwhile.</summary>
        Handing,

        /// <summary>A callback is out; others may wait behind it.</summary>
        Suspended,
        Finished,
    }

    public SecureDomain Domain => domain;

    /// <summary>The buffer that the thread serves, or served last.</summary>
    public SharedRegion? Outbound => _outbound;

    public bool IsBusy => StateOf(Volatile.Read(ref _word)) != State.Resting;

    public bool IsSuspended => StateOf(Volatile.Read(ref _word)) is State.Suspended or State.Handing;

    /// <summary>Which life of the thread this is; a chain that outlives it finds no thread.</summary>
    private uint Life => (uint)(_word >> StateBits);

    /// <summary>For reports, as <see cref="SecureThreadTable.UnseenIds"/>.</summary>
    public IEnumerable<ObjectId> UnseenIds()
    {
        var call = _call;
        for (var i = 0; i < call.Counts.InputObjects; i++)
        {
            if (call.IsUnseen(i)) yield return call.Table.InputObject(i);
        }
    }

    /// <summary>Resting to running, by one of those who try.</summary>
    public bool TryTake() => TryMove(State.Resting, State.Running);

    /// <summary>Resting to moving: the buffer it had may find another thread from now on.</summary>
    public bool TryMoveOut() => TryMove(State.Resting, State.Moving);

    /// <summary>A call has that buffer and this thread now.</summary>
    public bool IsServing(SharedRegion outbound) =>
        StateOf(Volatile.Read(ref _word)) is not (State.Resting or State.Moving) && ReferenceEquals(Volatile.Read(ref _outbound), outbound);

    /// <summary>Back to rest, in a new life. By whoever has the thread.</summary>
    public void Rest() => Volatile.Write(ref _word, (ulong)(Life + 1) << StateBits);

    /// <summary>Moving to running, with another buffer; false when that has got a thread meanwhile. By whoever moves the thread.</summary>
    /// <param name="outbound">The buffer.</param>
    /// <param name="before">The thread that it had, which is leaving it; null for none.</param>
    public bool TryBind(SharedRegion outbound, SecureThread? before)
    {
        if (!outbound.TrySetPeerTag(before, this)) return false;
        // Somebody may have taken our place there already.
        if (!ReferenceEquals(_outbound, outbound)) _outbound?.TrySetPeerTag(this, null);
        Volatile.Write(ref _outbound, outbound);
        Volatile.Write(ref _word, With(_word, State.Running));
        return true;
    }

    private static State StateOf(ulong word) => (State)(word & ((1 << StateBits) - 1));

    private static ulong With(ulong word, State state) => (word & ~(ulong)((1 << StateBits) - 1)) | (uint)state;

    /// <summary>From one state to another within this life; false when the thread is in neither any more.</summary>
    private bool TryMove(State from, State to)
    {
        var word = Volatile.Read(ref _word);
        return StateOf(word) == from && TryMove(word, to);
    }

    private bool TryMove(ulong from, State to) => Interlocked.CompareExchange(ref _word, With(from, to), from) == from;

    /// <summary>By whoever has the thread alone.</summary>
    private void LetGo(State state) => Volatile.Write(ref _word, With(_word, state));

    /// <summary>Takes the call in the inbound buffer in. Everything refused here is answered at once (spec/02 section 7.4).</summary>
    public void Begin(SecureEntry entry, SharedRegion inbound, int inboundSize)
    {
        // The buffers that a thread serves, and with them the entry, are mostly those of the time before.
        if (!ReferenceEquals(_entry, entry)) _entry = entry;
        if (!ReferenceEquals(_inbound, inbound)) _inbound = inbound;
        var call = _call;
        var shared = inbound.PeerRead[..inboundSize];
        var isReadable = DirectMessage.TryReadRequest(shared, out var target, out var operation, ref call.Table, out var refusal, out var answer);
        // A refused request has given its callback ids away all the same: they are released with the answer.
        if (call.Counts.HasObjects) call.KeepIds(domain);
        if (!isReadable)
        {
            ReplyRefused(answer, refusal, entry.Run);
            return;
        }
        if (operation.CountsReferences)
        {
            Count(target, operation.IsRetain, entry.Run);
            return;
        }
        var host = target.IsRoot ? domain.Root : domain.Table.Find(target);
        // Another thread may release the id at this moment: found is not yet held.
        if (host is null || !host.TryRetain())
        {
            Reply(ResultCode.BadObject, entry.Run);
            return;
        }
        if (call.Counts.InputObjects > 0 && !TryTakeInputs(call))
        {
            host.Release();
            Reply(ResultCode.BadObject, entry.Run);
            return;
        }
        call.Operation = operation.Masked;
        call.TakeInputBytes(shared);
        call.Host = host;
        call.Carrier = this;
        call.Chain = new CallChain(this, Life, 0);
        host.TellLast(call, entry.Run);
    }

    private void ReplyRefused(ResultCode answer, in Refusal refusal, object? run)
    {
        domain.Refused($"Direct request: {refusal}");
        Reply(answer, run);
    }

    /// <summary>The object has answered, or was made to.</summary>
    void ICallCarrier.Finished(IncomingCall call)
    {
        if (call.IsAbandoned) KeepAnswerOf(call);
        if (TryMove(State.Running, State.Finished) || TryFinish()) Complete(call.Run);
    }

    /// <summary>The code still has the call and may never end; the answer goes on in a fresh one.</summary>
    private void KeepAnswerOf(IncomingCall abandoned)
    {
        _call = new IncomingCall();
        _call.Table = abandoned.Table;
        _call.Operation = abandoned.Operation;
        _call.Result = abandoned.Result;
        _call.Host = abandoned.Host;
    }

    /// <param name="run">What this runs on; null when that is not known.</param>
    private void Complete(object? run)
    {
        var call = _call;
        var result = call.Result;
        if (result == ResultCode.Ok && call.Counts.HasOutputs) result = WriteOutputs(call);
        Reply(result, run);
    }

    private ResultCode WriteOutputs(IncomingCall call)
    {
        var counts = call.Counts;
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
            Payload.Copy(call.OutputBytes(i), message[call.Table.OutputBuffer(i).Offset..]);
        }
        for (var i = 0; i < counts.OutputObjects; i++) DirectMessage.WriteOutputObject(message, counts, i, ids[i]);
        return ResultCode.Ok;
    }

    private void Reply(ResultCode result, object? run)
    {
        var call = _call;
        var host = call.Host;
        var entry = _entry;
        if (result == ResultCode.Ok) host?.NotifyReply(true);
        call.Reset();
        host?.Release();
        // The area of a final reply starts at 0, where the last callback message may still stand (spec/02 section 5).
        if (_usedOutbound) _outbound!.Peer(0, sizeof(uint)).Clear();
        domain.Releases.WriteTo(_outbound!, 0);
        _usedOutbound = false;
        Rest();
        SmcCall.Completed(ref entry.Registers, result);
        entry.Return(run);
    }

    /// <summary>RETAIN and RELEASE. The answer to the last RELEASE waits for the object's end, so that what the object held is
    /// given up by the message that tells of its end, and not by some later one.</summary>
    private void Count(ObjectId target, bool isRetain, object? run)
    {
        if (target.IsRoot) Reply(ResultCode.Ok, run);
        else if (isRetain) Reply(domain.Table.TryRetain(target) ? ResultCode.Ok : ResultCode.BadObject, run);
        else if (!domain.Table.TryRelease(target, out var gone)) Reply(ResultCode.BadObject, run);
        else if (gone is null) Reply(ResultCode.Ok, run);
        else gone.Tell(new EndAwaited(this));
    }

    /// <summary>Comes behind the message that ends an object: in its turn, or to nobody when the object has stopped.</summary>
    internal sealed class EndAwaited(SecureThread thread) : Message
    {
        public void Answer() => thread.Reply(ResultCode.Ok, null);

        protected override void Undeliverable(ActorRef target) => Answer();
    }

    private bool TryTakeInputs(IncomingCall call)
    {
        for (var i = 0; i < call.Counts.InputObjects; i++)
        {
            if (call.IsUnseen(i)) continue;
            if (!domain.TryImport(call.Table.InputObject(i), out var input)) return false;
            call.SetInput(i, input);
        }
        return true;
    }
}
