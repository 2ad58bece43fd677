using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>The transaction of one direct invocation: what Mink says in a <see cref="SecureCall"/> (spec/01 section 8).</summary>
/// <remarks>
/// The states are the secure call's. Preparing may wait for the table to export; Helping is Resolving, Dispatching and
/// Answering one callback; Completing may wait for the table to resolve. Request, callback and reply are in files of their own.
/// Owns while it runs: both buffers, and S's future reference on each exported object until S saw the message
/// (spec/01 section 5, rows 1 to 5).
/// </remarks>
internal sealed partial class DirectInvocation : Invocation, ISecureProtocol, ICallCarrier
{
    private readonly NormalDomain _domain;
    private readonly SecureCall _call;
    private readonly TableRequest _table;

    private SharedRegion? _inbound;
    private SharedRegion? _outbound;

    public DirectInvocation(NormalDomain domain) : base(domain)
    {
        _domain = domain;
        _call = new SecureCall(this, this, domain.Link);
        _table = new TableRequest(this);
    }

    /// <summary>The state machine that drives it.</summary>
    public SecureCall Call => _call;

    public override bool IsUnderWay => _call.IsUnderWay;

    string ISecureProtocol.TargetName => Target!.Name;

    int ISecureProtocol.Method => (int)Operation.Method;

    public ValueTask<Reply> SendRelease(SecureObject released)
    {
        BeginRelease(released);
        _call.IsOwn = true;
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

    protected override void Start(in CallOptions options) => _call.Start(options);

    protected override void Step(Message message)
    {
        if (message is IncomingCall call) Dispatched(call.Result);
        else if (!_call.TryReceive(message)) StepByOthers(message);
    }

    private void StepByOthers(Message message)
    {
        switch (message)
        {
            case TableRequest: TableAnswered(); break;
            case AbandonedAnswer abandoned: Dispatched(abandoned); break;
        }
    }

    private void AskTable()
    {
        if (_table.Ask(_domain.Table, Run)) TableAnswered();
    }

    private void TableAnswered()
    {
        switch (_call.Phase)
        {
            case SecurePhase.Preparing: Exported(); break;
            case SecurePhase.Helping when _help == HelpStep.Resolving: Resolved(); break;
            case SecurePhase.Helping: AnswerExported(); break;
            case SecurePhase.Completing: RepliesResolved(); break;
            case SecurePhase.Withdrawing: _call.Withdrawn(); break;
            default: Invariant.Holds(false); break;
        }
    }

    void ISecureProtocol.SetRegisters(ref SmcRegisters registers, bool isResponse)
    {
        if (isResponse) SmcCall.CallbackResponse(ref registers, _outbound!.PhysicalAddress, (ulong)_outbound.Size);
        else SmcCall.Invoke(ref registers, _inbound!.PhysicalAddress, (ulong)DirectMessage.RoundUpToPage(Table.PayloadEnd), _outbound!.PhysicalAddress, (ulong)_outbound.Size);
    }

    SecureAnswer ISecureProtocol.Read(in SmcRegisters registers) => registers.Status switch
    {
        0 => registers.ResponseType == SmcCall.CallbackRequest ? SecureAnswer.NeedsHelp : SecureAnswer.Completed,
        SmcCall.StatusInterrupted => SecureAnswer.Again,
        SmcCall.StatusBusy => SecureAnswer.Busy,
        _ => SecureAnswer.Failed,
    };

    SecureRefusal ISecureProtocol.Refusal(in SmcRegisters registers)
    {
        var errno = ErrnoMapping.FromSmcStatus(registers.Status);
        return new SecureRefusal(CodeOf(errno), errno, $"The secure monitor refused the call with status {registers.Status}");
    }

    private static ResultCode CodeOf(Errno errno) => errno switch
    {
        Errno.EBUSY => ResultCode.Busy,
        Errno.ENOMEM => ResultCode.KernelMemory,
        _ => ResultCode.Unavailable,
    };

    void ISecureProtocol.Quarantine()
    {
        _domain.Buffers.Quarantine(_inbound!);
        _domain.Buffers.Quarantine(_outbound!);
        _inbound = _outbound = null;
    }

    void ISecureProtocol.Ended(ResultCode result, MinkTransportException? failure) => _domain.InvocationEnded(this, result, failure);

    protected override void ReturnToPool()
    {
        _table.Reset();
        _answerOrigin = 0;
        if (_answer.Length > AnswerKeptMax) _answer = [];
        _call.Reset();
        ReturnBuffers();
        _domain.DirectInvocations.Return(this, Lane);
    }

    /// <summary>Both buffers, or false; what was had stays for the next call.</summary>
    private bool TryTakeBuffers()
    {
        if (_inbound is not null && _outbound is not null) return true;
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
}
