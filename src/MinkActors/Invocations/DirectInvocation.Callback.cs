using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>One callback request, from the outbound buffer to its object and back (spec/01 sections 5, 6 and 8; spec/02 section 7.1).</summary>
internal sealed partial class DirectInvocation
{
    private IncomingCall? _callback;
    private HelpStep _help;
    private bool _isDispatched;      // the callback reached its object and ended 0: notify is owed (flag NOTIFY)
    private ResultCode _callbackResult;

    /// <summary>What the callback being served waits for.</summary>
    private enum HelpStep : byte
    {
        None, Resolving, Dispatching, Answering,
    }

    /// <summary>The callback is in the hands of its object.</summary>
    public bool IsDispatching => _help == HelpStep.Dispatching;

    /// <summary>What the table found is not yet anybody else's.</summary>
    public bool HoldsResolved => _help == HelpStep.Resolving || _call.Phase == SecurePhase.Completing;

    /// <summary>To Resolving. The message is copied once; every look after this is at the copy (spec/11 I-08).</summary>
    void ISecureProtocol.Help(in SmcRegisters registers)
    {
        _help = HelpStep.Resolving;
        _isDispatched = false;
        // S has the message: what was exported with it is no longer ours to take back, whatever this request looks like.
        _table.Reset();
        var call = _callback ??= new IncomingCall();
        var shared = _outbound!.Owner;
        if (!CallbackMessage.TryReadRequest(shared, out var target, out var operation, ref call.Table, out var refusal))
        {
            RefuseStructure(refusal);
            return;
        }
        ReadReleases(AsyncArea.StartBehind(in call.Table));
        call.Operation = operation.Masked;
        call.TakeInputBytes(shared);
        FindTarget(call, target);
    }

    /// <summary>Structure unknown: nothing is dispatched, and the async area cannot be found (check A).</summary>
    private void RefuseStructure(in Refusal refusal)
    {
        _domain.Refused($"Callback request: {refusal}");
        CallbackMessage.WriteStructuralRefusal(_outbound!.Owner);
        _callback!.Reset();
        _callbackResult = ResultCode.Unavailable;
        Respond();
    }

    /// <summary>Most requests name their target and nothing else.</summary>
    private void FindTarget(IncomingCall call, ObjectId target)
    {
        if (call.Operation.CountsReferences || call.Counts.InputObjects > 0 || _table.ReleaseCount > 0) AskForTargets(call, target);
        else if (_domain.Table.Resolve(target) is { } found) Dispatch(call, found);
        else RefuseTargets(call, target, TableOutcome.UnknownTarget);
    }

    private void AskForTargets(IncomingCall call, ObjectId target)
    {
        _table.TargetId = target;
        _table.Step = call.Operation.CountsReferences ? TableStep.CountRequest : TableStep.ResolveRequest;
        _table.IsRetain = call.Operation.IsRetain;
        // Also for RELEASE and RETAIN, whose arguments are ignored: a reference in them must not be lost (spec/11 I-02).
        _table.Count = call.Counts.InputObjects;
        for (var i = 0; i < _table.Count; i++) _table.Ids[i] = call.Table.InputObject(i);
        AskTable();
    }

    /// <summary>Resolving to Dispatching: each reference resolved is the call's from here on (row 21).</summary>
    private void Resolved()
    {
        var call = _callback!;
        for (var i = 0; i < _table.Count; i++)
        {
            call.SetInput(i, _table.Objects[i]);
            _table.Objects[i] = null;
        }
        var target = _table.Target;
        _table.Target = null;
        _table.Count = 0;
        if (_table.Step == TableStep.CountRequest)
        {
            WriteAnswer(_table.Outcome == TableOutcome.Done ? ResultCode.Ok : ResultCode.Unavailable);
        }
        else if (_table.Outcome == TableOutcome.Done) Dispatch(call, target!);
        else
        {
            call.Host = target;
            RefuseTargets(call, _table.TargetId, _table.Outcome);
        }
    }

    /// <param name="call">Its objects are resolved.</param>
    /// <param name="target">One reference, the call's from here on.</param>
    private void Dispatch(IncomingCall call, MinkObject target)
    {
        call.Host = target;
        if (Caller.IsGone)
        {
            // Nobody waits for this invocation: S is told so until it ends it (spec/01 section 8, cancelling).
            WriteAnswer(ResultCode.Defunct);
            return;
        }
        _help = HelpStep.Dispatching;
        call.Chain = Chain;
        call.Carrier = this;
        _call.HelperBegins(target, (int)call.Operation.Method);
        _domain.Observer?.CallbackRequested(this, target, call.Operation, call.Counts, call.Table.PayloadEnd);
        target.TellLast(call, Run);
    }

    private void RefuseTargets(IncomingCall call, ObjectId target, TableOutcome why)
    {
        _domain.Refused($"Callback request {call.Operation.Method} on {target}: {why}", call);
        WriteAnswer(ResultCode.Unavailable);
    }

    void ICallCarrier.Finished(IncomingCall call)
    {
        // An abandoned call is still in the hands of the code that serves it: only its result may be looked at.
        if (call.IsAbandoned) Tell(new AbandonedAnswer(call));
        else Arrive(call, call.Run);
    }

    private void Dispatched(AbandonedAnswer abandoned)
    {
        _callback = new IncomingCall();
        _callback.Table = abandoned.Table;
        _callback.Operation = abandoned.Operation;
        _callback.Host = abandoned.Host;
        // The code keeps the call; the reference on the object was the transaction's and moves with the fresh one.
        Dispatched(abandoned.Result);
    }

    /// <summary>Dispatching to Answering: callback objects in the answer need ids before it can be written.</summary>
    private void Dispatched(ResultCode result)
    {
        _isDispatched = result == ResultCode.Ok;
        _callbackResult = result;
        if (_isDispatched && _callback!.Counts.OutputObjects > 0 && AnswersWithOwn(_callback))
        {
            _help = HelpStep.Answering;
            _table.Step = TableStep.Export;
            AskTable();
        }
        else WriteAnswer(result);
    }

    /// <summary>Whether objects of ours are in the answer: they need ids. Those of S have theirs.</summary>
    private bool AnswersWithOwn(IncomingCall call)
    {
        var exports = false;
        _table.Reset();
        _table.Count = call.Counts.OutputObjects;
        for (var i = 0; i < _table.Count; i++) exports |= _table.Offer(i, call.PeekOutput(i));
        return exports;
    }

    private void AnswerExported()
    {
        if (_table.Outcome == TableOutcome.Done)
        {
            WriteAnswer(ResultCode.Ok);
            return;
        }
        _table.Count = 0;
        WriteAnswer(ErrnoMapping.ToResult(-(int)Errno.ENOSPC));    // row 25
    }

    /// <summary>Outputs only with result 0; the result word last, after all that it vouches for.</summary>
    private void WriteAnswer(ResultCode result)
    {
        var call = _callback!;
        if (result == ResultCode.Ok && call.Counts.HasOutputs) WriteOutputs(call);
        CallbackMessage.WriteResult(_outbound!.Owner, result);
        _outbound.MarkDirty(call.Table.PayloadEnd);
        _callbackResult = result;
        _call.HelperAnswered(result);
        if (call.Host is { } host) _domain.Observer?.CallbackAnswered(this, host, call.Operation, result, call.Table.PayloadEnd);
        Respond();
    }

    private void WriteOutputs(IncomingCall call)
    {
        var shared = _outbound!.Owner;
        if (!_isDispatched)
        {
            for (var i = 0; i < call.Counts.OutputBuffers; i++) CallbackMessage.TryWriteReplySize(shared, in call.Table, i, 0, out _);
            return;
        }
        for (var i = 0; i < call.Counts.OutputBuffers; i++)
        {
            var size = call.OutputSize(i);
            CallbackMessage.TryWriteReplySize(shared, in call.Table, i, size, out _);
            Payload.Copy(call.OutputBytes(i), shared[call.Table.OutputBuffer(i).Offset..]);
        }
        for (var i = 0; i < call.Counts.OutputObjects; i++) CallbackMessage.WriteOutputObject(shared, call.Counts, i, _table.Ids[i]);
    }

    private void Respond()
    {
        _help = HelpStep.None;
        _call.Respond();
    }

    /// <summary>Nobody waits for this invocation any more: whoever serves its callback is told, and S is answered now.</summary>
    void ISecureProtocol.Interrupted()
    {
        if (_help == HelpStep.Dispatching) _callback!.Host!.Tell(new AbandonCall(_callback, ResultCode.Defunct));
    }

    /// <summary>
    /// Delivered: S owns one reference under each id; the driver copies and the target are put (row 26). Not delivered: the
    /// answer's ids are withdrawn, and S keeps what it had from the request (rows 5 and 27).
    /// </summary>
    void ISecureProtocol.HelpDelivered(bool delivered)
    {
        EndCallback(delivered);
        if (delivered) _table.Reset();
    }

    private void EndCallback(bool delivered)
    {
        var call = _callback!;
        var host = call.Host;
        if (_isDispatched) host!.NotifyReply(delivered && _callbackResult == ResultCode.Ok);
        call.Reset();
        host?.Release();
    }

    /// <summary>Copies the ids that S gave up, and zeroes the area whatever was found in it (spec/02 section 5).</summary>
    private void ReadReleases(int start)
    {
        var area = _outbound!.Owner[start..];
        // Mostly there are none.
        if (!AsyncArea.IsEmpty(area)) TakeReleases(area);
        _outbound.ClearFrom(start);
    }

    private void TakeReleases(ReadOnlySpan<byte> area)
    {
        var reader = new AsyncReleaseReader(area);
        while (reader.TryNext(out var message))
        {
            for (var i = 0; i < message.Count; i++) _table.AddRelease(message[i]);
        }
        if (!reader.Fault.IsNone) ReportReleases(reader.Fault, reader.BytesNotUnderstood);
    }

    private void ReportReleases(in Refusal fault, int bytesNotUnderstood) =>
        _domain.Refused($"Async messages: {fault}; {bytesNotUnderstood} bytes were not understood");

    public override void CollectReferences(Action<MinkObject> holds)
    {
        base.CollectReferences(holds);
        _table.CollectReferences(holds);
        if (_callback is not { } call) return;
        call.CollectReferences(holds);
        if (call.Host is { } host) holds(host);
    }

    /// <summary>The answer to a call that its object still works on.</summary>
    private sealed class AbandonedAnswer(IncomingCall call) : Message
    {
        // All copied in the host's turn: once the code has ended, the call is empty.
        public ResultCode Result { get; } = call.Result;
        public MinkObject? Host { get; } = call.Host;
        public Operation Operation { get; } = call.Operation;
        public ArgumentTable Table = call.Table;
    }
}
