using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>What the runtime made of what arrived: who was called with what, what the caller got, what was answered.</summary>
internal sealed partial class WireWatch
{
    private const int ResultSize = 4;

    private WireCall? Find(ActorRef invocation) => _calls.GetValueOrDefault(invocation);

    public void Dispatched(ActorRef invocation, ActorRef target, Operation operation)
    {
        if (Find(invocation) is not { HasCallback: true } call || invocation is not DirectInvocation direct) return;
        var message = call.Callback;
        call.WasDispatched = true;
        if (call.Refusal is { } refusal) _violated("I-09", $"{target.Name} was called by a message that cannot be read: {refusal}");
        RequireServed(call, $"{target.Name} was called,");
        if (!ReferenceEquals(call.Target, target)) _violated("I-04", $"0x{message.Object:X8} is {call.Target?.Name ?? "nobody"}, yet {target.Name} was called");
        if (operation.Word != (message.Operation & 0xFFFF)) _violated("D14", $"Operation 0x{message.Operation:X} was dispatched as 0x{operation.Word:X}");
        if (direct.Caller.IsGone) _violated("I-06", $"{target.Name} was called for a caller that is gone");
        if (operation.Word is Release or Retain) _violated("D15", $"{target.Name} was called with 0x{operation.Word:X}");
        var served = RuntimeState.Callback(direct)!;
        if (served.Counts.Word != message.Counts) _violated("I-18", $"{target.Name} was called with {served.Counts}, the message says 0x{message.Counts:X}");
        else CheckServed(call, served, target);
    }

    private void CheckServed(WireCall call, IncomingCall served, ActorRef target)
    {
        var message = call.Callback;
        for (var i = 0; i < message.InputBuffers; i++)
        {
            if (!served.Input(i).SequenceEqual(message.InputBytes(i))) _violated("I-18", $"Input {i} of {target.Name} is not what was sent");
        }
        for (var i = 0; i < message.OutputBuffers; i++)
        {
            if (served.OutputCapacity(i) != message.Output(i).Size) _violated("I-18", $"Output {i} of {target.Name} takes {served.OutputCapacity(i)} bytes, {message.Output(i).Size} were asked for");
            else if (served.Output(i).ContainsAnyExcept((byte)0)) _violated("D110", $"Output {i} of {target.Name} starts with bytes in it");
        }
        for (var i = 0; i < message.InputObjects; i++) CheckArrived(message.InputObject(i), call.Objects[i], served.PeekInput(i), $"Input object {i} of {target.Name}");
    }

    private void CheckArrived(uint id, MinkObject? known, MinkObject? got, string what)
    {
        var isRight = id switch
        {
            0 => got is null,
            < Primordial => got is SecureObject secure && secure.Id.Value == id,
            _ => got is not null && ReferenceEquals(got, known),
        };
        if (!isRight) _violated("I-04", $"{what} is {got?.Name ?? "null"}, 0x{id:X8} was sent");
    }

    public void Answered(ActorRef invocation, ResultCode result)
    {
        if (Find(invocation) is { HasCallback: true } call) call.Answered = result;
    }

    private void LeavesAnswered(WireCall call, DirectInvocation owner, in SmcRegisters registers, SharedRegion outbound)
    {
        if (!call.HasCallback) _violated("I-06", $"The {owner.Name} answered a callback that nobody asked for");
        if (registers.X1 != ResponseInfo || registers.X2 != call.OutboundAddress || registers.X3 != call.OutboundSize || (registers.X4 | registers.X5 | registers.X6) != 0)
            _violated("I-14", $"A callback was answered with x2 = 0x{registers.X2:X}, the request came at 0x{call.OutboundAddress:X}");
        CheckAnswer(call, RuntimeState.Callback(owner), outbound.Owner);
        call.Issued = registers;
    }

    private void CheckAnswer(WireCall call, IncomingCall? served, ReadOnlySpan<byte> bytes)
    {
        var result = (int)WireMessage.Word(bytes, 0);
        var message = call.Callback;
        if (call.Refusal is not null)
        {
            if (result != Unavailable || bytes[16..].ContainsAnyExcept((byte)0)) _violated("D08", $"A request of no known structure was answered {result}, and not with an empty message");
            return;
        }
        if (bytes[message.End..].ContainsAnyExcept((byte)0)) _violated("I-13", "The async area was not cleared before the answer");
        RequireServed(call, $"A request was answered {result},");
        CheckResult(call, result);
        if (result != 0)
        {
            if (!bytes[ResultSize..message.End].SequenceEqual(message.Bytes[ResultSize..])) _violated("I-10", $"An answer of {result} changed more than the result");
            return;
        }
        if (!bytes[ResultSize..16].SequenceEqual(message.Bytes[ResultSize..16])) _violated("I-18", "An answer changed the header of its request");
        CheckAnsweredBuffers(call, served, bytes);
        for (var i = 0; i < message.OutputObjects && call.WasDispatched; i++)
        {
            var entry = message.OutputObjectEntry(i);
            CheckSentObject(call, WireMessage.Word(bytes, entry), served!.PeekOutput(i), bytes, entry, $"answered object {i}");
        }
    }

    private void CheckAnsweredBuffers(WireCall call, IncomingCall? served, ReadOnlySpan<byte> bytes)
    {
        var message = call.Callback;
        var at = message.InputBuffers == 0 ? 16 : message.OutputEntry(0);
        if (!bytes[16..at].SequenceEqual(message.Bytes[16..at])) _violated("I-18", "An answer changed the entries of the inputs");
        for (var i = 0; i < message.InputBuffers; i++)
        {
            var (offset, size) = message.Buffer(i);
            if (!bytes.Slice(offset, size).SequenceEqual(message.InputBytes(i))) _violated("I-18", $"An answer changed input {i} of its request");
        }
        for (var i = 0; i < message.OutputBuffers; i++)
        {
            var (offset, capacity) = message.Output(i);
            var size = (int)WireMessage.Word(bytes, message.OutputEntry(i) + 4);
            if (WireMessage.Word(bytes, message.OutputEntry(i)) != offset || size < 0 || size > capacity) _violated("I-09", $"Output {i} of {capacity} bytes at {offset} was answered with {size} bytes");
            else if (size != (call.WasDispatched ? served!.OutputSize(i) : 0)) _violated("I-18", $"Output {i} was answered with {size} bytes");
            else if (call.WasDispatched && !bytes.Slice(offset, size).SequenceEqual(served!.OutputBytes(i))) _violated("I-18", $"Output {i} was answered with other bytes than the object's");
            else if (!bytes[(offset + size)..(offset + capacity)].SequenceEqual(message.Bytes[(offset + size)..(offset + capacity)])) _violated("I-13", $"Bytes behind the answered part of output {i} left with it");
        }
    }

    private void CheckResult(WireCall call, int result)
    {
        var operation = call.Callback.Operation & 0xFFFF;
        if (call.WasDispatched)
        {
            if (call.Answered is { } told && (int)told != result) _violated("I-18", $"A callback was answered {told} and the message says {result}");
        }
        else if (operation is Release or Retain)
        {
            var isKnown = call.HasCounted || call.Callback.Object == Primordial;
            if (result != (isKnown ? 0 : Unavailable)) _violated("D05", $"A count request for 0x{call.Callback.Object:X8} was answered {result}");
        }
        else if (result is not (Unavailable or Defunct)) _violated("I-18", $"A request that reached nobody was answered {result}");
        else if (result == Unavailable && call.Target is not null && call.AreObjectsKnown && World.Mink.Limits.SecureHandles == int.MaxValue) _violated("I-18", $"A sound request for {call.Target.Name} was refused");
    }

    public void Completed(ActorRef invocation, ResultCode result, int bytes)
    {
        IdBooks.Ended(invocation);
        if (Find(invocation) is not { } call || invocation is not DirectInvocation direct) return;
        if (call.IsOut || call.HasCallback || call.Result is not { } said) _violated("I-06", $"The {direct.Name} ended {result} while the secure world has it");
        else if (said != ResultCode.Ok && result != said) _violated("I-18", $"The secure world ended the {direct.Name} with {said}, its caller was told {result}");
        else if (said == ResultCode.Ok) CheckSuccess(call, direct, result, bytes);
        RequireServed(call, $"The {direct.Name} ended,");
        _calls.Remove(invocation);
    }

    /// <summary>Case C of spec/02 section 7.3: UNAVAIL instead of a success that cannot be used, and nothing of it.</summary>
    private void CheckSuccess(WireCall call, DirectInvocation direct, ResultCode result, int bytes)
    {
        var isUsable = call.AreSizesSound && call.AreObjectsKnown;
        if (result == ResultCode.Ok)
        {
            if (!call.AreSizesSound || !call.AreObjectsKnown) _violated("D07", $"A reply of the {direct.Name} was taken that breaks its bounds");
            else CheckReply(call, direct, bytes);
        }
        else if ((int)result != Unavailable) _violated("I-18", $"The secure world ended the {direct.Name} with 0, its caller was told {result}");
        else if (isUsable && World.Mink.Limits.SecureHandles == int.MaxValue) _violated("I-18", $"A sound reply of the {direct.Name} was refused");
    }

    private void CheckReply(WireCall call, DirectInvocation direct, int bytes)
    {
        var request = call.Request;
        var sum = 0;
        for (var i = 0; i < request.OutputBuffers; i++)
        {
            var size = (int)WireMessage.Word(call.Reply, request.OutputEntry(i) + 4);
            sum += size;
            if (!direct.Output(i).SequenceEqual(call.Reply.AsSpan(request.Output(i).Offset, size))) _violated("I-18", $"Output {i} of the {direct.Name} is not what the secure world wrote");
        }
        if (sum != bytes) _violated("I-18", $"The {direct.Name} brought {bytes} bytes, the secure world wrote {sum}");
        for (var i = 0; i < request.OutputObjects; i++)
            CheckArrived(WireMessage.Word(call.Reply, request.OutputObjectEntry(i)), call.Objects[i], RuntimeState.Outputs(direct)[i], $"Output object {i} of the {direct.Name}");
    }

    public void Failed(ActorRef invocation, MinkTransportException failure)
    {
        IdBooks.Ended(invocation);
        if (Find(invocation) is not { } call || call.Owner.Generation != call.Generation) return;
        if (call.IsOut) _violated("I-06", $"The {invocation.Name} failed while the secure world has it");
        if (call.WasSeen && failure.IsRetrySafe) _violated("I-18", $"The {invocation.Name} failed as safe to repeat, and the secure world has seen it: {failure.Message}");
        if (call.WasSeen && call.Status == 0) _violated("I-18", $"The {invocation.Name} failed though the secure world went on with it: {failure.Message}");
        if (call is { IsRelease: true, IsForgotten: false, WasSeen: false })
        {
            Books.ReleaseRefused(call.Request.Object);
            _nextRelease = World.Actors.Elapsed + World.Mink.Limits.ReleaseRetryFirst;
        }
        _calls.Remove(invocation);
    }

    /// <summary>The release queue is done with a RELEASE; with one that is lost it is while that is still under way.</summary>
    public void Settled(ObjectId id)
    {
        foreach (var call in _calls.Values)
        {
            if (call is not { IsRelease: true, IsForgotten: false } || call.Request.Object != id.Value) continue;
            call.IsForgotten = true;
            return;
        }
    }

    /// <summary>Everything came to rest: what the messages say is what the tables have.</summary>
    public void CheckQuiet()
    {
        var domain = World.Domain;
        IdBooks.CheckQuiet(domain.Table.Entries().Select(entry => (entry.Id.Value, entry.References)).ToList());
        var leaving = 0;
        foreach (var call in _calls.Values)
        {
            if (call is { IsRelease: true, IsForgotten: false }) leaving++;
        }
        // What a stop gives up it lists as undelivered.
        if (!World.HasStopped && Books.Owed + leaving != domain.SecureHandles) _violated("I-02", $"{domain.SecureHandles} handles are alive or waiting for their RELEASE, the messages say {Books.Owed} and {leaving} on their way");
    }
}
