namespace MinkActors.Testing.Tests.Gallery;

/// <summary>Bugs of the tables, the slots, the release queue, the memory, and of starting and stopping.</summary>
internal static class TableMutations
{
    private const string Table = "MinkActors/Tables/ObjectTable.cs";
    private const string Ids = "MinkActors/Tables/IdTable.cs";
    private const string Queue = "MinkActors/Releases/ReleaseQueue.cs";
    private const string Transport = "MinkActors/Transport/TransportActor.cs";
    private const string Normal = "MinkActors/Domains/NormalDomain.cs";
    private const string Region = "MinkActors/Memory/SharedRegion.cs";
    private const string System = "MinkActors/MinkSystem.cs";

    public static IReadOnlyList<Mutation> All { get; } =
    [
        new("double release of an id", Table, "        target.Release();\n        return true;\n", "        target.Release();\n        if (target.References > 1) target.Release();\n        return true;\n"),
        new("releases applied before the reply's objects", Table, "            request.Outcome = ResolveObjects(request);\n            ReleaseAll(request);\n", "            ReleaseAll(request);\n            request.Outcome = ResolveObjects(request);\n"),
        new("export takes no reference", Table, "            target.Retain();\n            request.Ids[i] = id;", "            request.Ids[i] = id;"),
        new("resolve takes no reference", Table, "                known.Retain();\n", ""),
        new("a full table keeps the ids it gave", Table, "                request.Count = i;\n                Withdraw(request);\n", ""),
        new("a withdrawn id keeps its reference", Table, "            while (Release(request.Ids[i]))\n", "            while (_ids.Drop(request.Ids[i]) is not null)\n"),
        new("an id that is taken back keeps what was retained", Table, "            while (Release(request.Ids[i]))\n            {\n            }\n", "            Release(request.Ids[i]);\n"),
        new("a target is called without being held", Table, "target && target.TryRetain() ? target : null;", "target ? target : null;"),
        new("objects of a request to nobody are lost", Table, "var objects = request.Count == 0 ?", "var objects = request.Count == 0 || (!request.TargetId.IsPrimordial && _ids.Find(request.TargetId) is null) ?"),
        new("objects of a count request are lost", Table, "        ResolveObjects(request);\n        var id", "        request.Count = 0;\n        var id"),
        new("RETAIN counts the object only", Table, "            _ids.Retain(id);\n", ""),
        new("a stop takes one reference of each id", Table, "for (var i = 0; i < references; i++) Release(id);", "Release(id);"),
        new("an unknown object is null", Table, "            else outcome = TableOutcome.UnknownObject;    // unknown", "            // unknown"),
        new("releases are read again", "MinkActors/Tables/TableRequest.cs", "        _state = default;\n", "        _state = new State { ReleaseCount = _state.ReleaseCount };\n"),
        new("id reused too early", Ids, "_cursor = index + 1 == IndexCount ? 0 : index + 1;", "_cursor = index;"),
        new("ids wrap past the first", Ids, "IndexCount ? 0 : index + 1", "IndexCount ? 3 : index + 1"),
        new("retained ids count once", Ids, "            if (extra > 1) retained[slot] = extra - 1;\n", ""),
        new("released ids stay counted", Ids, "        page.Used--;\n        Count--;", "        page.Used--;"),
        new("a full table by one", Ids, "if (Count >= _capacity)", "if (Count > _capacity)"),
        new("the handle limit forgets the release", Normal, "            secure.Release();\n", ""),
        new("handles at the limit are accepted", Normal, "<= Limits.SecureHandles", "<= Limits.SecureHandles + 1"),
        new("released handles stay counted", Normal, "        Interlocked.Decrement(ref _secureHandles);\n", ""),
        new("a stop does not tell those who wait", Normal, "invocation.Tell(Interrupt.ByStop(invocation));", "{ }"),
        new("nobody wakes who waits for a slot", Transport, "if (Volatile.Read(ref _waiters) > 0 && Interlocked.Exchange(ref _pumping, 1) == 0) Tell(_pump);", "_ = _pump;"),
        new("a cancelled wait for a slot is not answered", Transport, "        Answer(request, SlotRequest.Cancelled);\n", ""),
        new("a cancelled wait stays counted", Transport, "        Interlocked.Decrement(ref _waiters);\n        Answer(request, SlotRequest.Cancelled);", "        Answer(request, SlotRequest.Cancelled);"),
        new("one more may queue than the limit", Transport, "if (_waiters >= _queueMax)", "if (_waiters > _queueMax)"),
        new("the pump runs once", Transport, "                Volatile.Write(ref _pumping, 0);\n", ""),
        new("a late cancellation takes the next wait", Transport, " || request.Ticket != ticket", ""),
        new("no slots are kept for deeper calls", "MinkActors/Transport/SlotTable.cs", "_slots.Length - (_depths - 1 - depth)", "_slots.Length"),
        new("a refused release is forgotten", Queue, "if (sent.IsRetrySafe && !domain.IsStopped)", "if (sent.IsRetrySafe && domain.IsStopped)"),
        new("the release queue sends two at once", Queue, "        _busy = true;\n", ""),
        new("the release queue stops after one", Queue, "        if (Pending == 0) AnswerDrains();\n        SendNext();", "        if (Pending == 0) AnswerDrains();"),
        new("a drain is answered early", Queue, "        if (Pending == 0) AnswerDrains();\n        SendNext();", "        AnswerDrains();\n        SendNext();"),
        new("a drain is never answered", Queue, "        if (Pending == 0) AnswerDrains();\n        SendNext();", "        SendNext();"),
        new("a refused release goes again at once", Queue, "System.StartTimer(this, _pause, new Resume());", "Tell(new Resume());"),
        new("releases go out last in first out", Queue, "        if (_last is null) _first = released;\n        else _last.NextRelease = released;\n        _last = released;", "        released.NextRelease = _first;\n        _first = released;\n        _last ??= released;"),
        new("a release that S may have seen is sent again", Queue, "public bool IsRetrySafe => Failure is { IsRetrySafe: true };", "public bool IsRetrySafe => Failure is not null;"),
        new("a returned buffer keeps its bytes", "MinkActors/Memory/BufferPool.cs", "        region.Clear();\n", ""),
        new("a kept buffer is given to two", "MinkActors/Memory/BufferPool.cs", "free.TryPop(out var used)", "free.TryPeek(out var used)"),
        new("what the peer wrote stays", Region, "        var end = Math.Max(_ownerDirtyEnd, _peerDirtyEnd);\n        if (end <= start) return;", "        var end = _ownerDirtyEnd;\n        if (end <= start) return;"),
        new("memory given back is still found", "MinkActors/Memory/PhysicalMemory.cs", "            _frames.AsSpan(first, frames).Clear();\n", ""),
        new("a region longer than it is", "MinkActors/Memory/PhysicalMemory.cs", "if (size > (ulong)found.Size - start) return false;", ""),
        new("a handle that takes another's place is not told", "MinkActors/Domains/LiveSet.cs", "                TPlace.Of(end!).Index = index;\n", ""),
        new("a stop does not wait for releases", System, "        await Task.WhenAny(drained, deadline);\n", ""),
        new("a stop does not wait for calls", System, "await Task.WhenAny(_domain.BeginStop(), deadline);", "_ = _domain.BeginStop();"),
        new("a stop leaves the ids", System, "        await _domain.Table.Ask(new ObjectTable.TakeBackAll());\n", ""),
        new("a stop forgets the queued releases", System, "        await _domain.Releases.Ask(new ReleaseQueue.GiveUp());\n", ""),
    ];
}
