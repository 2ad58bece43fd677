using MinkActors.Emulator;
using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>The way into a secure world, with faults on it. Each entry is passed on as one of its own, so that both ways are seen.</summary>
internal sealed class FaultySecureWorld(ISecureWorld inner, SecureWorldContext context, FaultInjector faults) : ISecureWorld
{
    private static readonly long[] Refusals = [SmcCall.StatusNoMemory, SmcCall.StatusBusy, SmcCall.StatusInterrupted, SmcCall.StatusFailed];

    private readonly Lock _lock = new();                 // entries come from any thread when the system is live
    private readonly Dictionary<SecureEntry, ulong> _interrupted = new(ReferenceEqualityComparer.Instance);
    private Gate? _gate;
    private int _interruptions;

    /// <summary>Entries that the normal world has given away and not got back, with the buffers lent.</summary>
    public Dictionary<SecureEntry, (SharedRegion? Inbound, SharedRegion Outbound)> InTransit { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Judges each message on its way.</summary>
    public WireWatch? Wire { get; set; }

    /// <summary>Told before an entry is taken: the place to look at what the normal world gives away.</summary>
    public Action<SecureEntry, SharedRegion?, SharedRegion>? Entered { get; set; }

    public void Enter(SecureEntry entry)
    {
        var asIssued = entry.Registers;
        // A call that was interrupted here comes again with "continue" for its function: the inner world has not seen it yet.
        lock (_lock)
        {
            if (_interrupted.Remove(entry, out var function)) entry.Registers.X0 = function;
        }
        var isResponse = IsResponse(entry.Registers);
        var outbound = Resolve(isResponse ? entry.Registers.X2 : entry.Registers.X4);
        var inbound = isResponse ? null : Resolve(entry.Registers.X2);
        Wire?.Leaves(entry, asIssued, inbound, outbound);
        Entered?.Invoke(entry, inbound, outbound);
        lock (_lock)
        {
            InTransit.Add(entry, (inbound, outbound));
            _gate ??= context.Actors.Spawn(new Gate(this), "faulty-transport");
        }
        // In a turn of the gate: what enters is interleaved with what comes back.
        _gate.Tell(new Entering(entry));
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private SharedRegion Resolve(ulong address) => context.Memory.TryResolve(address, 1, out var region, out var offset) && offset == 0
        ? region
        : throw new InvariantViolatedException("I-14", $"A call names 0x{address:X}, which is not the start of a shared region");

    private void GiveBack(SecureEntry entry, in SmcRegisters registers)
    {
        (SharedRegion? Inbound, SharedRegion Outbound) lent;
        lock (_lock) InTransit.Remove(entry, out lent);
        Wire?.ComesBack(entry, registers, lent.Outbound);
        entry.Return(registers);
    }

    private void Pass(SecureEntry entry)
    {
        var isResponse = IsResponse(entry.Registers);
        var fault = faults.Pass(IsRelease(entry) ? FaultPoint.Release : FaultPoint.TransportEntry);
        switch (fault?.Action)
        {
            case FaultAction.Refuse:
                Refuse(entry, Refusals[fault.Value!.Value % Refusals.Length], isResponse);
                break;
            case FaultAction.Delay:
                context.Actors.StartTimer(_gate!, TimeSpan.FromMilliseconds(fault.Value!.Value), new GoingOn(entry));
                break;
            case FaultAction.Reorder:
                Hold(new GoingOn(entry), _gate!.HeldIn, fault.Value!.Value);
                return;
            case FaultAction.Drop:
                faults.BreakBooks();
                break;
            case FaultAction.Corrupt:
                faults.BreakBooks();
                Flip(entry.Registers.X2, fault.Value!.Value);
                Submit(entry);
                break;
            case FaultAction.Duplicate:
                Submit(entry);
                Duplicate(entry);
                break;
            default:
                Submit(entry);
                break;
        }
        LetGo(_gate!.HeldIn);
    }

    /// <summary>Overtaken: goes on behind the next one that passes, or after that time when none does.</summary>
    private void Hold(Message held, List<Message> queue, int milliseconds)
    {
        queue.Add(held);
        context.Actors.StartTimer(_gate!, TimeSpan.FromMilliseconds(milliseconds), new HeldLongEnough(held, queue));
    }

    private void LetGo(List<Message> queue)
    {
        foreach (var held in queue) _gate!.Tell(held);
        queue.Clear();
    }

    private void LetGo(HeldLongEnough late)
    {
        if (late.Queue.Remove(late.Held)) _gate!.Tell(late.Held);
    }

    /// <summary>Refused before the secure world saw it. An answer to a callback that is refused for good leaves its thread stuck.</summary>
    private void Refuse(SecureEntry entry, long status, bool isResponse)
    {
        if (isResponse && status is not (SmcCall.StatusBusy or SmcCall.StatusInterrupted)) faults.BreakBooks();
        // What comes in x6 has to go back as it is (spec/02 section 6).
        var answer = SmcCall.Failed(status);
        if (status == SmcCall.StatusInterrupted)
        {
            lock (_lock)
            {
                _interrupted[entry] = entry.Registers.X0;
                answer.X6 = 0x5E55_0000_0000_0000 + (ulong)++_interruptions;
            }
        }
        GiveBack(entry, answer);
    }

    private void Submit(SecureEntry entry)
    {
        var passed = new SecureEntry(_gate!) { Registers = entry.Registers, Slot = entry.Slot };
        _gate!.Out[passed] = entry;
        passed.Enter(inner);
    }

    /// <summary>The same call once more, while the secure world works on the first: the monitor has to refuse it.</summary>
    private void Duplicate(SecureEntry entry)
    {
        if (IsResponse(entry.Registers) || !context.Memory.TryResolve(entry.Registers.X4, 1, out var outbound, out _) || outbound.PeerTag is not SecureThread { IsBusy: true }) return;
        var twin = new SecureEntry(_gate!) { Registers = entry.Registers, Slot = entry.Slot };
        _gate!.Twins.Add(twin);
        twin.Enter(inner);
    }

    private void ComeBack(SecureEntry passed)
    {
        if (_gate!.Twins.Remove(passed))
        {
            if (passed.Registers.Status == 0) faults.BreakBooks();
            return;
        }
        if (!_gate.Out.Remove(passed, out var entry)) return;
        var registers = passed.Registers;
        var fault = faults.Pass(FaultPoint.TransportExit);
        switch (fault?.Action)
        {
            case FaultAction.Delay:
                context.Actors.StartTimer(_gate, TimeSpan.FromMilliseconds(fault.Value!.Value), new Returning(entry, registers));
                break;
            case FaultAction.Reorder:
                Hold(new Returning(entry, registers), _gate.HeldOut, fault.Value!.Value);
                return;
            case FaultAction.Drop:
                faults.BreakBooks();
                break;
            case FaultAction.Refuse:
                faults.BreakBooks();
                GiveBack(entry, SmcCall.Failed(SmcCall.StatusFailed));
                break;
            case FaultAction.Corrupt:
                faults.BreakBooks();
                CorruptAnswer(entry, ref registers, fault.Value!.Value);
                GiveBack(entry, registers);
                break;
            case FaultAction.Duplicate:
                GiveBack(entry, registers);
                AnswerAgain(entry, registers);
                break;
            default:
                GiveBack(entry, registers);
                break;
        }
        LetGo(_gate.HeldOut);
    }

    /// <summary>A world that answers twice is refused at once, whatever became of the entry.</summary>
    private static void AnswerAgain(SecureEntry entry, in SmcRegisters registers)
    {
        try
        {
            entry.Return(registers);
        }
        catch (InvalidOperationException)
        {
            return;
        }
        throw new InvariantBrokenException("a second answer to one entry was taken");
    }

    private void CorruptAnswer(SecureEntry entry, ref SmcRegisters registers, int value)
    {
        switch (value % 3)
        {
            case 0: Flip(IsResponse(entry.Registers) ? entry.Registers.X2 : entry.Registers.X4, value / 3); break;
            case 1: Flip(entry.Registers.X2, value / 3); break;
            default: registers.X1 ^= SmcCall.CallbackRequest; break;
        }
    }

    /// <summary>Headers are short and everything hangs on them: the first 64 bytes are hit most often.</summary>
    private void Flip(ulong address, int value)
    {
        if (!context.Memory.TryResolve(address, 1, out var region, out _)) return;
        var offset = value % 4 == 0 ? value % region.Size : value % 64;
        region.Peer(offset, 1)[0] ^= (byte)(1 << value % 8);
    }

    internal bool IsRelease(SecureEntry entry) =>
        !IsResponse(entry.Registers) && context.Memory.TryResolve(entry.Registers.X2, 16, out var inbound, out _)
        && BitConverter.ToUInt32(inbound.PeerRead[4..8]) == Operation.Release.Word;

    internal static bool IsResponse(in SmcRegisters registers) => (uint)registers.X0 is SmcCall.CallbackResponseFunctionId or SmcCall.CallbackResponseFunctionId32;

    private sealed class Gate(FaultySecureWorld world) : Actor
    {
        public Dictionary<SecureEntry, SecureEntry> Out { get; } = new(ReferenceEqualityComparer.Instance);
        /// <summary>Messages held back until the next one has passed, one way and the other.</summary>
        public List<Message> HeldIn { get; } = [];
        public List<Message> HeldOut { get; } = [];
        public HashSet<SecureEntry> Twins { get; } = new(ReferenceEqualityComparer.Instance);

        protected override void Receive(Message message)
        {
            switch (message)
            {
                case Entering entering: world.Pass(entering.Entry); break;
                case GoingOn goingOn: world.Submit(goingOn.Entry); break;
                case Returning returning: world.GiveBack(returning.Entry, returning.Registers); break;
                case HeldLongEnough late: world.LetGo(late); break;
                case SecureEntry back: world.ComeBack(back); break;
            }
        }
    }

    private sealed class Entering(SecureEntry entry) : Message
    {
        public SecureEntry Entry => entry;
    }

    private sealed class GoingOn(SecureEntry entry) : Message
    {
        public SecureEntry Entry => entry;
    }

    private sealed class HeldLongEnough(Message held, List<Message> queue) : Message
    {
        public Message Held => held;
        public List<Message> Queue => queue;
    }

    private sealed class Returning(SecureEntry entry, SmcRegisters registers) : Message
    {
        public SecureEntry Entry => entry;
        public SmcRegisters Registers => registers;
    }
}
