using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>A callback object with faults around it: for one's own objects under test, and for those of the scenarios.</summary>
/// <param name="inner">The object.</param>
/// <param name="faults">The run's faults.</param>
/// <param name="time">The simulation's clock.</param>
internal sealed class FaultyObject(IMinkObject inner, FaultInjector faults, TimeProvider time) : IMinkObject, IOperationFilter, IReplyNotified
{
    private static readonly ResultCode[] Refusals = [ResultCode.Busy, ResultCode.Error, ResultCode.Unavailable, ResultCode.UserBase];

    public async ValueTask<ResultCode> InvokeAsync(IncomingCall call)
    {
        var before = faults.Pass(FaultPoint.CallbackDispatch, inner.GetType().Name);
        switch (before?.Action)
        {
            case FaultAction.Refuse: return Refusals[before.Value!.Value % Refusals.Length];
            case FaultAction.Delay: await Task.Delay(TimeSpan.FromMilliseconds(before.Value!.Value), time, call.Cancellation); break;
            case FaultAction.Drop: await Forever(call.Cancellation); break;
            case FaultAction.Kill: throw new SimulatedCrashException();
        }
        var result = await inner.InvokeAsync(call);
        if (faults.Pass(FaultPoint.Actor, inner.GetType().Name) is not null) throw new SimulatedCrashException();
        var after = faults.Pass(FaultPoint.CallbackReply, inner.GetType().Name);
        switch (after?.Action)
        {
            case FaultAction.Refuse: return Refusals[after.Value!.Value % Refusals.Length];
            case FaultAction.Delay: await Task.Delay(TimeSpan.FromMilliseconds(after.Value!.Value), time); break;
            case FaultAction.Drop: await Forever(call.Cancellation); break;
            case FaultAction.Kill: throw new SimulatedCrashException();
            case FaultAction.Corrupt:
                faults.BreakBooks();
                for (var i = 0; i < call.Counts.OutputBuffers; i++) call.Output(i).Fill((byte)after.Value!.Value);
                break;
        }
        return result;
    }

    public bool Supports(Operation operation) => inner is not IOperationFilter filter || filter.Supports(operation);

    public void Released() => inner.Released();

    public void ReplyDelivered(bool received) => (inner as IReplyNotified)?.ReplyDelivered(received);

    /// <summary>Code that never ends by itself: only the runtime's deadline, or a caller that leaves, ends it.</summary>
    private Task Forever(CancellationToken cancellation) => Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation);
}

/// <summary>Thrown by the fault that makes an object's code crash.</summary>
public sealed class SimulatedCrashException() : Exception("The fault plan made this object's code crash.");
