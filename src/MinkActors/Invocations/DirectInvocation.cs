using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>The transaction of one direct invocation: its round trips, and each callback served until the last reply (spec/01 section 8).</summary>
/// <remarks>
/// <code>
/// Preparing → Exporting → Queued → Sent ─┬→ Completing → Ended
///     │           │          │        ↑  │
///     └───────────┴──────────┘        │  └→ Resolving → Dispatching → Answering ┐
///     └→ Withdrawing → Ended          └─────────────── Responding ←─────────────┘
/// </code>
/// Forward only; each arrow is one method below. Exporting, Resolving, Dispatching and Answering wait for another actor.
/// The caller may stop waiting at any time: before Sent the transaction is unwound and was never sent; from Sent on it lives
/// until S has answered, its callbacks are answered DEFUNCT, and what arrives late is released.
/// Owns while it runs: a slot, both buffers, S's future reference on each exported object until S saw the message
/// (spec/01 section 5, rows 1 to 5). Request, callback and reply are in files of their own.
/// </remarks>
internal sealed partial class DirectInvocation : Invocation, ICallCarrier
{
    private readonly NormalDomain _domain;
    private readonly TableRequest _table;
    private readonly SlotRequest _slotRequest;
    private readonly SecureEntry _entry;
    private readonly Begun _begun = new();

    private SharedRegion? _inbound;
    private SharedRegion? _outbound;
    private Phase _phase;
    private int _slot = -1;
    private bool _seen;             // S has the message and owns the callback inputs (flag SHARED)
    private int _busyAnswers;
    private int _rounds;

    public DirectInvocation(NormalDomain domain) : base(domain)
    {
        _domain = domain;
        _table = new TableRequest { ReplyTo = this };
        _slotRequest = new SlotRequest { ReplyTo = this };
        _entry = new SecureEntry(this);
    }

    /// <summary>How far a transaction is.</summary>
    internal enum Phase : byte
    {
        Idle, Preparing, Exporting, Queued, Sent, Resolving, Dispatching, Answering, Responding, Completing, Withdrawing, Ended,
    }

    /// <summary>A figure for reports, read from any thread.</summary>
    public Phase CurrentPhase => _phase;

    // Preparing counts: a stop that begins now either finds the call here or is seen by it before anything is sent.
    public override bool IsUnderWay => _phase is not (Phase.Idle or Phase.Ended);

    /// <summary>This is the release queue's own RELEASE.</summary>
    private bool _isRelease;

    public ValueTask<Reply> SendRelease(SecureObject released)
    {
        BeginRelease(released);
        _isRelease = true;
        return SendAsync(CallOptions.None);
    }

    protected override int MessageMax => DirectMessage.MaxSize;

    protected override byte[] Bytes => _inbound!.Bytes;

    protected override void Reserve(int end)
    {
        if (!TryTakeBuffers()) throw Abandoned(NoMemory(end));
        if (end > _inbound!.Size) Grow(end);
        // Now and not at sending: a call that is never sent leaves its bytes here too (spec/11 I-20).
        _inbound.MarkDirty(end);
    }

    private void Grow(int end)
    {
        var larger = _domain.Buffers.Rent(end) ?? throw Abandoned(NoMemory(end));
        _inbound!.Owner.CopyTo(larger.Owner);
        _domain.Buffers.Return(_inbound);
        _inbound = larger;
    }

    protected override void Start(in CallOptions options)
    {
        _phase = Phase.Preparing;
        Caller.Arm(options);
        WatchStart();
        Tell(_begun);
    }

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case SecureEntry: Returned(); break;
            case Begun: Prepare(); break;
            case TableRequest: TableAnswered(); break;
            case IncomingCall call: Dispatched(call.Result); break;
            case AbandonedAnswer abandoned: Dispatched(abandoned); break;
            case SlotRequest: SlotAnswered(); break;
            case Interrupt interrupt: Interrupted(interrupt); break;
            case BusyPauseOver: EnterWorld(); break;
        }
    }

    /// <summary>The caller gives up. Before S has the message the next step unwinds; from then on only the wait ends.</summary>
    private void Interrupted(Interrupt interrupt)
    {
        if (_phase is Phase.Idle or Phase.Ended || !Caller.TryAccept(interrupt)) return;
        switch (_phase)
        {
            case Phase.Preparing or Phase.Exporting or Phase.Withdrawing:
                break;
            case Phase.Queued:
                _domain.Transport.Tell(new CancelSlotRequest(_slotRequest));
                break;
            default:
                Caller.Leave(PublicPhase);
                if (_phase == Phase.Dispatching) _callback!.Host!.Tell(new AbandonCall(_callback, ResultCode.Defunct));
                break;
        }
    }

    private void TableAnswered()
    {
        switch (_phase)
        {
            case Phase.Exporting: Exported(); break;
            case Phase.Resolving: Resolved(); break;
            case Phase.Answering: AnswerExported(); break;
            case Phase.Completing: RepliesResolved(); break;
            case Phase.Withdrawing: Withdrawn(); break;
            default: Invariant.Holds(false); break;
        }
    }

    /// <summary>One round trip: the registers are set, the invocation is told when it is over.</summary>
    private void EnterWorld()
    {
        WatchEnter();
        _entry.Enter(_domain.World);
    }

    private void Returned()
    {
        WatchReturn();
        ref var registers = ref _entry.Registers;
        switch (registers.Status)
        {
            case SmcCall.StatusInterrupted:
                // As issued, but x0 says continue and x6 goes back as it came (spec/02 section 6).
                RestoreRegisters(x0: 1, x6: registers.X6);
                CountRound();
                EnterWorld();
                return;
            // A caller that left before S took the call wants it no more.
            case SmcCall.StatusBusy when (_seen || !Caller.IsGone) && ++_busyAnswers < SmcCall.BusyCallsMax:
                RestoreRegisters(x0: 0, x6: 0);
                System.StartTimer(this, TimeSpan.FromMilliseconds(SmcCall.BusyPauseMs), new BusyPauseOver());
                return;
        }
        _busyAnswers = 0;
        var status = registers.Status;
        var responded = _phase == Phase.Responding;
        if (status != 0)
        {
            if (responded) ReplyNotDelivered(status);
            else TransportFailed(status);
            return;
        }
        if (responded) ReplyDelivered();
        _seen = true;
        if (registers.ResponseType == SmcCall.CallbackRequest) CallbackRequested();
        else CompleteWith(registers.Result);
    }

    /// <summary>A peer that never ends the call costs its own caller the wait, and no longer than the limit (spec/11 D-27).</summary>
    private void CountRound()
    {
        if (++_rounds == _domain.Limits.CallbackRounds) Interrupted(Interrupt.ByTooManyRounds(this, _rounds));
    }

    private void RestoreRegisters(ulong x0, ulong x6)
    {
        var again = _phase == Phase.Responding ? ResponseRegisters() : InvokeRegisters();
        if (x0 != 0) again.X0 = x0;
        again.X6 = x6;
        _entry.Registers = again;
    }

    /// <summary>The transaction is over: slot and buffers go back, the caller is told if it still waits.</summary>
    private void End(ResultCode result, MinkTransportException? failure)
    {
        _phase = Phase.Ended;
        if (_slot >= 0)
        {
            _domain.Transport.Free(_slot);
            _slot = -1;
        }
        WatchEnd(result, failure);
        _domain.InvocationEnded(this, result, failure);
        Caller.TransactionEnded(result, failure);
    }

    protected override void ReturnToPool()
    {
        _table.Reset();
        _answerOrigin = 0;
        if (_answer.Length > AnswerKeptMax) _answer = [];
        _seen = false;
        _isRelease = false;
        _busyAnswers = 0;
        _rounds = 0;
        _phase = Phase.Idle;
        ReturnBuffers();
        _domain.DirectInvocations.Return(this);
    }

    /// <summary>Both buffers, or false; what was had stays for the next call.</summary>
    private bool TryTakeBuffers()
    {
        _inbound ??= _domain.Buffers.Rent(SharedRegion.PageSize);
        _outbound ??= _domain.Buffers.Rent(_domain.Limits.OutboundBuffer);
        return _inbound is not null && _outbound is not null;
    }

    /// <summary>The usual pair stays with the pooled invocation, zeroed; a large inbound buffer goes back.</summary>
    private void ReturnBuffers()
    {
        // A call that was never sent has written its inputs all the same.
        _inbound?.MarkDirty(Math.Min(Table.PayloadEnd, _inbound.Size));
        _inbound?.Clear();
        _outbound?.Clear();
        if (_inbound is not { Size: > SharedRegion.PageSize } large) return;
        _domain.Buffers.Return(large);
        _inbound = null;
    }

    private static MinkTransportException NoMemory(int size) =>
        new(ResultCode.KernelMemory, Errno.ENOMEM, InvocationPhase.Preparing, true, $"No shared memory for a message buffer of {size} bytes");

    private sealed class Begun : Message;

    private sealed class BusyPauseOver : Message;
}
