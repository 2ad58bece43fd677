namespace MinkActors.Testing.Tests.Gallery;

/// <summary>Bugs of objects and of what they are lent, and of the capabilities that name them.</summary>
internal static class ObjectMutations
{
    private const string Hosted = "MinkActors/Objects/HostedObject.cs";
    private const string Incoming = "MinkActors/Objects/IncomingCall.cs";
    private const string Primordial = "MinkActors/Objects/PrimordialObject.cs";
    private const string Capability = "MinkActors/Capabilities/Capability.cs";

    public static IReadOnlyList<Mutation> All { get; } =
    [
        new("lock-step of chains broken", Hosted, "_served is null || MayJoin", "_served is not null || MayJoin"),
        new("a chain is shut out of its own object", Hosted, " || _served!.Chain.IsSameAs(call.Chain)", ""),
        new("calls wait in the wrong order", Hosted, "        if (last is null) _waitingFirst = call;\n        else last.NextWaiting = call;", "        call.NextWaiting = _waitingFirst;\n        _waitingFirst = call;"),
        new("the next call is not served", Hosted, "        Answer(call, Leave(call) ? result : ResultCode.Defunct);\n        ServeNext();", "        Answer(call, Leave(call) ? result : ResultCode.Defunct);"),
        new("the end is not told", Hosted, "            _implementation.Released();\n", ""),
        new("wrong owner after a failed answer", Hosted, "        if (result != ResultCode.Ok) call.DropOutputs();\n", "        if (result != ResultCode.Ok) for (var i = 0; i < call.Counts.OutputObjects; i++) call.TakeOutput(i);\n"),
        new("nobody is served behind an abandoned call", Hosted, "        // Others need not wait for code that may never end.\n        ServeNext();", ""),
        new("a late deadline abandons the next call", Hosted, "        if (call.Life != abandon.Life) return;\n", ""),
        new("calls that wait have no deadline", Hosted, "        else last.NextWaiting = call;\n        StartDeadline(call);", "        else last.NextWaiting = call;"),
        new("calls that are served have no deadline", Hosted, "                call.Await(this, answer);\n                StartDeadline(call);", "                call.Await(this, answer);"),
        new("a notice holds nothing", Hosted, "        Retain();\n        Interlocked.Increment(ref _notices);", "        Interlocked.Increment(ref _notices);"),
        new("a notice keeps its object", Hosted, "        Interlocked.Decrement(ref _notices);\n        Release();", "        Interlocked.Decrement(ref _notices);"),
        new("one more may wait than the limit", Hosted, "waiting >= Domain.Limits.WaitingCallsPerObject", "waiting > Domain.Limits.WaitingCallsPerObject"),
        new("the code's own error is lost", Hosted, "refusal.Code == ResultCode.Ok ? ResultCode.Error : refusal.Code", "ResultCode.Error"),
        new("a crash is answered with success", Hosted, "                Domain.CodeFailed(this, call, failure);\n                return ResultCode.Error;", "                Domain.CodeFailed(this, call, failure);\n                return ResultCode.Ok;"),
        new("operations nobody supports are served", Hosted, "_isFiltered && !", "_isFiltered && call.Carrier is null && !"),
        new("an abandoned call is answered twice", Hosted, "        if (call.IsAbandoned)\n", "        if (call.IsAbandoned && call.Carrier is null)\n"),
        new("an abandoned call keeps its place", Hosted, "        call.Result = code;\n        Leave(call);", "        call.Result = code;"),
        new("an abandoned code is not told", Hosted, "            call.SignalCancellation();\n", ""),
        new("a cancellation is remembered", Incoming, "        _cancellation = null;\n        _isRunKnown", "        _isRunKnown"),
        new("output sizes of another call", Incoming, "        for (var i = 0; i < Counts.OutputBuffers; i++) _outputSizes[i] = 0;\n", ""),
        new("handles of another call", Incoming, "        for (var i = 0; i < Counts.InputObjects; i++) _inputHandles[i] = null;\n        DropOutputs", "        DropOutputs"),
        new("outputs of an abandoned call are kept", Incoming, "        PutInputs();\n        DropOutputs();\n    }\n\n    /// <summary>Runs what", "        PutInputs();\n    }\n\n    /// <summary>Runs what"),
        new("inputs of an abandoned call are kept", Incoming, "        IsAbandoned = true;\n        PutInputs();", "        IsAbandoned = true;"),
        new("a lent object has two owners", Incoming, "        _inputs[index] = null;\n        return _inputHandles[index]", "        return _inputHandles[index]"),
        new("a taken input is put all the same", Incoming, "        if (taken is not null) _inputHandles[index] = null;\n", ""),
        new("an output set twice loses the first", Incoming, "        _outputs[index]?.Release();\n", ""),
        new("an output of abandoned code is kept", Incoming, "        if (IsAbandoned)\n        {\n            moved?.Dispose();", "        if (IsAbandoned)\n        {"),
        new("an output larger than its room", Incoming, "if ((uint)size > (uint)Table.OutputBuffer(index).Size)", "if (size < 0)"),
        new("a pooled call does not count its lives", Incoming, "        Life++;\n", ""),
        new("memory given back while mapped", Primordial, "        memory.Retain();\n", ""),
        new("sleep without a limit", Primordial, "if (due > domain.Limits.SleepMax)", "if (due < TimeSpan.Zero)"),
        new("a sleep ends early", Primordial, "TimeSpan.FromMilliseconds(request.Milliseconds)", "TimeSpan.FromMilliseconds(request.Milliseconds / 2)"),
        new("a sleep outlives its caller", Primordial, "!_sleeping.TryGetValue(abandon.Call, out var sleep)", "!_sleeping.Remove(new IncomingCall(), out var sleep)"),
        new("a mapping of the first page only", Primordial, "(ulong)memory.Region.Size", "(ulong)SharedRegion.PageSize"),
        new("an extension is not held", Primordial, "        extension.Retain();\n", ""),
        new("a second extension displaces the first", Primordial, "if (!ReferenceEquals(_extension, expected)) return false;", ""),
        new("a copy is not counted", Capability, "return RetainTarget().CreateHandle(file, line);", "return Target.CreateHandle(file, line);"),
        new("a handle is given up twice", Capability, "void Put() => TakeOut().Release();", "void Put()\n    {\n        var target = TakeOut();\n        target.Release();\n        target.Release();\n    }"),
        new("a handle that is gone is still listed", Capability, "        target.Domain.Handles.Remove(this);\n", ""),
        new("a dead object can be retained", "MinkActors/Objects/MinkObject.cs", "while (seen > 0)", "while (seen >= 0)"),
        new("a region is never given back", "MinkActors/Objects/MemoryObject.cs", "                GiveBack();\n", ""),
    ];
}
