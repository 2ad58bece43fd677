using MinkActors.Actors;
using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>One standard call of the driver: OP-TEE's protocol on the runtime's one state machine (spec 09 section 11).</summary>
/// <remarks>
/// What comes back as an RPC is served in the other half of this class. A caller that leaves while OP-TEE works has a CANCEL
/// sent after it, and the call is served to its end: a suspended thread is never dropped. A session that opens too late is
/// closed again.
/// </remarks>
internal sealed partial class StandardCall : SisterCall<OpTeeReply>
{
    private readonly OpTeeDomain _domain;
    private readonly OpTeeCommand _command;
    private readonly uint _function;
    private readonly OpTeeArgument[] _arguments;
    private readonly CallBuffers _buffers;
    private readonly OpTeeParameter[] _leading;     // what the OS consumes, in front of the arguments
    private readonly uint _cancelId;
    private readonly OpTeeSession? _session;
    private OpTeeRegisters _registers;
    private OpTeeReply? _reply;
    private ulong _subject;                         // cookie of a registration
    private long _knownEnds;
    private bool _isInside;
    private bool _wasWoken;
    private Action? _whenOver;

    private StandardCall(OpTeeDomain domain, OpTeeCommand command, OpTeeSession? session, uint function, OpTeeParameter[] leading, OpTeeArgument[] arguments)
        : base(domain.Sister)
    {
        (_domain, _command, _session, _function) = (domain, command, session, function);
        (_leading, _arguments) = (leading, arguments);
        _buffers = new CallBuffers(domain, arguments);
        _cancelId = command is OpTeeCommand.InvokeCommand or OpTeeCommand.OpenSession ? domain.NextCancelId() : 0;
    }

    public static StandardCall Open(OpTeeDomain domain, Guid application, Guid client, TeeLogin login, OpTeeArgument[] arguments) =>
        new(domain, OpTeeCommand.OpenSession, null, 0,
            [OpTeeParameter.UuidValue(OpTeeAttribute.MetaValueInput, application), OpTeeParameter.UuidValue(OpTeeAttribute.MetaValueInput, client, (ulong)login)], arguments)
        {
            Application = application,
        };

    public static StandardCall Invoke(OpTeeDomain domain, OpTeeSession session, uint function, OpTeeArgument[] arguments) =>
        new(domain, OpTeeCommand.InvokeCommand, session, function, [], [.. arguments]);

    public static StandardCall Close(OpTeeDomain domain, uint session) => new(domain, OpTeeCommand.CloseSession, null, 0, [], []) { SessionId = session };

    public static StandardCall Cancel(OpTeeDomain domain, uint session, uint cancelId) =>
        new(domain, OpTeeCommand.Cancel, null, 0, [], []) { SessionId = session, CancelIdOf = cancelId };

    /// <param name="domain">The driver.</param>
    /// <param name="list">The page list of the memory; the call's from now on.</param>
    /// <param name="size">Bytes of the memory.</param>
    /// <param name="cookie">Its name from now on.</param>
    public static StandardCall Register(OpTeeDomain domain, SharedRegion list, int size, ulong cookie)
    {
        var call = new StandardCall(domain, OpTeeCommand.RegisterSharedMemory, null, 0, [new(OpTeeAttribute.PageListOutput, list.PhysicalAddress, (ulong)size, cookie)], []) { _subject = cookie };
        call._buffers.Hold(list);
        return call;
    }

    public static StandardCall Unregister(OpTeeDomain domain, ulong cookie) =>
        new(domain, OpTeeCommand.UnregisterSharedMemory, null, 0, [OpTeeParameter.Registered(OpTeeParameterType.RegisteredInput, 0, 0, cookie)], []) { _subject = cookie };

    /// <summary>The work that OP-TEE has put off in an interrupt.</summary>
    public static StandardCall BottomHalf(OpTeeDomain domain) => new(domain, OpTeeCommand.DoBottomHalf, null, 0, [], []);

    /// <summary>No notifications any more.</summary>
    public static StandardCall StopNotifications(OpTeeDomain domain) => new(domain, OpTeeCommand.StopNotifications, null, 0, [], []);

    /// <summary>Any message, as tests and native protected-memory messages need: parameters go as they are and come back as values.</summary>
    public static StandardCall Raw(OpTeeDomain domain, OpTeeCommand command, params OpTeeParameter[] parameters) => new(domain, command, null, 0, parameters, []);

    private Guid Application { get; init; }
    private uint SessionId { get; init; }
    private uint CancelIdOf { get; init; }

    public override string TargetName => _command switch
    {
        OpTeeCommand.OpenSession => $"ta {Application}",
        OpTeeCommand.InvokeCommand => $"ta {_session!.Application}",
        _ => _subject == 0 ? _command.ToString() : $"{_command} {_subject}",
    };

    public override int Method => (int)_function;

    // Calls that only end when they are cancelled could hold every thread, and then nothing could cancel them; the same
    // goes for those that wait for what a bottom half brings about.
    public override int Depth => _command is OpTeeCommand.Cancel or OpTeeCommand.DoBottomHalf ? 1 : 0;

    /// <summary>The session that an open has opened; null before, and when it did not.</summary>
    public OpTeeSession? Opened { get; private set; }

    protected override string DefaultName => $"optee {_command}";

    protected override OpTeeReply Result => _reply!;

    /// <summary>Runs when the transaction has ended, however; before it is sent only.</summary>
    public void WhenOver(Action action) => _whenOver = action;

    /// <summary>A thread may be free. Any thread.</summary>
    public void WakeUp() => Tell(new Woken());

    public override void Prepare()
    {
        if (_arguments.Length > OpTeeMessage.ApplicationParametersMax)
            Call.Unsent(ResultCode.Invalid, Errno.EINVAL, true, $"{_arguments.Length} arguments, the limit is {OpTeeMessage.ApplicationParametersMax}");
        else if (!_buffers.TryUse())
            Call.Unsent(ResultCode.Invalid, Errno.EINVAL, true, "A registered buffer among the arguments was disposed");
        else if (!_buffers.TryRent())
            Call.Unsent(ResultCode.KernelMemory, Errno.ENOMEM, true, "No shared memory for the message and its buffers");
        else Call.Prepared();
    }

    public override void WriteRequest()
    {
        var message = _buffers.Message;
        OpTeeParameter[] parameters = [.. _leading, .. _buffers.Parameters];
        var header = new OpTeeHeader((uint)_command, _function, _session?.Id ?? SessionId, _command == OpTeeCommand.Cancel ? CancelIdOf : _cancelId,
            TeeResult.Success, TeeOrigin.None, (uint)parameters.Length);
        Invariant.Holds(OpTeeMessage.TryWrite(message.Owner, header, parameters, out _));
        message.MarkDirty((int)OpTeeMessage.SizeOf(header.Parameters) + RpcAreaSize);
        _registers = OpTeeRegisters.Call(message.PhysicalAddress, 1, 0, _domain.HasRpcArgument ? OpTeeFunctionId.CallWithRpcArg : OpTeeFunctionId.CallWithArg);
        GoesIn();
    }

    public override void SetRegisters(ref SmcRegisters registers, bool isResponse) => registers = _registers.ToSmc();

    public override SecureAnswer Read(in SmcRegisters registers)
    {
        // OP-TEE answers in 32 bits; more is the monitor's own word.
        if (registers.X0 >> 32 != 0) return SecureAnswer.Failed;
        var a0 = (uint)registers.X0;
        if (OpTeeReturnWord.IsRpc(a0, out _)) return SecureAnswer.NeedsHelp;
        return a0 == (uint)OpTeeReturn.ThreadLimit && !Call.IsSeen ? NoThread() : SecureAnswer.Completed;
    }

    public override SecureRefusal Refusal(in SmcRegisters registers) => registers.X0 == (uint)OpTeeReturn.ThreadLimit
        ? new SecureRefusal(ResultCode.Busy, Errno.EBUSY, "OP-TEE has no thread, and no call of this driver has one")
        : new SecureRefusal(ResultCode.Defunct, Errno.EIO, $"The monitor refused the call: {(long)registers.X0}");

    public override void Complete(in SmcRegisters registers)
    {
        // A copy of everything, once: OP-TEE can still write to the page.
        var message = new byte[(int)OpTeeMessage.SizeOf((uint)(_leading.Length + _arguments.Length))];
        _buffers.Message.Owner[..message.Length].CopyTo(message);
        OpTeeMessage.TryReadHeader(message, out var header);
        var isAnswered = (uint)registers.X0 == (uint)OpTeeReturn.Ok;
        var isRead = _buffers.TryRead(message, _leading.Length, header.Result, out var values, out var bytes);
        _reply = isAnswered && isRead
            ? new OpTeeReply(header.Result, header.Origin, values, bytes)
            : new OpTeeReply(TeeResult.Communication, TeeOrigin.Comms, new (ulong, ulong)[_arguments.Length], new byte[]?[_arguments.Length]);
        if (isAnswered && _command == OpTeeCommand.OpenSession && header.Result == TeeResult.Success) SessionOpened(header.Session, isRead);
        Returned = isAnswered ? OpTeeReturn.Ok : (OpTeeReturn)(uint)registers.X0;
        Outputs = message;
        // The path works: what could not be ended before is tried again. Not for each such try, or they would keep one another going.
        if (isAnswered && !Call.IsOwn) _domain.Open.CloseStrays();
        Call.End(ResultCode.Ok, null);
    }

    /// <summary>The a0 that ended the call.</summary>
    public OpTeeReturn Returned { get; private set; }

    /// <summary>Whether OP-TEE has looked at the message and answered in it.</summary>
    public bool WasTaken => _reply is not null && Returned == OpTeeReturn.Ok;

    /// <summary>Whether OP-TEE has done what was asked.</summary>
    public bool HasSucceeded => _reply is { IsSuccess: true };

    /// <summary>It ended without an answer after OP-TEE had seen it: what became of it over there nobody knows.</summary>
    public bool IsLost { get; private set; }

    /// <summary>The message as it came back, for raw calls.</summary>
    public byte[] Outputs { get; private set; } = [];

    public override void Quarantine()
    {
        IsLost = true;
        _buffers.Quarantine();
        QuarantineRpcList();
    }

    protected override void GiveBack()
    {
        _buffers.GiveBack();
        GiveBackRpcList();
        if (_isInside) _domain.Threads.Ended(_wasWoken);
        _isInside = false;
        _whenOver?.Invoke();
    }

    /// <summary>The caller leaves: what OP-TEE is at is cancelled there, and what waits for a thread is let go.</summary>
    public override void FailCaller(Exception failure)
    {
        base.FailCaller(failure);
        if (!IsUnderWay) return;
        if (_isInside) SendCancel();
        else
        {
            _domain.Threads.Forget(this);
            Tell(new Woken());
        }
    }

    protected override void ReceiveOwn(Message message)
    {
        switch (message)
        {
            case Woken:
                // A second one finds the call on its way.
                if (_isInside || Call.Phase != SecurePhase.Sent) break;
                _domain.Threads.Forget(this);
                _wasWoken = true;
                GoesIn();
                Call.EnterAgain();
                break;
            default: RpcAnswered(message); break;
        }
    }

    private void GoesIn()
    {
        _isInside = true;
        _knownEnds = _domain.Threads.Entering();
    }

    private SecureAnswer NoThread()
    {
        _isInside = false;
        switch (_domain.Threads.Refused(this, _knownEnds))
        {
            case ThreadWait.UntilWoken: return SecureAnswer.Later;
            case ThreadWait.TryNow:
                Tell(new Woken());
                return SecureAnswer.Later;
            default:
                // Entered again by the state machine after a pause, some times.
                GoesIn();
                return SecureAnswer.Busy;
        }
    }

    private void SessionOpened(uint session, bool isRead)
    {
        if (isRead && !Caller.IsGone) Opened = _domain.Open.Opened(new OpTeeSession(_domain, Application, session, _reply!));
        else _domain.Open.CloseStray(session);
    }

    private void SendCancel()
    {
        if (_command == OpTeeCommand.InvokeCommand) _domain.StartOwn(Cancel(_domain, _session!.Id, _cancelId));
    }

    private sealed class Woken : Message;
}
