namespace MinkActors.Testing.Tests.Gallery;

/// <summary>Bugs of the transaction: the state machine, the request, the callback, the reply, the caller's side.</summary>
internal static class CallMutations
{
    private const string Call = "MinkActors/Transactions/SecureCall.cs";
    private const string Caller = "MinkActors/Transactions/CallerSide.cs";
    private const string Direct = "MinkActors/Invocations/DirectInvocation.cs";
    private const string Request = "MinkActors/Invocations/DirectInvocation.Request.cs";
    private const string Callback = "MinkActors/Invocations/DirectInvocation.Callback.cs";
    private const string Incoming = "MinkActors/Objects/IncomingCall.cs";
    private const string Reply = "MinkActors/Invocations/DirectInvocation.Reply.cs";
    private const string Invocation = "MinkActors/Invocations/Invocation.cs";
    private const string Local = "MinkActors/Invocations/LocalInvocation.cs";

    public static IReadOnlyList<Mutation> All { get; } =
    [
        new("a slot is not given back", Call, "        _link.Transport.Free(_slot);\n", ""),
        new("rounds without a limit", Call, "if (++_rounds == _link.RoundsMax)", "if (++_rounds == int.MaxValue)"),
        new("BUSY is final", Call, "++_busyEntries < _link.BusyEntriesMax", "++_busyEntries < 1"),
        new("a cancelled wait in the queue is not cancelled", Call, "                _link.Transport.Tell(new CancelSlotRequest(_slotRequest));\n", ""),
        new("a refused submission withdraws nothing", Call, "if (!_protocol.HasToWithdraw)", "if (_protocol.HasToWithdraw)"),
        new("an interrupted call loses its token", Call, "RestoreRegisters(x0: 1, _entry.Registers.X6);", "RestoreRegisters(x0: 1, 0);"),
        new("an interrupted call starts anew", Call, "RestoreRegisters(x0: 1, _entry.Registers.X6);", "RestoreRegisters(x0: 0, _entry.Registers.X6);"),
        new("BUSY to an answer is final once the caller left", Call, "when (_seen || !Caller.IsGone)", "when !Caller.IsGone"),
        new("BUSY goes again at once", Call, "_link.Actors.StartTimer(_frame, _link.BusyPause, new BusyPauseOver());", "_frame.Tell(new BusyPauseOver());"),
        new("a delivered answer is not told", Call, "        if (_phase == SecurePhase.Responding) _protocol.HelpDelivered(true);\n", ""),
        new("a lost answer is not told", Call, "        if (_phase == SecurePhase.Responding) _protocol.HelpDelivered(false);\n", ""),
        new("what was seen is taken for unseen", Call, "        _seen = true;\n", ""),
        new("a seen message is kept for the next call", Call, "        _seen = false;\n", ""),
        new("a caller that leaves leaves its callback running", Call, "                if (_phase == SecurePhase.Helping) _protocol.Interrupted();\n", ""),
        new("a cancelled call is sent all the same", Call, "        if (Caller.Interruption is { } interrupted) UnsentBy(interrupted);\n        else TakeSlot();", "        TakeSlot();"),
        new("a chain one too deep", Call, "_frame.ChainDepth >= _link.Transport.Depths", "_frame.ChainDepth > _link.Transport.Depths"),
        new("every refusal is safe to repeat", Call, "new MinkTransportException(code, errno, PublicPhase, isRetrySafe, reason)", "new MinkTransportException(code, errno, PublicPhase, true, reason)"),
        new("no refusal is safe to repeat", Call, "Unsent(refusal.Code, refusal.Errno, true, refusal.Reason);", "Unsent(refusal.Code, refusal.Errno, false, refusal.Reason);"),
        new("buffers of a broken call are used again", Call, "        _protocol.Quarantine();\n", ""),
        new("a full queue is waited out", Call, "else if (_slotRequest.Slot == SlotRequest.QueueFull)", "else if (_slotRequest.Slot == 77)"),
        new("a late interruption reaches the next call", Caller, "interrupt.Generation != owner.Generation || ", ""),
        new("recycled twice after the caller left", Caller, "            if (Interlocked.Exchange(ref _ends, 1) == 1) owner.RecycleNow();\n        }\n        else if", "            owner.RecycleNow();\n        }\n        else if"),
        new("recycled when the caller left, not when it is over", Caller, "if (!IsGone || Interlocked.Exchange(ref _ends, 1) == 1) owner.RecycleNow();", "owner.RecycleNow();"),
        new("a caller that left is remembered", Caller, "        IsGone = false;\n        _ends", "        _ends"),
        new("an interruption is remembered", Caller, "        Interruption = null;\n", ""),
        new("inputs are held until the reply is disposed", Caller, "        owner.PutInputs();\n", ""),
        new("a deadline is not set", Caller, "is { } due) StartDeadline", "is { } due && due.Ticks < 0) StartDeadline"),
        new("release of a callback's target lost", Callback, "        host?.Release();\n", ""),
        new("notify skipped", Callback, "host!.NotifyReply(delivered", "_ = (delivered"),
        new("async releases with a request missed", Callback, "        ReadReleases(AsyncArea.StartBehind(in call.Table));\n", ""),
        new("the async area is not cleared", Callback, "        _outbound.ClearFrom(start);\n", ""),
        new("an abandoned callback loses its target", Callback, "        _callback.Host = abandoned.Host;\n", ""),
        new("output sizes are not shrunk", Callback, "CallbackMessage.TryWriteReplySize(shared, in call.Table, i, size, out _);", ""),
        new("a count request answers with sizes", Callback, "CallbackMessage.TryWriteReplySize(shared, in call.Table, i, 0, out _);", "_ = i;"),
        new("dispatched for a caller that is gone", Callback, "if (Caller.IsGone)", "if (Caller.IsGone && call.Chain.Depth > 9)"),
        new("a callback does not know its chain", Callback, "        call.Chain = Chain;\n", ""),
        new("a refused request is told of its answer", Callback, "        _isDispatched = false;\n", ""),
        new("an error is answered with outputs", Callback, "        _isDispatched = result == ResultCode.Ok;\n", "        _isDispatched = true;\n"),
        new("answered objects are not written", Callback, "        for (var i = 0; i < call.Counts.OutputObjects; i++) CallbackMessage.WriteOutputObject(shared, call.Counts, i, _table.Ids[i]);\n", ""),
        new("answered bytes are not written", Callback, "            Payload.Copy(call.OutputBytes(i), shared[call.Table.OutputBuffer(i).Offset..]);\n", ""),
        new("output space starts with what was there", Incoming, "        bytes.AsSpan(outputs, end - outputs).Clear();\n", "        shared[outputs..end].CopyTo(bytes.AsSpan(outputs));\n"),
        new("the operation keeps its modifiers", Callback, "call.Operation = operation.Masked;", "call.Operation = operation;"),
        new("a full table is answered with success", Callback, "WriteAnswer(ErrnoMapping.ToResult(-(int)Errno.ENOSPC));", "WriteAnswer(ResultCode.Ok);"),
        new("ids of a first request are kept through a callback", Callback, "        _table.Reset();\n        var call = _callback ??=", "        var call = _callback ??="),
        new("buffer returned before the reply", Request, "        _inbound.MarkDirty(Table.PayloadEnd);\n", "        _inbound.MarkDirty(Table.PayloadEnd);\n        _domain.Buffers.Return(_outbound!);\n"),
        new("a release can be sent by anybody", Request, "if (Operation.HasModifiers || (Operation.CountsReferences && !_call.IsOwn))", "if (Operation.HasModifiers)"),
        new("the last input object is not exported", Request, "_table.Count = Counts.InputObjects;", "_table.Count = Math.Max(0, Counts.InputObjects - 1);"),
        new("a second object of one call is null", Request, "i++) RequestFrame.SetInputObject(ref Table, i, _table.Ids[i]);", "i++) RequestFrame.SetInputObject(ref Table, i, i == 1 ? default : _table.Ids[i]);"),
        new("buffers not cleared", Direct, "        _inbound?.Clear();\n", ""),
        new("the outbound buffer is not cleared", Direct, "        _outbound?.Clear();\n", ""),
        new("a failed buffer keeps its call", Direct, "throw Abandoned(NoMemory(end));\n        if", "throw NoMemory(end);\n        if"),
        new("a larger buffer starts empty", Direct, "        _inbound!.Owner.CopyTo(larger.Owner);\n", ""),
        new("a large buffer is given back twice", Direct, "        _domain.Buffers.Return(large);\n        _inbound = null;", "        _domain.Buffers.Return(large);"),
        new("async releases with a reply missed", Reply, "        ReadReleases(0);\n", ""),
        new("outputs of a refused reply are kept", Reply, "            else _table.Objects[i]?.Release();\n", ""),
        new("a dead object is no reason to refuse a reply", Reply, "_table.Outcome != TableOutcome.Done && _result == ResultCode.Ok", "_table.Count > 99"),
        new("an object behind a null object is lost", Reply, "if (!_table.Ids[i].IsNull) _table.Count = objects;", "if (!_table.Ids[i].IsNull) _table.Count = i == 0 ? objects : i;"),
        new("a refused reply is a success", Reply, "            _result = ResultCode.Unavailable;    // row 9", "            // row 9"),
        new("inputs are not put", Invocation, "        for (var i = 0; i < _inputObjects; i++) Put(ref _inputs, i);\n", "        for (var i = 1; i < _inputObjects; i++) Put(ref _inputs, i);\n"),
        new("outputs left in a reply are not put", Invocation, "        for (var i = 0; i < Counts.OutputObjects; i++) Put(ref _outputs, i);\n", ""),
        new("a taken output is taken again", Invocation, "        _outputs[index] = null;\n        return taken?", "        return taken?"),
        new("an old reply reaches the next call", Invocation, "        Generation++;\n        PutInputs();", "        PutInputs();"),
        new("another domain's object is taken", Invocation, "!ReferenceEquals(lent.Domain, Domain))", "!ReferenceEquals(lent.Domain, lent.Domain))"),
        new("a local callee is lent what nobody holds", Local, "            lent?.Retain();\n", ""),
        new("abandoned code writes into the next call", Local, "        _message = [];\n        if (_call is { } kept)", "        if (_call is { } kept)"),
        new("a local answer is not told", Local, "        if (result == ResultCode.Ok) host!.NotifyReply(!Caller.IsGone);\n", ""),
        new("a local call starts with another's bytes", Local, "        else _message.AsSpan(0, Math.Min(_message.Length, Table.PayloadEnd)).Clear();\n", ""),
        new("a local cancellation waits", Local, "        Caller.Leave(InvocationPhase.Sent);\n", ""),
        new("local calls go on behind a stop", Local, "if (Domain.RefusesCalls)", "if (Domain.RefusesCalls && Counts.Total > 99)"),
        new("a local answer brings its sizes late", Local, "RequestFrame.ShrinkOutput(ref Table, i, call.OutputSize(i));", "_ = i;"),
    ];
}
