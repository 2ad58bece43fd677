using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>An object served in this domain by user code: admits calls, runs them, bounds them, tells the code of the end.</summary>
/// <remarks>
/// <code>
/// call arrives -> [not supported: INVALID] -> [another chain is served: waits its turn] -> served
/// served -> ended by the code            -> carrier takes the answer
///        -> deadline, or caller gone     -> carrier takes TIMEOUT or DEFUNCT now; what the code answers later is put
/// </code>
/// </remarks>
internal class HostedObject : MinkObject
{
    private readonly IMinkObject _implementation;
    private readonly bool _isNotified;
    private readonly bool _isFiltered;
    private readonly bool _isGuarded;
    private IncomingCall? _served;
    private IncomingCall? _waitingFirst;
    private bool _wasReleased;
    private int _notices;

    /// <param name="domain">Whose object.</param>
    /// <param name="implementation">Its code.</param>
    /// <param name="isGuarded">Each call is let in by <see cref="TryEnter"/> and ends with <see cref="TryLeave"/>.</param>
    public HostedObject(Domain domain, IMinkObject implementation, bool isGuarded = false) : base(domain, 1)
    {
        _implementation = implementation;
        _isGuarded = isGuarded;
        _isNotified = implementation is IReplyNotified;
        _isFiltered = implementation is IOperationFilter;
    }

    public override ObjectKind Kind => ObjectKind.Callback;

    public IMinkObject Implementation => _implementation;

    protected override string DefaultName => $"callback {_implementation.GetType().Name}";

    /// <summary>Calls of other chains may run between the awaits of one that is served; in the secure world they do, for it cannot see chains.</summary>
    protected virtual bool Interleaves => false;

    public override Invocation BeginInvocation() => Domain.RentLocalInvocation();

    protected override void LastReferenceGone() => Tell(new LastReference());

    protected sealed override void Turn(Message message, object? run)
    {
        if (message is IncomingCall call)
        {
            call.Run = run;
            Admit(call);
        }
        else Receive(message);
    }

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case UserContinuation continuation: continuation.Run(); break;
            case AbandonCall abandon: Abandon(abandon); break;
            case ReplyNotice notice: Notify(notice.IsDelivered); break;
            case LastReference: End(); break;
        }
    }

    protected override void Stopped()
    {
        // Code that is under way ends when it likes; its calls are answered now, like those that nobody waits for.
        while (_served is { } call) Abandon(call, ResultCode.Defunct);
        while (_waitingFirst is { } waiting)
        {
            _waitingFirst = waiting.NextWaiting;
            Answer(waiting, ResultCode.Defunct);
        }
    }

    /// <summary>Of a guarded object: a call is about to be served; false: it is answered DEFUNCT.</summary>
    protected virtual bool TryEnter() => true;

    /// <summary>Of a guarded object: a call that was let in has ended or was abandoned. False when what its code answered counts no more.</summary>
    protected virtual bool TryLeave() => true;

    /// <summary>Lets a call in, or queues it.</summary>
    private void Admit(IncomingCall call)
    {
        if (_isGuarded && !TryEnter()) Answer(call, ResultCode.Defunct);
        else if (_served is null || MayJoin(call)) Serve(call);
        else Queue(call);
    }

    private bool MayJoin(IncomingCall call) => Interleaves || _served!.Chain.IsSameAs(call.Chain);

    private void Queue(IncomingCall call)
    {
        var waiting = 0;
        IncomingCall? last = null;
        for (var at = _waitingFirst; at is not null; at = at.NextWaiting)
        {
            last = at;
            waiting++;
        }
        Domain.FoundWaiting(waiting);
        if (waiting >= Domain.Limits.WaitingCallsPerObject)
        {
            Domain.Refused($"{Name}: {waiting} calls wait already, the limit", call);
            Answer(call, ResultCode.Busy);
            return;
        }
        call.Run = null;
        if (last is null) _waitingFirst = call;
        else last.NextWaiting = call;
        StartDeadline(call);
    }

    private void Serve(IncomingCall call)
    {
        // Usually there is none; a reference is not stored where it changes nothing, for that costs the collector's barrier.
        if (_served is { } outer) call.Outer = outer;
        _served = call;
        ResultCode result;
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(call.EnterContext(this));
        try
        {
            var answer = _isFiltered && !((IOperationFilter)_implementation).Supports(call.Operation)
                ? new ValueTask<ResultCode>(ResultCode.Invalid)
                : _implementation.InvokeAsync(call);
            if (!answer.IsCompleted)
            {
                // The context is still set: what the code awaits comes back through it.
                call.Await(this, answer);
                StartDeadline(call);
                return;
            }
            result = answer.GetAwaiter().GetResult();
        }
        catch (Exception failure) when (failure is not InvariantBrokenException)
        {
            result = ResultOf(call, failure);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
        Ended(call, result);
    }

    /// <summary>The code has returned behind its last await. In a turn of this object.</summary>
    internal void Ended(IncomingCall call)
    {
        ResultCode result;
        try
        {
            result = call.Awaited.GetAwaiter().GetResult();
        }
        catch (Exception failure) when (failure is not InvariantBrokenException)
        {
            result = ResultOf(call, failure);
        }
        Ended(call, result);
    }

    private void Ended(IncomingCall call, ResultCode result)
    {
        if (call.IsAbandoned)
        {
            // The carrier has gone on without it: what the code answered belongs to nobody.
            call.Reset();
            return;
        }
        Answer(call, Leave(call) ? result : ResultCode.Defunct);
        ServeNext();
    }

    /// <summary>Ends a call that is not being served: the carrier has it again.</summary>
    private void Answer(IncomingCall call, ResultCode result)
    {
        call.StopDeadline();
        if (result != ResultCode.Ok) call.DropOutputs();
        call.Result = result;
        call.Carrier!.Finished(call);
    }

    /// <summary>Takes the call out of the calls being served; with interleaving it need not be the innermost. False when its answer counts no more.</summary>
    private bool Leave(IncomingCall call)
    {
        if (ReferenceEquals(_served, call) && call.Outer is null) _served = null;
        else LeaveOthers(call);
        return !_isGuarded || TryLeave();
    }

    private void LeaveOthers(IncomingCall call)
    {
        if (ReferenceEquals(_served, call)) _served = call.Outer;
        for (var at = _served; at is not null; at = at.Outer)
        {
            if (ReferenceEquals(at.Outer, call)) at.Outer = call.Outer;
        }
        call.Outer = null;
    }

    private void ServeNext()
    {
        while (_served is null && _waitingFirst is { } next)
        {
            _waitingFirst = next.NextWaiting;
            next.NextWaiting = null;
            Serve(next);
        }
    }

    /// <summary>Nobody waits for the answer any more: the carrier is told now, the code may finish when it likes.</summary>
    private void Abandon(AbandonCall abandon)
    {
        var call = abandon.Call;
        // Only a call that is here is ours to read: one that has ended may serve somebody else by now.
        var isServed = IsServed(call);
        if (!isServed && !IsWaiting(call)) return;
        if (call.Life != abandon.Life) return;
        if (!isServed)
        {
            LeaveQueue(call);
            Answer(call, abandon.Code);
            return;
        }
        Abandon(call, abandon.Code);
        // Others need not wait for code that may never end.
        ServeNext();
    }

    private void Abandon(IncomingCall call, ResultCode code)
    {
        call.GiveUp();
        call.StopDeadline();
        call.Result = code;
        Leave(call);
        call.Carrier!.Finished(call);
        try
        {
            call.SignalCancellation();
        }
        catch (Exception failure) when (failure is not InvariantBrokenException)
        {
            Domain.CodeFailed(this, call, failure);
        }
    }

    /// <summary>Ends every call being served with this code, and tells the implementation that nobody will call it again.</summary>
    protected void EndService(ResultCode code)
    {
        while (_served is { } call) Abandon(call, code);
        TellReleased();
    }

    private bool IsServed(IncomingCall call)
    {
        for (var at = _served; at is not null; at = at.Outer)
        {
            if (ReferenceEquals(at, call)) return true;
        }
        return false;
    }

    private bool IsWaiting(IncomingCall call)
    {
        for (var at = _waitingFirst; at is not null; at = at.NextWaiting)
        {
            if (ReferenceEquals(at, call)) return true;
        }
        return false;
    }

    private void LeaveQueue(IncomingCall call)
    {
        if (ReferenceEquals(_waitingFirst, call)) _waitingFirst = call.NextWaiting;
        for (var at = _waitingFirst; at is not null; at = at.NextWaiting)
        {
            if (ReferenceEquals(at.NextWaiting, call)) at.NextWaiting = call.NextWaiting;
        }
        call.NextWaiting = null;
    }

    private void StartDeadline(IncomingCall call)
    {
        if (call.Deadline is not null || Domain.Limits.CallbackDeadline is not { } due) return;
        call.Deadline = System.StartTimer(this, due, new AbandonCall(call, ResultCode.Timeout));
    }

    private ResultCode ResultOf(IncomingCall call, Exception failure)
    {
        switch (failure)
        {
            case MinkException refusal: return refusal.Code == ResultCode.Ok ? ResultCode.Error : refusal.Code;
            case OutOfMemoryException: return ResultCode.KernelMemory;
            default:
                Domain.CodeFailed(this, call, failure);
                return ResultCode.Error;
        }
    }

    /// <summary>Notices under way; each holds one reference.</summary>
    public int Notices => Volatile.Read(ref _notices);

    /// <summary>Tells the implementation, if it wants to know, whether an answer of 0 arrived. The notice holds the object: it comes before the end.</summary>
    public override void NotifyReply(bool isDelivered)
    {
        if (!_isNotified) return;
        Retain();
        Interlocked.Increment(ref _notices);
        Tell(new ReplyNotice(isDelivered));
    }

    private void Notify(bool isDelivered)
    {
        try
        {
            ((IReplyNotified)_implementation).ReplyDelivered(isDelivered);
        }
        catch (Exception failure) when (failure is not InvariantBrokenException)
        {
            Domain.CodeFailed(this, null, failure);
        }
        Interlocked.Decrement(ref _notices);
        Release();
    }

    /// <summary>Nobody refers to the object any more. In its own turn.</summary>
    protected virtual void End()
    {
        TellReleased();
        StopSelf();
    }

    /// <summary>Tells the implementation once, whoever asks.</summary>
    protected void TellReleased()
    {
        if (_wasReleased) return;
        _wasReleased = true;
        try
        {
            _implementation.Released();
        }
        catch (Exception failure) when (failure is not InvariantBrokenException)
        {
            Domain.CodeFailed(this, null, failure);
        }
    }

    private sealed class LastReference : Message;
}

/// <summary>The notify hook: whether the reply of a successful dispatch was taken (spec/01 section 8).</summary>
internal sealed class ReplyNotice(bool isDelivered) : Message
{
    public bool IsDelivered => isDelivered;
}

/// <summary>Tells a hosted object that nobody waits for the answer to this call any more.</summary>
internal sealed class AbandonCall(IncomingCall call, ResultCode code) : Message
{
    public IncomingCall Call => call;
    public uint Life { get; } = call.Life;
    public ResultCode Code => code;
}
