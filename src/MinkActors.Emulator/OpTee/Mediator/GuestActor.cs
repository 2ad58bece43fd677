using MinkActors.Actors;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee.Mediator;

/// <summary>One guest at the mediator: takes its calls, carries out the mediator's steps, and ends it completely at any moment.</summary>
/// <remarks>
/// <code>
/// Living → Dying: its calls are answered with failures until OP-TEE ends them → freed item by item → VM_DESTROYED → gone
///             └→ a call that asks on and on, or never comes back: VM_DESTROYED first, which drops its thread → freed → gone
/// </code>
/// </remarks>
internal sealed class GuestActor(GuestMediator mediator, ISecureWorld opTee, ushort domain, TimeSpan patience) : Actor
{
    private readonly Dictionary<SecureEntry, Passage> _inside = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<SecureEntry> _lost = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<SecureEntry> _spare = new();
    private readonly CancellationTokenSource _destroyed = new();
    private DestroyGuest? _destroy;
    private ActorTimer? _patience;
    private Phase _phase;

    /// <summary>Set when the guest begins to be destroyed: none of its calls comes back with an answer from then on.</summary>
    public CancellationToken Destroyed => _destroyed.Token;

    protected override string DefaultName => $"guest {domain}";

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case SecureEntry entry when _inside.Remove(entry, out var passage): Returned(entry, passage); break;
            case SecureEntry entry when _lost.Remove(entry): break;
            case SecureEntry entry: Enter(entry); break;
            case AbandonCalls abandon:
                abandon.Reply(mediator.AbandonAll());
                LetGuestGo();
                FailSuspended();
                break;
            case DestroyGuest destroy: Destroy(destroy); break;
            case PatienceOver when _phase == Phase.Dying: DestroyMachine(); break;
            case PatienceOver when _destroy is { IsMachineGone: true } && _inside.Count > 0: GiveUpEntries(); break;
            case FreeNext: Free(); break;
        }
    }

    private void Enter(SecureEntry entry)
    {
        var registers = OpTeeRegisters.From(entry.Registers);
        if (_phase != Phase.Living)
        {
            registers[0] = (uint)OpTeeReturn.UnknownFunction;
            entry.Return(registers.ToSmc());
            return;
        }
        Carry(mediator.Enter(registers), new Passage(entry, registers, null));
    }

    private void Returned(SecureEntry entry, Passage passage)
    {
        var registers = OpTeeRegisters.From(entry.Registers);
        _spare.Push(entry);
        if (passage.IsEnd)
        {
            MachineDestroyed();
            return;
        }
        Carry(passage.Call is { } call ? mediator.Returned(call, registers) : mediator.FastReturned(passage.Asked, registers), passage);
        GoOnDying();
    }

    private void Carry(in MediatorStep step, in Passage passage)
    {
        if (step.EntersSecureWorld) Send(step.Registers, passage with { Call = step.Call });
        else passage.Guest?.Return(step.Registers.ToSmc());
    }

    private void Send(in OpTeeRegisters registers, in Passage passage)
    {
        if (!_spare.TryPop(out var entry)) entry = new SecureEntry(this);
        entry.Registers = registers.ToSmc();
        _inside[entry] = passage;
        entry.Enter(opTee);
    }

    /// <summary>Whoever in the guest waits for a call inside is told that it is not handled, and the call goes on without it.</summary>
    private void LetGuestGo()
    {
        foreach (var (entry, passage) in _inside.ToArray())
        {
            if (passage is not { Guest: { } guest, Call: not null } ) continue;
            _inside[entry] = passage with { Guest = null };
            var registers = passage.Asked;
            registers[0] = (uint)OpTeeReturn.UnknownFunction;
            guest.Return(registers.ToSmc());
        }
    }

    private void FailSuspended()
    {
        while (mediator.TryFailNext(out var step)) Carry(step, default);
    }

    private void Destroy(DestroyGuest destroy)
    {
        if (_destroy is not null)
        {
            destroy.Fail(new InvalidOperationException($"Domain {domain} is being destroyed already."));
            return;
        }
        _destroy = destroy;
        _phase = Phase.Dying;
        _patience = System.StartTimer(this, patience, new PatienceOver());
        mediator.AbandonAll();
        LetGuestGo();
        FailSuspended();
        _destroyed.Cancel();
        GoOnDying();
    }

    private void GoOnDying()
    {
        if (_phase == Phase.Freeing && _inside.Count == 0) Tell(new FreeNext());
        else if (_phase != Phase.Dying) return;
        else if (mediator.HasStubbornCall) DestroyMachine();
        else if (mediator.Calls.Count == 0 && _inside.Count == 0)
        {
            _phase = Phase.Freeing;
            Tell(new FreeNext());
        }
    }

    /// <summary>M30: one item in each turn, so that a guest with much to free holds up nobody.</summary>
    private void Free()
    {
        if (mediator.DestroyNext()) Tell(new FreeNext());
        else if (_destroy!.IsMachineGone) End();
        else DestroyMachine();
    }

    private void DestroyMachine()
    {
        _phase = Phase.Freeing;
        _patience!.Cancel();
        _patience = System.StartTimer(this, patience, new PatienceOver());
        Send(MediatorStart.Destroyed(domain), new Passage(null, default, null) { IsEnd = true });
    }

    private void MachineDestroyed()
    {
        _destroy!.IsMachineGone = true;
        // Entries that OP-TEE dropped with the machine are on their way back.
        if (_inside.Count == 0) Tell(new FreeNext());
    }

    /// <summary>OP-TEE has no such machine any more: what it has not given back by now it has lost, and nobody waits for it.</summary>
    private void GiveUpEntries()
    {
        _lost.UnionWith(_inside.Keys);
        _inside.Clear();
        Tell(new FreeNext());
    }

    private void End()
    {
        _patience?.Cancel();
        _destroy!.Reply(true);
        System.Stop(this);
    }

    /// <summary>A call of ours inside OP-TEE, and for whom.</summary>
    private readonly record struct Passage(SecureEntry? Guest, OpTeeRegisters Asked, MediatedCall? Call)
    {
        public bool IsEnd { get; init; }
    }

    private enum Phase : byte
    {
        Living, Dying, Freeing,
    }

    private sealed class PatienceOver : Message;

    private sealed class FreeNext : Message;
}

/// <summary>Ends a guest; answered when nothing of it is left anywhere.</summary>
internal sealed class DestroyGuest : Request<bool>
{
    public bool IsMachineGone { get; set; }
}

/// <summary>The guest's tasks have died: nobody will resume the calls there are now. Answered with how many.</summary>
internal sealed class AbandonCalls : Request<int>;
