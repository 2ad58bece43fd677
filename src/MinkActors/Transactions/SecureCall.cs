using System.Runtime.CompilerServices;
using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>A secure call that may come back for help before it is done: the one state machine of every protocol here.</summary>
/// <remarks>
/// <code>
/// Preparing → Queued → Sent ─┬→ Completing → Ended
///     │         │       ↑    │
///     └─────────┴───────┤    └→ Helping → (Queued) → Responding ─┐
///     └→ Withdrawing → Ended          ↑──────────────────────────┴→ Completing
/// </code>
/// Forward only; each arrow is one method below. What a step means is the protocol's (<see cref="ISecureProtocol"/>); that it
/// happens once, in order, within limits, and that slot and caller are let go at the end, is decided here.
/// The caller may stop waiting at any time: before Sent the transaction is unwound and was never sent; from Sent on it lives
/// until S has answered (spec/01 section 8), and what arrives late is released.
/// Owns while it runs: a slot. Runs in the turns of its frame, which forwards its messages to <see cref="TryReceive"/>.
/// </remarks>
internal sealed partial class SecureCall
{
    private readonly PendingCall _frame;
    private readonly ISecureProtocol _protocol;
    private readonly SecureLink _link;
    private readonly SlotRequest _slotRequest;
    private readonly SecureEntry _entry;
    private readonly Begun _begun = new();

    private SecurePhase _phase;
    private int _slot = -1;
    private bool _seen;             // S has the message and what was handed over with it (flag SHARED)
    private int _busyEntries;
    private bool _isPaused;         // the slot was given up for a pause: the entry is made as it stands
    private int _rounds;
    private MinkTransportException? _failure;

    public SecureCall(PendingCall frame, ISecureProtocol protocol, SecureLink link)
    {
        _frame = frame;
        _protocol = protocol;
        _link = link;
        _slotRequest = new SlotRequest { ReplyTo = frame };
        _entry = new SecureEntry(frame);
    }

    /// <summary>A figure for reports, read from any thread.</summary>
    public SecurePhase Phase => _phase;

    /// <summary>The slot held, or -1.</summary>
    public int Slot => _slot;

    /// <summary>S has had the message.</summary>
    public bool IsSeen => _seen;

    // Preparing counts: a stop that begins now either finds the call here or is seen by it before anything is sent.
    public bool IsUnderWay => _phase is not (SecurePhase.Idle or SecurePhase.Ended);

    /// <summary>Sent while a stop lets only such calls pass: the runtime's own clearing up.</summary>
    public bool IsOwn { get; set; }

    private CallerSide Caller => _frame.Caller;

    /// <summary>Begins the transaction, in a turn of the frame's own.</summary>
    public void Start(in CallOptions options)
    {
        _phase = SecurePhase.Preparing;
        Caller.Arm(options);
        WatchStart();
        _frame.TellFirst(_begun);
    }

    /// <summary>Takes a message that is the state machine's; false for one that is the protocol's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReceive(Message message)
    {
        // A call that meets no obstacle gets these two.
        if (ReferenceEquals(message, _entry)) Returned();
        else if (ReferenceEquals(message, _begun)) Prepare();
        else return TryReceiveOther(message);
        return true;
    }

    private bool TryReceiveOther(Message message)
    {
        switch (message)
        {
            case SlotRequest: SlotAnswered(); return true;
            case Interrupt interrupt: Interrupted(interrupt); return true;
            case BusyPauseOver: EnterAgain(); return true;
            default: return false;
        }
    }

    /// <summary>The object goes back to its pool.</summary>
    public void Reset()
    {
        _seen = false;
        IsOwn = false;
        _isPaused = false;
        _busyEntries = 0;
        _rounds = 0;
        _phase = SecurePhase.Idle;
    }

    /// <summary>Refusals come first and change nothing.</summary>
    private void Prepare()
    {
        if (_link.RefusesCalls && !IsOwn) Unsent(ResultCode.Defunct, Errno.ENODEV, false, "The system has stopped");
        else if (Caller.Interruption is { } interrupted) UnsentBy(interrupted);
        else if (_frame.ChainDepth >= _link.Transport.Depths) UnsentTooDeep();
        else _protocol.Prepare();
    }

    private void UnsentTooDeep() =>
        Unsent(ResultCode.NoSlots, Errno.EDEADLK, false, $"Invocations are nested {_frame.ChainDepth} deep, the limit is {_link.Transport.Depths}");

    /// <summary>Preparing to Queued, or straight to Sent when a slot is free.</summary>
    public void Prepared()
    {
        if (Caller.Interruption is { } interrupted) UnsentBy(interrupted);
        else TakeSlot();
    }

    private void TakeSlot()
    {
        var isFree = _link.Transport.TryTake(_frame.ChainDepth, _frame.Lane, out var slot);
        _slot = slot;
        if (isFree)
        {
            Submit();
            return;
        }
        _phase = SecurePhase.Queued;
        WatchQueued();
        _slotRequest.Depth = _frame.ChainDepth;
        _slotRequest.Ticket++;
        _link.Transport.Tell(_slotRequest);
    }

    /// <summary>Queued to Sent (or Responding), or out again when the queue is full or the caller gave up.</summary>
    private void SlotAnswered()
    {
        _slot = Math.Max(_slotRequest.Slot, -1);
        if (_seen && _slot < 0) TakeSlot();     // S waits for the answer: a full queue cannot refuse it
        else if (_seen) Submit();
        else if (Caller.Interruption is { } interrupted) UnsentBy(interrupted);
        else if (_slotRequest.Slot == SlotRequest.QueueFull) Unsent(ResultCode.Busy, Errno.EBUSY, true, $"{_link.Transport.QueueMax} invocations wait for the secure world already");
        else Submit();
    }

    private void Submit()
    {
        _entry.Slot = _slot;
        if (_isPaused)
        {
            _isPaused = false;
            _phase = _seen ? SecurePhase.Responding : SecurePhase.Sent;
            EnterWorld();
            return;
        }
        if (_seen)
        {
            EnterWith(isResponse: true);
            return;
        }
        _phase = SecurePhase.Sent;
        WatchSubmit();
        _protocol.WriteRequest();
        EnterWith(isResponse: false);
    }

    /// <summary>Helping to Responding: the helper's answer is written.</summary>
    public void Respond()
    {
        if (_slot < 0) TakeSlot();
        else EnterWith(isResponse: true);
    }

    private void EnterWith(bool isResponse)
    {
        if (isResponse) _phase = SecurePhase.Responding;
        _protocol.SetRegisters(ref _entry.Registers, isResponse);
        EnterWorld();
    }

    /// <summary>One round trip: the registers are set, the frame is told when it is over.</summary>
    private void EnterWorld()
    {
        WatchEnter();
        _entry.Enter(_link.World, _link.IsEnteredAtOnce ? _frame.Run : null);
    }

    private void Returned()
    {
        WatchReturn();
        var answer = _protocol.Read(in _entry.Registers);
        if (answer is not (SecureAnswer.Completed or SecureAnswer.NeedsHelp))
        {
            NotTaken(answer);
            return;
        }
        _busyEntries = 0;
        _seen = true;
        if (_phase == SecurePhase.Responding) _protocol.HelpDelivered(true);
        if (answer == SecureAnswer.NeedsHelp) AskedForHelp();
        else Completed();
    }

    private void NotTaken(SecureAnswer answer)
    {
        switch (answer)
        {
            case SecureAnswer.Again:
                RestoreRegisters(x0: 1, _entry.Registers.X6);
                CountRound();
                EnterWorld();
                return;
            // A caller that left before S took the call wants it no more.
            case SecureAnswer.Busy when (_seen || !Caller.IsGone) && ++_busyEntries < _link.BusyEntriesMax:
                RestoreRegisters(x0: 0, x6: 0);
                if (_link.FreesSlotWhilePaused) FreeSlot();
                _link.Actors.StartTimer(_frame, _link.BusyPause, new BusyPauseOver());
                return;
            case SecureAnswer.Instead:
                RestoreRegisters(x0: 0, x6: 0);
                CountRound();
                EnterWorld();
                return;
            case SecureAnswer.Later:
                RestoreRegisters(x0: 0, x6: 0);
                return;
        }
        _busyEntries = 0;
        if (_phase == SecurePhase.Responding) _protocol.HelpDelivered(false);
        Refused();
    }

    /// <summary>What kept S from taking the call, a pause or the protocol's reason for <see cref="SecureAnswer.Later"/>, is over; or the caller has left.</summary>
    public void EnterAgain()
    {
        // Nobody wants a call any more whose caller left while S had not taken it.
        if (!_seen && Caller.Interruption is { } interrupted)
        {
            UnsentBy(interrupted);
            return;
        }
        if (_slot >= 0)
        {
            EnterWorld();
            return;
        }
        _isPaused = true;
        TakeSlot();
    }

    /// <summary>Sent or Responding to Helping.</summary>
    private void AskedForHelp()
    {
        _phase = SecurePhase.Helping;
        CountRound();
        if (_link.FreesSlotWhileHelped) FreeSlot();
        _protocol.Help(in _entry.Registers);
    }

    /// <summary>Sent or Responding to Completing.</summary>
    private void Completed()
    {
        _phase = SecurePhase.Completing;
        _protocol.Complete(in _entry.Registers);
    }

    /// <summary>The caller gives up. Before S has the message the next step unwinds; from then on only the wait ends.</summary>
    private void Interrupted(Interrupt interrupt)
    {
        if (!IsUnderWay || !Caller.TryAccept(interrupt)) return;
        switch (_phase)
        {
            case SecurePhase.Withdrawing:
                break;
            case SecurePhase.Preparing:
                _protocol.Interrupted();
                break;
            case SecurePhase.Queued when !_seen:
                _link.Transport.Tell(new CancelSlotRequest(_slotRequest));
                break;
            default:
                Caller.Leave(PublicPhase);
                if (_phase == SecurePhase.Helping) _protocol.Interrupted();
                break;
        }
    }

    /// <summary>A peer that never ends the call costs its own caller the wait, and no longer than the limit (spec/11 D-27).</summary>
    private void CountRound()
    {
        if (++_rounds == _link.RoundsMax) Interrupted(Interrupt.ByTooManyRounds(_frame, _rounds));
    }

    private void RestoreRegisters(ulong x0, ulong x6)
    {
        ref var again = ref _entry.Registers;
        _protocol.SetRegisters(ref again, _phase == SecurePhase.Responding);
        if (x0 != 0) again.X0 = x0;
        again.X6 = x6;
    }

    /// <summary>The monitor refused. Before S saw the message everything is taken back (row 4); after, S keeps what it has (row 5).</summary>
    private void Refused()
    {
        var refusal = _protocol.Refusal(in _entry.Registers);
        if (!_seen)
        {
            Unsent(refusal.Code, refusal.Errno, true, refusal.Reason);
            return;
        }
        _protocol.Quarantine();
        Fail(new MinkTransportException(ResultCode.Defunct, Errno.ENODEV, PublicPhase, false, $"{refusal.Reason}, after the secure world had seen the call"));
    }

    private void UnsentBy(Interrupt interrupted) =>
        Unsent(interrupted.Code, interrupted.Errno, true, interrupted.Reason);

    /// <summary>The call ends without S having seen it: what was handed out is taken back (rows 3 and 4).</summary>
    public void Unsent(ResultCode code, Errno errno, bool isRetrySafe, string reason) =>
        Fail(new MinkTransportException(code, errno, PublicPhase, isRetrySafe, reason));

    private void Fail(MinkTransportException failure)
    {
        if (!_protocol.HasToWithdraw)
        {
            End(failure.Code, failure);
            return;
        }
        _failure = failure;
        _phase = SecurePhase.Withdrawing;
        _protocol.Withdraw();
    }

    /// <summary>Withdrawing to Ended.</summary>
    public void Withdrawn()
    {
        var failure = _failure!;
        _failure = null;
        End(failure.Code, failure);
    }

    /// <summary>The transaction is over: the slot goes back, the caller is told if it still waits.</summary>
    public void End(ResultCode result, MinkTransportException? failure)
    {
        _phase = SecurePhase.Ended;
        // A full fence either way: a stop that begins now sees the end here, or is seen where the protocol looks for it.
        if (_slot < 0) Interlocked.MemoryBarrier();
        else FreeSlot();
        WatchEnd(result, failure);
        _protocol.Ended(result, failure);
        Caller.TransactionEnded(result, failure);
    }

    private void FreeSlot()
    {
        if (_slot < 0) return;
        _link.Transport.Free(_slot);
        _slot = -1;
    }

    private InvocationPhase PublicPhase => _phase switch
    {
        SecurePhase.Idle or SecurePhase.Preparing => InvocationPhase.Preparing,
        SecurePhase.Queued when !_seen => InvocationPhase.Queued,
        SecurePhase.Sent => InvocationPhase.Sent,
        SecurePhase.Completing or SecurePhase.Ended => InvocationPhase.Completed,
        SecurePhase.Withdrawing => _seen ? InvocationPhase.Callback : InvocationPhase.Sent,
        _ => InvocationPhase.Callback,
    };

    private sealed class Begun : Message;

    private sealed class BusyPauseOver : Message;
}

/// <summary>How far a secure call is.</summary>
internal enum SecurePhase : byte
{
    Idle, Preparing, Queued, Sent, Helping, Responding, Completing, Withdrawing, Ended,
}
