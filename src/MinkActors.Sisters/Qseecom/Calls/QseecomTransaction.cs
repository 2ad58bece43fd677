using MinkActors.Actors;
using MinkActors.Protocol;
using MinkActors.Protocol.Qseecom;

namespace MinkActors.Sisters.Qseecom;

/// <summary>One QSEECOM call, from its first SMC to its result: what QSEECOM says in a <see cref="SecureCall"/> (spec/08 section 9).</summary>
/// <remarks>
/// <code>
/// spec/08       here
/// Ready         Preparing: waits at the gate
/// SMC           Sent, Responding
/// Listening(L)  Helping: the listener has the request
/// Blocked(L)    Helping: waits until the listener is free
/// Answer(L)     Responding with 50/2/3 or 50/2/5
/// Done          Completing, Ended
/// </code>
/// Owns while it runs: one block with request, response and extension block, and the gate's admission. The block is not used
/// again as long as QSEE may touch it: when the call ends while the application is still in its middle, it is lost.
/// </remarks>
internal sealed partial class QseecomTransaction : SisterCall<QseecomOutcome>
{
    private readonly QseecomDriver _driver;
    private readonly QseecomRequest _request;
    private readonly ScmConvention _convention;

    private SharedRegion? _block;
    private ScmRegisters _registers;
    private QseecomResponse _record;
    private QseecomErrno _remembered;
    private QseecomErrno _refused;
    private int _entries;
    private bool _wasAdmitted;
    private bool _isLost;

    /// <summary>Copies the input; the caller's bytes are free when this returns. <paramref name="block"/> has room for it all, or is null when nothing is needed.</summary>
    public QseecomTransaction(QseecomDriver driver, in QseecomRequest request, SharedRegion? block) : base(driver.Domain)
    {
        _driver = driver;
        _request = request;
        _convention = request.Convention ?? driver.Convention;
        _block = block;
        Call.IsOwn = request.IsOwn;
        request.Input.Span.CopyTo(block is null ? default : block.Owner);
        block?.MarkDirty(request.Input.Length);
    }

    /// <summary>Its place at the gate; null for a call that waits for nobody.</summary>
    public Admission? Admission { get; private set; }

    public override string TargetName => _request.Function.Name;

    public override int Method => (int)(_request.Function.Id.Value & 0xFFFF);

    protected override QseecomOutcome Result => new(_remembered, _record);

    protected override string DefaultName => $"qseecom {_request.Function.Name}";

    private bool IsFull => _driver.Mode == QseecomMode.Full;

    /// <summary>Incomplete and blocked mean something as an answer to it (Q6).</summary>
    private bool MayBeHelped => IsFull && (_request.Function.Id.Owner == ScmOwner.Applications || _request.Function == QseecomCall.AppStart || _request.Function == QseecomCall.AppShutdown);

    /// <summary>Bytes that a request needs: input, output behind it on a multiple of 8, the scatter table, and the extension block.</summary>
    public static long SizeOf(in QseecomRequest request)
    {
        var end = TableOffset(request) + (request.Table.Length > 0 ? ScatterEntry.TableSize : 0);
        return request.Function.Arguments.NeedsExtensionBlock ? end + ScmExtensionBlock.SizeOf(ScmConvention.Smc64) : end;
    }

    private static long TableOffset(in QseecomRequest request)
    {
        var output = QseecomLimits.ResponseOffset(request.Input.Length);
        return request.Output.Length > 0 ? QseecomLimits.ResponseOffset(output + request.Output.Length) : output;
    }

    public override void Prepare()
    {
        if (!TryFrame(out var reason))
        {
            Call.Unsent(ResultCode.Invalid, Errno.EINVAL, true, reason);
            return;
        }
        if (_request.Function.Id.Owner == ScmOwner.SiliconProvider)
        {
            Call.Prepared();
            return;
        }
        var isForOs = _request.Function.Id.Owner == ScmOwner.SecureOs;
        Admission = new Admission(this)
        {
            App = _request.App,
            IsForOs = isForOs,
            Epoch = _request.Epoch,
            ChangesApps = _request.Function == QseecomCall.AppStart || _request.Function == QseecomCall.AppShutdown,
        };
        _driver.Gate.Tell(Admission);
    }

    /// <summary>The registers of the first SMC; arguments that do not fit them go into the extension block.</summary>
    private bool TryFrame(out string reason)
    {
        var input = _block?.PhysicalAddress ?? 0;
        var output = input + (ulong)QseecomLimits.ResponseOffset(_request.Input.Length);
        var arguments = _request.Arguments(input, output);
        var extension = 0ul;
        var at = (int)TableOffset(_request);
        if (_request.Table.Length > 0)
        {
            arguments = [.. arguments, input + (ulong)at, ScatterEntry.TableSize];
            for (var i = 0; i < _request.Table.Length; i++) _request.Table[i].TryWrite(_block!.Owner[(at + (i * ScatterEntry.Size))..], out _);
            at += ScatterEntry.TableSize;
            _block!.MarkDirty(at);
        }
        if (_request.Function.Arguments.NeedsExtensionBlock)
        {
            if (!ScmExtensionBlock.TryWrite(_block!.Owner[at..], _convention, arguments, out var why))
            {
                reason = $"The call {_request.Function.Name} does not fit its registers: {why}";
                return false;
            }
            _block.MarkDirty(at + ScmExtensionBlock.SizeOf(_convention));
            extension = input + (ulong)at;
        }
        var built = ScmFrame.TryBuild(_request.Function, _convention, arguments, extension, out _registers, out var refusal);
        if (built && extension > uint.MaxValue && _convention == ScmConvention.Smc32) (built, refusal) = (false, new(QseecomField.Argument, ScmExtensionBlock.FirstArgument, (long)extension, uint.MaxValue));
        if (_request.IsFast) _registers[0] = new ScmFunctionId((uint)_registers[0]).AsFast().Value;
        reason = built ? "" : $"The call {_request.Function.Name} does not fit its registers: {refusal}";
        return built;
    }

    protected override void ReceiveOwn(Message message)
    {
        switch (message)
        {
            case Qseecom.Admission: Admitted(); break;
            case ListenerWork work: Helped(work); break;
            case QseecomGate.SleepInQsee: Call.Respond(); break;
            case AskAgain again: _driver.Gate.Tell(again.Work); break;
        }
    }

    private void Admitted()
    {
        _wasAdmitted = Admission!.Answer == AdmissionAnswer.Granted;
        if (Admission.Answer == AdmissionAnswer.Stale)
        {
            _refused = QseecomErrno.ESTALE;
            Call.Unsent(ResultCode.Defunct, Errno.ENODEV, true, $"The application {_request.App} is no longer known to be the one it was");
        }
        else Call.Prepared();
    }

    /// <summary>All is written: the input when the call was made, the rest when it was framed.</summary>
    public override void WriteRequest() { }

    public override void SetRegisters(ref SmcRegisters registers, bool isResponse) => registers = (isResponse ? AnswerRegisters() : _registers).ToSmc();

    /// <summary>Incomplete, blocked and asleep are requests for help; everything else ends the call.</summary>
    public override SecureAnswer Read(in SmcRegisters registers)
    {
        var returned = ScmRegisters.From(registers);
        // A peer that never ends the call is left, though it may hold what it was given: the caller has gone long before.
        if (++_entries > 2L * Domain.Limits.Rounds) return SecureAnswer.Failed;
        var action = ScmStatusMapping.ActionFor(returned, _convention);
        _isAsleep = action == ScmAction.WaitAndResume || (_isAsleep && action is ScmAction.RepeatAtOnce or ScmAction.SleepAndRepeat);
        switch (action)
        {
            case ScmAction.RepeatAtOnce: return SecureAnswer.Again;
            case ScmAction.SleepAndRepeat: return SecureAnswer.Busy;
            case ScmAction.WaitAndResume:
                _callContext = returned[2];
                return SecureAnswer.NeedsHelp;
            case ScmAction.Fail: return FallsBack() ? SecureAnswer.Instead : SecureAnswer.Failed;
        }
        _record = QseecomResponse.From(returned);
        return Interpret();
    }

    private SecureAnswer Interpret()
    {
        if (IsFull && _record.Result == QseecomResult.AppBusy) return SecureAnswer.Busy;
        if (!MayBeHelped) return SecureAnswer.Completed;
        switch (_record.Result)
        {
            case QseecomResult.Incomplete: return SecureAnswer.NeedsHelp;
            case QseecomResult.BlockedOnListener when _driver.Phase == 0: return SecureAnswer.Completed;
            // Q8: it cannot be blocked by its own answer.
            case QseecomResult.BlockedOnListener when _step == Stage.Answering && _record.Data == _work?.ListenerId: return SecureAnswer.Completed;
            case QseecomResult.BlockedOnListener: return SecureAnswer.NeedsHelp;
            default: return SecureAnswer.Completed;
        }
    }

    public override SecureRefusal Refusal(in SmcRegisters registers)
    {
        var status = ScmStatusMapping.Read(registers.X0, _convention);
        var isBusy = status == ScmStatus.Busy || (status == ScmStatus.Answered && _record.Result == QseecomResult.AppBusy);
        // Interrupted and asleep: QSEE has begun, and may go on.
        if (status is ScmStatus.Interrupted or ScmStatus.WaitQueueSleep) Quarantine();
        _refused = isBusy ? QseecomErrno.EBUSY
            : status is ScmStatus.Answered or ScmStatus.Interrupted ? QseecomErrno.EPROTO
            : status.ToErrno();
        return new SecureRefusal(isBusy ? ResultCode.Busy : ResultCode.Unavailable, Errno.EIO, $"The firmware refused {_request.Function.Name} with status {(long)status}" + (isBusy ? ", busy for too long" : ""));
    }

    /// <summary>What the result means for an application's call; other calls' results are read by whoever made them.</summary>
    public override void Complete(in SmcRegisters registers)
    {
        var isUnfinished = _record.Result is QseecomResult.Incomplete or QseecomResult.BlockedOnListener or QseecomResult.CallbackRequest
            && (_request.Function.Id.Owner == ScmOwner.Applications || _step != Stage.First || MayBeHelped);
        if (isUnfinished) QseecomLog.Unsupported(Domain.Context.Logger, _request.Function.Name, _record.Result);
        Remember(ErrnoOfEnd());
        if (_remembered == QseecomErrno.Ok && !Caller.IsGone) TakeOutput();
        // The application is in the middle of the call and may write when it goes on.
        if (isUnfinished) Quarantine();
        Call.End(_remembered == QseecomErrno.Ok ? ResultCode.Ok : ResultCode.Unavailable, null);
    }

    private QseecomErrno ErrnoOfEnd()
    {
        if (_step == Stage.Continuing) return QseecomErrno.EINVAL;
        if (_step == Stage.Answering && _record.Result != QseecomResult.Success) return QseecomErrno.EINVAL;
        return _request.Function.Id.Owner == ScmOwner.Applications ? _record.InterpretSend() : QseecomErrno.Ok;
    }

    /// <summary>One copy, from memory that QSEE could still write into the caller's own.</summary>
    private void TakeOutput()
    {
        if (_request.Output.Length == 0) return;
        var at = (int)QseecomLimits.ResponseOffset(_request.Input.Length);
        _block!.Owner.Slice(at, _request.Output.Length).CopyTo(_request.Output.Span);
    }

    /// <summary>The first error counts.</summary>
    private void Remember(QseecomErrno errno)
    {
        if (_remembered == QseecomErrno.Ok) _remembered = errno;
    }

    public override void Quarantine()
    {
        if (_block is { } block) Domain.Buffers.Quarantine(block);
        _block = null;
        _isLost = true;
    }

    protected override void GiveBack()
    {
        if (_block is { } block) Domain.Buffers.Return(block);
        _block = null;
        if (_wasAdmitted) _driver.Gate.Tell(new Admission.Leave(Admission!));
    }

    /// <summary>Failures of the path carry the error numbers of spec/08; a remembered one wins.</summary>
    public override void FailCaller(Exception failure) => base.FailCaller(failure is MinkTransportException transport ? Translate(transport) : failure);

    private QseecomException Translate(MinkTransportException failure)
    {
        var errno = _remembered != QseecomErrno.Ok ? _remembered
            : _refused != QseecomErrno.Ok ? _refused
            : (QseecomErrno)(int)failure.Errno;
        return new QseecomException(errno, failure.Message, failure.IsRetrySafe && !_isLost, failure.Phase, failure);
    }
}
