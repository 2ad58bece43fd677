using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>A call that somebody waits for, whatever it says: what <see cref="CallerSide"/> ends, and what a chain of calls is made of.</summary>
internal abstract class PendingCall : Actor
{
    // A call whose steps answer one another on one stack goes back to its mailbox after that many: the stack stays short.
    private const int NestingMax = 8;

    // Both stay when they count no more: mostly the next are the same, and a reference that is not stored costs the collector nothing.
    private object? _run;
    private object? _sender;
    private ChainPlace _chain;
    private bool _isRunning;
    private bool _isSending;
    private int _nested;

    /// <param name="defaultDeadline">How long a call may take that names no deadline; null for ever.</param>
    protected PendingCall(TimeSpan? defaultDeadline)
    {
        DefaultDeadline = defaultDeadline;
        Caller = new CallerSide(this);
    }

    /// <summary>The end that waits.</summary>
    public CallerSide Caller { get; }

    /// <summary>Where it is made, for whatever is striped. Of the sender's thread: its later steps may run elsewhere.</summary>
    public int Lane { get; private set; }

    /// <summary>What the sender says to whom he tells last (<see cref="ActorSystem.Here"/>); null when that is not known.</summary>
    protected object? SentOn => _sender;

    /// <summary>Says where the call is made, before anything else: it is sent on the same thread.</summary>
    public void MadeOn((object? Run, int Lane) here)
    {
        if (!ReferenceEquals(_sender, here.Run)) _sender = here.Run;
        Lane = here.Lane;
    }

    /// <summary>Which life of the pooled object this is; changes at sending and at recycling (spec/11 I-04).</summary>
    public uint Generation { get; protected set; }

    public CallChain Chain
    {
        get => _chain.Current;
        protected set => _chain.Enter(value);
    }

    /// <summary>The call is over.</summary>
    protected void LeaveChain() => _chain.Leave();

    /// <summary>How deep in its chain.</summary>
    public int ChainDepth => _chain.Depth;

    /// <summary>The transaction has begun and not ended. Read from any thread.</summary>
    public abstract bool IsUnderWay { get; }

    /// <summary>For a call that names no deadline of its own; null for ever.</summary>
    public TimeSpan? DefaultDeadline { get; }

    /// <summary>One step. Its last act may be to wait for somebody, and nothing comes after that.</summary>
    protected abstract void Step(Message message);

    protected sealed override void Receive(Message message) => Step(message);

    /// <summary>What the step runs on, for those it tells last; null when that is not known.</summary>
    public object? Run => _isRunning ? _run : null;

    /// <summary>The step, or the answer, comes inside the sending of this call, on the sender's stack: he looks for the answer when he is back.</summary>
    protected bool IsOnSendersStack { get; private set; }

    /// <summary>Sends the call: its first step, run at once when nothing is in the way.</summary>
    public void TellFirst(Message first)
    {
        BeginSending();
        TellLast(first, _sender);
        EndSending();
    }

    protected void BeginSending() => _isSending = true;

    protected void EndSending() => _isSending = IsOnSendersStack = false;

    /// <summary>Who has the answer to give runs on this. The same as the sender while he sends: he is below on this stack.</summary>
    protected void AnswerComesOn(object? run) => IsOnSendersStack = _isSending && run is not null && ReferenceEquals(_sender, run);

    protected sealed override void Turn(Message message, object? run)
    {
        if (!ReferenceEquals(_run, run)) _run = run;
        Volatile.Write(ref _isRunning, true);
        if (_isSending)
        {
            // Only the turn that comes first may find the sender below itself: what is left behind it may run anywhere.
            AnswerComesOn(run);
            _isSending = false;
        }
        Step(message);
        IsOnSendersStack = false;
        _isRunning = false;
    }

    protected sealed override void ReceiveFailed(Message message, Exception cause)
    {
        IsOnSendersStack = false;
        _isRunning = false;
        StepFailed(message, cause);
    }

    /// <summary>A step threw: the caller, if he still waits, is told.</summary>
    protected abstract void StepFailed(Message message, Exception cause);

    /// <summary>What the call waits for has come. On the stack of the step that waits, the next step runs here and now: that step
    /// has nothing left to do. Otherwise it comes as a message.</summary>
    /// <param name="message">What has come.</param>
    /// <param name="run">What the caller runs on (<see cref="ActorSystem.CurrentRun"/>); null when it is not known.</param>
    public void Arrive(Message message, object? run)
    {
        if (run is not null && Volatile.Read(ref _isRunning) && ReferenceEquals(_run, run) && _nested < NestingMax)
        {
            _nested++;
            try
            {
                Step(message);
            }
            catch (Exception failure)
            {
                StepFailed(message, failure);
            }
            _nested--;
        }
        else Tell(message);
    }

    /// <summary>Ends the caller's wait, once.</summary>
    public abstract void CompleteCaller(ResultCode code);

    /// <summary>Ends the caller's wait with a failure of the path, once.</summary>
    public abstract void FailCaller(Exception failure);

    /// <summary>Puts what is held for the transaction, and no longer (spec/01 section 5, row 6).</summary>
    public abstract void PutInputs();

    /// <summary>Puts every reference the call still holds and gives it back to its pool.</summary>
    public abstract void RecycleNow();
}
