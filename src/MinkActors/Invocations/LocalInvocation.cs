using System.Numerics;
using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>A call to an object of the same domain: no message, no table; the callee reads the caller's bytes in place.</summary>
/// <remarks>The same rules of ownership, order, deadline and cancellation as across the boundary.</remarks>
internal sealed class LocalInvocation : Invocation, ICallCarrier
{
    private const int KeptMax = 64 * 1024;

    private readonly Begun _begun = new();
    private byte[] _message = [];
    private IncomingCall? _call;
    private int _callLane;
    private volatile bool _isUnderWay;

    public LocalInvocation(Domain domain) : base(domain) { }

    public override bool IsUnderWay => _isUnderWay;

    protected override byte[] Bytes => _message;

    protected override byte[] Answer => _message;

    protected override int MessageMax => DirectMessage.MaxSize;

    protected override void Reserve(int end)
    {
        if (_message.Length >= end) return;
        Array.Resize(ref _message, Math.Max(256, (int)BitOperations.RoundUpToPowerOf2((uint)end)));
    }

    protected override void Start(in CallOptions options)
    {
        _isUnderWay = true;
        Caller.Arm(options);
        TellFirst(_begun);
    }

    protected override void Step(Message message)
    {
        switch (message)
        {
            case Begun: Hand(); break;
            case IncomingCall call: Take(call); break;
            case AbandonedResult abandoned: TakeAbandoned(abandoned.Code); break;
            // One that comes behind the end is nothing to note: the caller may be recycling the call at this moment.
            case Interrupt interrupt when _isUnderWay && Caller.TryAccept(interrupt): Leave(); break;
        }
    }

    private void Hand()
    {
        if (Domain.RefusesCalls)
        {
            End(ResultCode.Defunct, new MinkTransportException(ResultCode.Defunct, Errno.ENODEV, InvocationPhase.Preparing, false, "The system has stopped"));
            return;
        }
        if (Caller.Interruption is { } interrupted)
        {
            End(interrupted.Code, new MinkTransportException(interrupted.Code, interrupted.Errno, InvocationPhase.Preparing, true, interrupted.Reason));
            return;
        }
        // Not where this invocation was made: that may have been on another thread.
        _callLane = Domain.Lane();
        var call = _call = Domain.IncomingCalls.Rent(_callLane);
        call.Operation = Operation.Masked;
        call.Table = Table;
        call.LendBytes(_message);
        for (var i = 0; i < Counts.InputObjects; i++)
        {
            var lent = InputObject(i);
            lent?.Retain();
            call.SetInput(i, lent);
        }
        call.Chain = Chain;
        call.Carrier = this;
        call.Host = Target;
        Target!.TellLast(call, Run);
    }

    void ICallCarrier.Finished(IncomingCall call)
    {
        if (call.IsAbandoned) Tell(new AbandonedResult(call.Result));
        else Arrive(call, call.Run);
    }

    private void Take(IncomingCall call)
    {
        var result = call.Result;
        if (result == ResultCode.Ok)
        {
            for (var i = 0; i < Counts.OutputBuffers; i++) RequestFrame.ShrinkOutput(ref Table, i, call.OutputSize(i));
            for (var i = 0; i < Counts.OutputObjects; i++) SetOutputObject(i, call.TakeOutput(i));
        }
        var host = call.Host;
        call.Reset();
        Domain.IncomingCalls.Return(call, _callLane);
        _call = null;
        if (result == ResultCode.Ok) host!.NotifyReply(!Caller.IsGone);
        End(result, null);
    }

    private void TakeAbandoned(ResultCode code)
    {
        // The code that still runs keeps the call, and with it the bytes it was lent.
        _message = [];
        if (_call is { } kept) Domain.IncomingCalls.Forget(kept, _callLane);
        _call = null;
        End(code, null);
    }

    private void Leave()
    {
        if (_call is not { } call) return;
        Caller.Leave(InvocationPhase.Sent);
        call.Host!.Tell(new AbandonCall(call, ResultCode.Defunct));
    }

    protected override void ReturnToPool()
    {
        if (_message.Length > KeptMax) _message = [];
        else _message.AsSpan(0, Math.Min(_message.Length, Table.PayloadEnd)).Clear();
        Domain.LocalInvocations.Return(this, Lane);
    }

    public override void CollectReferences(Action<MinkObject> holds)
    {
        base.CollectReferences(holds);
        _call?.CollectReferences(holds);
    }

    private void End(ResultCode result, MinkTransportException? failure)
    {
        _isUnderWay = false;
        // A stop that begins now sees that, or is seen by the next line.
        Interlocked.MemoryBarrier();
        Domain.TransactionEnded();
        Caller.TransactionEnded(result, failure);
    }

    private sealed class Begun : Message;

    private sealed class AbandonedResult(ResultCode code) : Message
    {
        public ResultCode Code => code;
    }
}
