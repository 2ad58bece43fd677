namespace MinkActors.Testing.Tests.Gallery;

/// <summary>One bug, planted by replacing one piece of text in one source file of the runtime.</summary>
/// <param name="Name">What went wrong.</param>
/// <param name="File">The file, from src/MinkActors.</param>
/// <param name="Find">Occurs in it; the first occurrence is replaced.</param>
/// <param name="Replace">The bug.</param>
public sealed record Mutation(string Name, string File, string Find, string Replace)
{
    public override string ToString() => Name;
}

/// <summary>Small and realistic: a line forgotten, an order turned round, a bound off by one.</summary>
public static class Mutations
{
    private const string Direct = "Invocations/DirectInvocation.cs";
    private const string Request = "Invocations/DirectInvocation.Request.cs";
    private const string Callback = "Invocations/DirectInvocation.Callback.cs";
    private const string Reply = "Invocations/DirectInvocation.Reply.cs";
    private const string Table = "Tables/ObjectTable.cs";
    private const string Ids = "Tables/IdTable.cs";
    private const string Hosted = "Objects/HostedObject.cs";

    public static IReadOnlyList<Mutation> All { get; } =
    [
        new("release of a callback's target lost", Callback, "        host?.Release();\n", ""),
        new("double release of an id", Table, "        target.Release();\n    }\n\n    /// <summary>S is gone", "        target.Release();\n        if (target.References > 1) target.Release();\n    }\n\n    /// <summary>S is gone"),
        new("notify skipped", Callback, "hosted.Notify(delivered", "_ = (delivered"),
        new("id reused too early", Ids, "_cursor = index + 1 == IndexCount ? 0 : index + 1;", "_cursor = index;"),
        new("ids wrap past the first", Ids, "IndexCount ? 0 : index + 1", "IndexCount ? 3 : index + 1"),
        new("buffer returned before the reply", Request, "        EnterWorld();\n    }\n\n    private ObjectId TargetId", "        EnterWorld();\n        _domain.Buffers.Return(_outbound!);\n    }\n\n    private ObjectId TargetId"),
        new("buffers not cleared", Direct, "        _inbound?.Clear();\n", ""),
        new("inputs of an unsent call stay in the buffer", Direct, "        _inbound?.MarkDirty(Math.Min(Table.PayloadEnd, _inbound.Size));\n", ""),
        new("ids of a refused submission stay", Request, "        if (!HasExported)\n        {\n            End(code, failure);\n            return;\n        }\n        _failure = failure;\n        _phase = Phase.Withdrawing;\n        _table.Step = TableStep.Withdraw;\n        _domain.Table.Tell(_table);", "        End(code, failure);"),
        new("async releases with a reply missed", Reply, "        ReadReleases(0);\n", ""),
        new("async releases with a request missed", Callback, "        ReadReleases(AsyncArea.StartBehind(in call.Table));\n", ""),
        new("releases applied before the reply's objects", Table, "            request.Outcome = ResolveObjects(request);\n            ReleaseAll(request);\n", "            ReleaseAll(request);\n            request.Outcome = ResolveObjects(request);\n"),
        new("export takes no reference", Table, "            target.Retain();\n            request.Ids[i] = id;", "            request.Ids[i] = id;"),
        new("resolve takes no reference", Table, "                known.Retain();\n", ""),
        new("a full table keeps the ids it gave", Table, "                request.Count = i;\n                Withdraw(request);\n", ""),
        new("the handle limit forgets the release", "Domains/NormalDomain.cs", "            secure.Release();\n", ""),
        new("handles at the limit are accepted", "Domains/NormalDomain.cs", "<= Limits.SecureHandles", "<= Limits.SecureHandles + 1"),
        new("a slot is not given back", Direct, "            _domain.Transport.Free(_slot);\n", ""),
        new("nobody wakes who waits for a slot", "Transport/TransportActor.cs", "if (Volatile.Read(ref _waiters) > 0 && Interlocked.Exchange(ref _pumping, 1) == 0) Tell(_pump);", "_ = _pump;"),
        new("no slots are kept for deeper calls", "Transport/SlotTable.cs", "_slots.Length - (_depths - 1 - depth)", "_slots.Length"),
        new("a cancelled wait for a slot is not answered", "Transport/TransportActor.cs", "        Answer(request, SlotRequest.Cancelled);\n", ""),
        new("a refused release is forgotten", "Releases/ReleaseQueue.cs", "if (sent.IsRetrySafe && !domain.IsStopped)", "if (sent.IsRetrySafe && domain.IsStopped)"),
        new("the release queue sends two at once", "Releases/ReleaseQueue.cs", "        _busy = true;\n", ""),
        new("the release queue stops after one", "Releases/ReleaseQueue.cs", "        if (Pending == 0) AnswerDrains();\n        SendNext();", "        if (Pending == 0) AnswerDrains();"),
        new("outputs of a refused reply are kept", Reply, "            else _table.Objects[i]?.Release();\n", ""),
        new("inputs are not put", "Invocations/Invocation.cs", "        for (var i = 0; i < _inputObjects; i++) Put(ref _inputs, i);\n", "        for (var i = 1; i < _inputObjects; i++) Put(ref _inputs, i);\n"),
        new("outputs left in a reply are not put", "Invocations/Invocation.cs", "        for (var i = 0; i < Counts.OutputObjects; i++) Put(ref _outputs, i);\n", ""),
        new("lock-step of chains broken", Hosted, "_served is null || Interleaves ||", "_served is not null || Interleaves ||"),
        new("calls wait in the wrong order", Hosted, "        if (last is null) _waitingFirst = call;\n        else last.NextWaiting = call;", "        call.NextWaiting = _waitingFirst;\n        _waitingFirst = call;"),
        new("the next call is not served", Hosted, "        Answer(call, result);\n        ServeNext();", "        Answer(call, result);"),
        new("the end is not told", Hosted, "            _implementation.Released();\n", ""),
        new("wrong owner after a failed answer", Hosted, "        if (result != ResultCode.Ok) call.DropOutputs();\n", "        if (result != ResultCode.Ok) for (var i = 0; i < call.Counts.OutputObjects; i++) call.TakeOutput(i);\n"),
        new("memory given back while mapped", "Objects/PrimordialObject.cs", "        memory.Retain();\n", ""),
        new("sleep without a limit", "Objects/PrimordialObject.cs", "if (due > domain.Limits.SleepMax)", "if (due < TimeSpan.Zero)"),
        new("an abandoned callback loses its target", Callback, "var host = abandoned.Host;", "var host = _callback!.Host;"),
        new("a late interruption reaches the next call", "Invocations/CallerSide.cs", "interrupt.Generation != owner.Generation || ", ""),
        new("a deadline is ignored once the call is queued", Direct, "                _domain.Transport.Tell(new CancelSlotRequest(_slotRequest));\n", ""),
        new("output sizes are not shrunk", Callback, "CallbackMessage.TryWriteReplySize(shared, in call.Table, i, size, out _);", ""),
        new("rounds without a limit", Callback, "if (++_rounds == _domain.Limits.CallbackRounds)", "if (++_rounds == int.MaxValue)"),
        new("BUSY is final", Direct, "when ++_busyAnswers < SmcCall.BusyCallsMax", "when ++_busyAnswers < 1"),
        new("a release can be sent by anybody", Request, "if (Operation.HasModifiers || (Operation.CountsReferences && !_isRelease))", "if (Operation.HasModifiers)"),
        new("a failed buffer keeps its call", Direct, "throw Abandoned(noMemory);", "throw noMemory;"),
    ];
}
