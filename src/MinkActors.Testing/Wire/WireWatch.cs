using System.Runtime.InteropServices;
using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>Looks at every message between the worlds as spec/01 and spec/02 describe it: registers, layout, ids, sizes, zeroed
/// bytes, async releases. Promises nothing about the peer, so that all of it holds over a damaged link and against a hostile world.</summary>
/// <remarks>What leaves is judged here, and what arrives is written down; <c>WireWatch.Inside</c> compares what the runtime makes of it.</remarks>
internal sealed partial class WireWatch
{
    private const ulong InvokeId = 0x7200_0602, ResponseId = 0x7200_0601;
    private const ulong InvokeInfo = 0x224, ResponseInfo = 0x22;
    private const long Busy = -12, Interrupted = 1;
    private const int BusyCallsMax = 22, BusyPauseMs = 30;
    private const uint Release = 0xFFFF, Retain = 0xFFFE, FirstCallback = 0x8000_0001, Primordial = 0x8000_0000;
    private const int Unavailable = -96, Defunct = -90;

    private readonly Dictionary<ActorRef, WireCall> _calls = new(ReferenceEqualityComparer.Instance);
    private readonly Action<string, string> _violated;
    private readonly IdWatch _ids;
    private readonly HashSet<SharedRegion> _burnt = new(ReferenceEqualityComparer.Instance);
    private TimeSpan _nextRelease;

    public WireWatch(Action<string, string> violated, IdWatch ids)
    {
        _violated = violated;
        _ids = ids;
        Books = new WireBooks(violated);
        IdBooks = new IdBooks(violated);
    }

    public SimulatedWorld World { get; set; } = null!;

    public WireBooks Books { get; }

    public IdBooks IdBooks { get; }

    /// <summary>The normal world gives a call away. Nothing was changed in the registers yet.</summary>
    public void Leaves(SecureEntry entry, in SmcRegisters registers, SharedRegion? inbound, SharedRegion outbound)
    {
        if (RuntimeState.ReturnTo(entry) is not DirectInvocation owner) return;
        World.Actors.AddToDigest(registers.X0 ^ registers.X2);
        AddToDigest(inbound ?? outbound);
        if (_calls.TryGetValue(owner, out var call) && call.Generation == owner.Generation && call.Status is Busy or Interrupted && !call.IsOut) LeavesAgain(call, registers, inbound, outbound);
        else if (registers.X0 == InvokeId && inbound is not null) LeavesFirst(owner, registers, inbound, outbound);
        else if (registers.X0 == ResponseId && call is not null) LeavesAnswered(call, owner, registers, outbound);
        else _violated("I-09", $"A call left with x0 = 0x{registers.X0:X}");
        if (_calls.TryGetValue(owner, out call)) call.IsOut = true;
    }

    /// <summary>BUSY and interrupted calls go again as they were (spec/02 section 6).</summary>
    private void LeavesAgain(WireCall call, in SmcRegisters registers, SharedRegion? inbound, SharedRegion outbound)
    {
        var wanted = call.Issued;
        if (call.Status == Interrupted)
        {
            wanted.X0 = 1;
            wanted.X6 = call.Token;
        }
        else
        {
            if (World.Actors.Elapsed - call.ReturnedAt < TimeSpan.FromMilliseconds(BusyPauseMs)) _violated("I-18", "A call that was answered BUSY went again without the pause");
            if (call.BusyAnswers >= BusyCallsMax) _violated("I-15", $"A call went again after {call.BusyAnswers} answers BUSY");
        }
        if (!MemoryMarshal.AsBytes(new ReadOnlySpan<SmcRegisters>(in registers)).SequenceEqual(MemoryMarshal.AsBytes(new ReadOnlySpan<SmcRegisters>(in wanted)))) _violated("I-18", $"A call went again with other registers: x0 = 0x{registers.X0:X}, x6 = 0x{registers.X6:X}, it was x0 = 0x{wanted.X0:X}, x6 = 0x{wanted.X6:X}");
        if (!call.HasCallback && inbound is not null && !inbound.Owner[..call.Request.End].SequenceEqual(call.Reply.AsSpan(0, call.Request.End))) _violated("I-18", "A call went again with another message");
        if (call.HasCallback && call.Refusal is null && call.Answered is { } answered && WireMessage.Word(outbound.Owner, 0) != (uint)answered) _violated("I-18", "An answer went again with another result");
    }

    private void LeavesFirst(DirectInvocation owner, in SmcRegisters registers, SharedRegion inbound, SharedRegion outbound)
    {
        if (!_calls.TryGetValue(owner, out var call)) _calls[owner] = call = new WireCall();
        else if (call.IsOut) _violated("I-06", $"The {owner.Name} was sent a second time while it is in the secure world");
        call.Begin(owner, registers);
        var message = call.Request;
        if (_burnt.Contains(inbound) || _burnt.Contains(outbound)) _violated("D84", "A buffer was used again that the secure world may still write to");
        if (registers.X1 != InvokeInfo || registers.X6 != 0 || registers.X7 != 0) _violated("I-09", $"A call left with x1 = 0x{registers.X1:X}");
        if (registers.X3 > (ulong)inbound.Size || registers.X5 != (ulong)outbound.Size) _violated("I-09", $"Sizes {registers.X3} and {registers.X5} were said of buffers of {inbound.Size} and {outbound.Size}");
        if (message.Read(inbound.Owner, isCallback: false) is { } wrong)
        {
            _violated("I-09", $"A message was sent that cannot be read: {wrong}");
            return;
        }
        if (registers.X3 != (ulong)(message.End + 4095 & ~4095)) _violated("I-09", $"A message of {message.End} bytes was sent as {registers.X3}");
        if (inbound.Owner[message.End..].ContainsAnyExcept((byte)0)) _violated("I-13", "Bytes behind the message left with it");
        if (outbound.Owner.ContainsAnyExcept((byte)0)) _violated("I-20", "An outbound buffer was sent that is not empty");
        CheckPadding(message);
        CheckTarget(call, owner, message);
        for (var i = 0; i < message.InputObjects; i++) CheckSentObject(call, message.InputObject(i), RuntimeState.Inputs(owner)[i], message.Bytes, message.InputObjectEntry(i), $"input object {i}");
        for (var i = 0; i < message.OutputObjects; i++)
        {
            if (message.Bytes.Slice(message.OutputObjectEntry(i), 8).ContainsAnyExcept((byte)0)) _violated("I-13", $"The entry of output object {i} was sent with something in it");
        }
    }

    private void CheckTarget(WireCall call, DirectInvocation owner, WireMessage message)
    {
        if (message.Operation > 0xFFFF || message.Operation == Retain) _violated("D15", $"Operation 0x{message.Operation:X} was sent");
        if (message.Object != ((SecureObject)owner.Target!).Id.Value) _violated("I-12", $"A call of {owner.Target.Name} was sent to 0x{message.Object:X}");
        if (message.Operation != owner.Operation.Word || message.Counts != owner.Counts.Word) _violated("I-18", $"Operation 0x{owner.Operation.Word:X} with {owner.Counts} was sent as 0x{message.Operation:X} with 0x{message.Counts:X}");
        if (message.Operation == Release)
        {
            call.IsRelease = true;
            if (message.Counts != 0 || message.Object < 2) _violated("D15", $"RELEASE of 0x{message.Object:X} was sent with 0x{message.Counts:X}");
            Books.ReleaseSent(message.Object);
            if (World.Actors.Elapsed < _nextRelease && !World.IsStopping) _violated("I-18", "A RELEASE went out before the pause was over that a refusal asks for");
        }
        else if (message.Object != 1 && !Books.IsOwed(message.Object)) _violated("I-12", $"0x{message.Object:X} was called, to which nobody holds a reference");
    }

    private void CheckPadding(WireMessage message)
    {
        var at = 16 + 8 * (message.InputBuffers + message.OutputBuffers + message.InputObjects + message.OutputObjects);
        if (at == message.End) return;
        for (var i = 0; i < message.InputBuffers; i++)
        {
            var (offset, size) = message.Buffer(i);
            at = offset + size;
            if (message.Bytes[at..(at + 7 & ~7)].ContainsAnyExcept((byte)0)) _violated("I-13", $"Bytes behind input {i} left with it");
        }
        at = at + 7 & ~7;
        if (message.Bytes[at..].ContainsAnyExcept((byte)0)) _violated("I-13", "Output space was sent with bytes in it");
    }

    /// <summary>Row 1 and section 3 of spec/01: null, a secure object that is held, or a fresh id for this very object.</summary>
    private void CheckSentObject(WireCall call, uint id, MinkObject? target, ReadOnlySpan<byte> bytes, int entry, string what)
    {
        if (!call.HasCallback && WireMessage.Word(bytes, entry + 4) != 0) _violated("I-13", $"The second word of {what} is not zero");
        var isRight = target switch
        {
            null => id == 0,
            SecureObject secure => id == secure.Id.Value && (id == 1 || Books.IsOwed(id)),
            // An id that died before it was sent was given up by a peer that guessed it.
            _ => id >= FirstCallback && IdBooks.Sent(id, call.Owner) && (!IdBooks.IsAlive(id) || _ids.Live.TryGetValue(id, out var live) && ReferenceEquals(live.Target, target)),
        };
        if (!isRight) _violated("I-12", $"0x{id:X8} was sent as {what}, which is {target?.Name ?? "null"}");
    }

    private void AddToDigest(SharedRegion region)
    {
        var bytes = region.PeerRead;
        World.Actors.AddToDigest(bytes[..(bytes.LastIndexOfAnyExcept((byte)0) + 1)]);
    }
}
