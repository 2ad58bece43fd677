namespace MinkActors.Testing.Tests.Gallery;

/// <summary>Bugs of the emulated secure world's kernel.</summary>
internal static class SecureWorldMutations
{
    private const string Thread = "MinkActors.Emulator/Kernel/SecureThread.cs";
    private const string Callbacks = "MinkActors.Emulator/Kernel/SecureThread.Callback.cs";
    private const string Handle = "MinkActors.Emulator/Kernel/CallbackHandle.cs";
    private const string Incoming = "MinkActors/Objects/IncomingCall.cs";
    private const string Table = "MinkActors.Emulator/Kernel/SecureTable.cs";
    private const string Callback = "MinkActors.Emulator/Kernel/CallbackInvocation.cs";
    private const string Host = "MinkActors.Emulator/Kernel/SecureObjectHost.cs";
    private const string Pending = "MinkActors.Emulator/Kernel/PendingReleases.cs";

    public static IReadOnlyList<Mutation> All { get; } =
    [
        new("a secure id dies one reference early", Table, "if (--_references[id.Value] == 0)", "if (--_references[id.Value] <= 1)"),
        new("a sent reference is not counted", Table, "            _references[target.WireId]++;\n", "            _references[target.WireId] = 1;\n"),
        new("a released secure object is not put", Table, "        target.Release();\n        return true;", "        return true;"),
        new("a secure id keeps its number", Table, "        target.WireId = 0;\n", ""),
        new("a freed secure id is given at once", Table, "if (_free.Count > 1024)", "if (_free.Count > 0)"),
        new("a full secure table by one", Table, "if (Count >= capacity)", "if (Count > capacity)"),
        new("a thread that moved is still found at its old buffer", Thread, "_outbound?.TrySetPeerTag(this, null);", "{ }"),
        new("an answered object has two owners", Thread, "if (output is SecureObjectHost) call.TakeOutput(i);", "_ = output;"),
        new("a called secure object is not put", Thread, "        host?.Release();\n        // The area", "        // The area"),
        new("objects of a half sent reply are lost", Thread, "                if (ids[sent].IsSecure) domain.Table.TryRelease(ids[sent], out _);\n", "                _ = sent;\n"),
        new("a thread is not given back", Thread, "        Rest();\n        SmcCall.Completed", "        SmcCall.Completed"),
        new("a second callback of one thread is lost", Callbacks, "        if (!isLate) _waiting.Enqueue(invocation);\n", ""),
        new("the reply does not wait for the callback", Callbacks, "        if (isOut) _hasAnswered = true;\n", "        isOut = false;\n"),
        new("the last callback stands in the async area", Thread, "        if (_usedOutbound) _outbound!.Peer(0, sizeof(uint)).Clear();\n", ""),
        new("no releases with a callback", Callbacks, "        domain.Releases.WriteTo(_outbound!, invocation.AsyncStart);\n", ""),
        new("no releases with a reply", Thread, "        domain.Releases.WriteTo(_outbound!, 0);\n", ""),
        new("reply sizes are not written", Thread, "            DirectMessage.WriteReplySize(message, counts, i, call.OutputSize(i));\n", ""),
        new("output space of the secure world starts dirty", Incoming, "        bytes.AsSpan(outputs, end - outputs).Clear();\n", "        bytes.AsSpan(outputs, end - outputs).Fill(0x55);\n"),
        new("an ended thread can be called from", Thread, "(ulong)(Life + 1) << StateBits", "(ulong)Life << StateBits"),
        new("an answer is read after its code goes on", Callbacks, "        answered.TakeReply(outbound.PeerRead);\n", ""),
        new("an input of a callback is not retained", Callback, "            if (input is SecureObjectHost) input.Retain();    // the", "            // the"),
        new("an error brings outputs", Callback, "_result == ResultCode.Ok && Counts.HasOutputs", "Counts.HasOutputs"),
        new("a callback message keeps old bytes", Callback, "        if (_message.Length > 0 && Table.PayloadEnd > Table.PayloadStart) _message.AsSpan(0, Math.Min(_message.Length, Table.PayloadEnd)).Clear();\n", ""),
        new("a callback's reply is not copied", Callback, "                Payload.Copy(shared.Slice(entry.Offset, entry.Size), _message.AsSpan(entry.Offset));\n", ""),
        new("a dropped callback id is not told", "MinkActors.Emulator/Kernel/CallbackProxy.cs", "        World.Releases.Add(Id);\n", ""),
        new("a dropped callback id is told twice", "MinkActors.Emulator/Kernel/CallbackProxy.cs", "        World.Releases.Add(Id);\n", "        World.Releases.Add(Id);\n        World.Releases.Add(Id);\n"),
        new("one more secure thread than there are", "MinkActors.Emulator/Kernel/SecureThreadTable.cs", "if (_made == max) return null;", "if (_made == max + 1) return null;"),
        new("a dead application answers", Host, "isGuarded: lifeLine is not null", "isGuarded: false"),
        new("secure objects serve one call at a time", Host, "protected override bool Interleaves => true;", "protected override bool Interleaves => false;"),
        new("releases are written without an end", Pending, "used + sizeof(uint), outbound", "used, outbound"),
        new("one release at a time", Pending, "var count = Math.Min(Count, AsyncArea.IdsThatFit(outbound.Size - start));", "var count = Math.Min(Math.Min(Count, AsyncArea.IdsThatFit(outbound.Size - start)), 1);"),
        new("the last release is left behind", Pending, "while (taken < batch.Length && _ids.TryDequeue(out var id)) batch[taken++] = id;", "while (taken < batch.Length && (taken == batch.Length - 1 ? _ids.TryPeek(out var id) : _ids.TryDequeue(out id))) batch[taken++] = id;"),
        new("an id that nobody looked at is kept", Incoming, "            if (IsUnseen(i)) _idKeeper!.GiveUp(Table.InputObject(i));\n", ""),
        new("an id that was looked at is given up too", Incoming, "            _unseenIds &= ~(1u << index);\n", ""),
        new("an id in a handle is not told", Handle, "        domain.GiveUp(id);\n", ""),
        new("an id in a handle is told though it became an object", Handle, "        while (!TryMove(State.Put))\n", "        _state = State.Unseen;\n        while (!TryMove(State.Put))\n"),
        new("a handle makes an object at each use", Handle, "                end = State.Seen;\n", ""),
    ];
}
