using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>The way into a secure world, with the faults of a plan on it: the one mechanism of all systems. Each entry is passed on as
/// one of its own, so that both ways are seen.</summary>
/// <remarks>
/// What a fault does to the order, the number and the time of messages is here; what a refusal, a damaged message and a repeated one
/// look like is the protocol's. Faults are drawn in turns of one actor, so that what enters is interleaved with what comes back.
/// </remarks>
internal abstract class FaultyWorld(ISecureWorld inner, SecureWorldContext context, FaultInjector faults, string name) : ISecureWorld
{
    private readonly Lock _making = new();              // entries come from any thread when the system is live
    private Gate? _gate;

    protected SecureWorldContext Context => context;

    protected FaultInjector Faults => faults;

    public abstract void Enter(SecureEntry entry);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    /// <summary>Begins the entry's way. Last act of <see cref="Enter"/>.</summary>
    protected void Send(SecureEntry entry)
    {
        lock (_making) _gate ??= context.Actors.Spawn(new Gate(this), name);
        _gate.Tell(new Entering(entry));
    }

    /// <summary>Where this entry is hit on its way in; null for one that no fault may touch.</summary>
    protected virtual FaultPoint? EntryPoint(SecureEntry entry) => FaultPoint.TransportEntry;

    /// <summary>Where it is hit on its way back.</summary>
    protected virtual FaultPoint? ExitPoint(SecureEntry entry) => FaultPoint.TransportExit;

    /// <summary>Answers it with an error before the secure world has seen it, or passes on what cannot be refused.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="value">Which of several errors.</param>
    protected abstract void Refuse(SecureEntry entry, int value);

    /// <summary>What comes back when the answer is refused after the secure world has acted.</summary>
    protected abstract SmcRegisters Failed(SecureEntry entry);

    /// <summary>Changes bytes or registers on the way in. False: this protocol has nothing there to damage.</summary>
    protected virtual bool TryCorrupt(SecureEntry entry, int value) => false;

    /// <summary>Changes bytes or registers on the way back.</summary>
    protected abstract void CorruptAnswer(SecureEntry entry, ref SmcRegisters registers, int value);

    /// <summary>Whether the same entry once more, right behind the first, is something that the secure world has to stand.</summary>
    protected virtual bool MayRepeat(SecureEntry entry) => false;

    /// <summary>Whether the answer to a repeated entry shows that it was refused: nothing has changed then.</summary>
    protected virtual bool WasRefused(in SmcRegisters registers) => false;

    /// <summary>The entry goes back to the normal world.</summary>
    protected virtual void GiveBack(SecureEntry entry, in SmcRegisters registers) => entry.Return(registers);

    /// <summary>Goes into the secure world.</summary>
    protected void Submit(SecureEntry entry)
    {
        var passed = new SecureEntry(_gate!) { Registers = entry.Registers, Slot = entry.Slot };
        _gate!.Out[passed] = entry;
        passed.Enter(inner);
    }

    private void Pass(SecureEntry entry)
    {
        var fault = EntryPoint(entry) is { } point ? faults.Pass(point) : null;
        switch (fault?.Action)
        {
            case FaultAction.Refuse:
                Refuse(entry, fault.Value!.Value);
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
                if (TryCorrupt(entry, fault.Value!.Value)) faults.BreakBooks();
                Submit(entry);
                break;
            case FaultAction.Duplicate:
                Submit(entry);
                if (MayRepeat(entry)) Repeat(entry);
                break;
            default:
                Submit(entry);
                break;
        }
        LetGo(_gate!.HeldIn);
    }

    private void Repeat(SecureEntry entry)
    {
        var twin = new SecureEntry(_gate!) { Registers = entry.Registers, Slot = entry.Slot };
        _gate!.Twins.Add(twin);
        twin.Enter(inner);
    }

    private void ComeBack(SecureEntry passed)
    {
        if (_gate!.Twins.Remove(passed))
        {
            if (!WasRefused(passed.Registers)) faults.BreakBooks();
            return;
        }
        if (!_gate.Out.Remove(passed, out var entry)) return;
        var registers = passed.Registers;
        var fault = ExitPoint(entry) is { } point ? faults.Pass(point) : null;
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
                GiveBack(entry, Failed(entry));
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

    private sealed class Gate(FaultyWorld world) : Actor
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
