using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>I-07: one caller's wait. It ends at its deadline and at its cancellation, at that very moment, and not before.</summary>
internal sealed class Wait
{
    private readonly SimulatedWorld _world;
    private readonly TimeSpan? _due;
    private readonly CancellationTokenRegistration _registration;
    private TimeSpan? _cancelledAt;

    public Wait(SimulatedWorld world, in CallOptions options)
    {
        _world = world;
        if ((options.Deadline ?? world.Mink.Limits.InvocationDeadline) is { } deadline) _due = world.Actors.Elapsed + deadline;
        if (options.CancellationToken.CanBeCanceled) _registration = options.CancellationToken.Register(() => _cancelledAt = world.Actors.Elapsed);
    }

    public void Over(uint method, ResultCode code)
    {
        _registration.Unregister();
        var now = _world.Actors.Elapsed;
        // Where each step takes time, a moment is as long as the steps in it.
        var moment = _world.Faults.StepTakesTime ? TimeSpan.FromMilliseconds(500) : TimeSpan.Zero;
        if (_due is { } due)
        {
            _world.Require(now <= due + moment, $"Method {method} ended at {now.TotalMilliseconds} ms, its deadline was at {due.TotalMilliseconds} ms");
            _world.Require(code != ResultCode.Timeout || now >= due, $"Method {method} ran out of time at {now.TotalMilliseconds} ms, its deadline is at {due.TotalMilliseconds} ms");
        }
        if (_cancelledAt is { } cancelled) _world.Require(now <= cancelled + moment, $"Method {method} was cancelled at {cancelled.TotalMilliseconds} ms and ended at {now.TotalMilliseconds} ms");
    }
}
