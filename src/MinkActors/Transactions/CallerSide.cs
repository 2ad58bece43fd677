using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>The waiting end of an invocation: deadline, cancellation, and who recycles the object when the two ends part at different times.</summary>
/// <remarks>Normally the transaction ends, then the caller takes the result, and that recycles. A caller that gave up takes its
/// failure while the transaction lives on: then whichever end comes last recycles.</remarks>
internal sealed class CallerSide(PendingCall owner)
{
    private CancellationTokenRegistration _cancellation;
    private ActorTimer? _deadline;
    private int _ends;
    private bool _isArmed;
    private bool _isOver;

    /// <summary>Why the caller gave up; null while it waits.</summary>
    public Interrupt? Interruption { get; private set; }

    /// <summary>The caller was failed before the transaction ended.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Starts what may interrupt the wait.</summary>
    public void Arm(in CallOptions options)
    {
        if ((options.Deadline ?? owner.DefaultDeadline) is { } due) StartDeadline(due);
        if (options.CancellationToken.CanBeCanceled) ListenTo(options.CancellationToken);
    }

    private void StartDeadline(TimeSpan due)
    {
        _isArmed = true;
        _deadline = owner.System.StartTimer(owner, due, Interrupt.ByDeadline(owner, due));
    }

    private void ListenTo(CancellationToken token)
    {
        _isArmed = true;
        _cancellation = token.UnsafeRegister(static state => ((Interrupt)state!).Send(), Interrupt.ByCancellation(owner, token));
    }

    private void Disarm()
    {
        _isArmed = false;
        _cancellation.Unregister();
        _cancellation = default;
        _deadline?.Cancel();
        _deadline = null;
    }

    /// <summary>Notes the first interruption of this call; false for one that comes late or second.</summary>
    public bool TryAccept(Interrupt interrupt)
    {
        if (interrupt.Generation != owner.Generation || Interruption is not null) return false;
        Interruption = interrupt;
        return true;
    }

    /// <summary>Fails the caller now; the transaction lives on.</summary>
    public void Leave(InvocationPhase phase)
    {
        IsGone = true;
        owner.FailCaller(Interruption!.Failure(phase, isRetrySafe: false));
    }

    /// <summary>The transaction cannot go on for a fault of ours: the caller is told instead of left waiting. What the call holds stays held.</summary>
    public void Fault(Exception cause)
    {
        if (IsGone || _isOver) return;
        IsGone = true;
        owner.FailCaller(cause);
    }

    public void TransactionEnded(ResultCode result, MinkTransportException? failure)
    {
        _isOver = true;
        if (_isArmed) Disarm();
        owner.PutInputs();
        if (IsGone)
        {
            if (Interlocked.Exchange(ref _ends, 1) == 1) owner.RecycleNow();
        }
        else if (failure is null) owner.CompleteCaller(result);
        else owner.FailCaller(Interruption?.Failure(failure.Phase, failure.IsRetrySafe) ?? failure);
    }

    public void ResultTaken()
    {
        if (!IsGone || Interlocked.Exchange(ref _ends, 1) == 1) owner.RecycleNow();
    }

    public void Reset()
    {
        Interruption = null;
        IsGone = false;
        _ends = 0;
        _isOver = false;
    }
}
