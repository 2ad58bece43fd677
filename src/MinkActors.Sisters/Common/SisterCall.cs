using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors.Sisters;

/// <summary>One call of a sister system: the frame of its arguments, the actor that drives it, and what its caller awaits.</summary>
/// <typeparam name="TResult">What a call that reached its end gives.</typeparam>
/// <remarks>
/// The state machine is <see cref="SecureCall"/>; a protocol overrides the steps. A call is made for one use: its buffers come
/// from the domain's pool and go back when the transaction has ended, whatever the caller did meanwhile.
/// </remarks>
internal abstract class SisterCall<TResult> : PendingCall, ISecureProtocol
{
    private readonly TaskCompletionSource<TResult> _completion;

    protected SisterCall(SisterDomain domain) : base(domain.Limits.Deadline)
    {
        Domain = domain;
        Call = new SecureCall(this, this, domain.Link);
        _completion = new TaskCompletionSource<TResult>(domain.Actors.CompletionOptions);
    }

    public SisterDomain Domain { get; }

    /// <summary>The state machine that drives it.</summary>
    public SecureCall Call { get; }

    public override bool IsUnderWay => Call.IsUnderWay;

    /// <summary>What the caller gets; complete when the secure world has answered.</summary>
    protected abstract TResult Result { get; }

    public abstract string TargetName { get; }

    public abstract int Method { get; }

    /// <summary>1 for a call that others wait for, such as one that cancels them: a slot is kept for it where there are enough.</summary>
    public virtual int Depth => 0;

    /// <summary>Sends it, once. The caller's wait may end before the transaction does.</summary>
    public Task<TResult> SendAsync(in CallOptions options)
    {
        Generation++;
        Chain = new CallChain(this, Generation, Math.Min(Depth, Domain.Link.Transport.Depths - 1));
        Domain.Began(this);
        MadeOn(System.Here);
        Call.Start(options);
        return _completion.Task;
    }

    protected sealed override void Step(Message message)
    {
        if (!Call.TryReceive(message)) ReceiveOwn(message);
    }

    /// <summary>A message of the protocol's: an answer of one of its helpers.</summary>
    protected virtual void ReceiveOwn(Message message) => Invariant.Holds(false);

    /// <summary>An exception inside the runtime: loud, and not a hang.</summary>
    protected override void StepFailed(Message message, Exception cause) =>
        Caller.Fault(new MinkTransportException(ResultCode.Defunct, Errno.EIO, InvocationPhase.Sent, false, $"The call failed inside the runtime, on {message.Describe()}: {cause.Message}", cause));

    public abstract void Prepare();

    public abstract void WriteRequest();

    public abstract void SetRegisters(ref SmcRegisters registers, bool isResponse);

    public abstract SecureAnswer Read(in SmcRegisters registers);

    public abstract SecureRefusal Refusal(in SmcRegisters registers);

    public abstract void Help(in SmcRegisters registers);

    public virtual void HelpDelivered(bool delivered) { }

    public virtual void Interrupted() { }

    public abstract void Complete(in SmcRegisters registers);

    public virtual bool HasToWithdraw => false;

    public virtual void Withdraw() => Call.Withdrawn();

    public abstract void Quarantine();

    /// <summary>The transaction is over: buffers and all else that it held go back.</summary>
    protected abstract void GiveBack();

    /// <summary>The actor has done its one call; the caller is told next, in this turn.</summary>
    public void Ended(ResultCode result, MinkTransportException? failure)
    {
        GiveBack();
        Domain.Ended(this);
        Domain.Actors.Stop(this);
    }

    public override void CompleteCaller(ResultCode code) => _completion.SetResult(Result);

    public override void FailCaller(Exception failure) => _completion.SetException(failure);

    public override void PutInputs() { }

    /// <summary>There is no pool: what was held went back in <see cref="Ended"/>.</summary>
    public override void RecycleNow() { }
}
