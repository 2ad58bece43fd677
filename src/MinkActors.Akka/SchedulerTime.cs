using Akka.Actor;

namespace MinkActors.Akka;

/// <summary>An Akka scheduler as a clock, so that a test that moves Akka's virtual time moves our timers too.</summary>
internal sealed class SchedulerTime(IScheduler scheduler) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => scheduler.Now.UtcTicks;

    public override DateTimeOffset GetUtcNow() => scheduler.Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(scheduler, callback, state);
        alarm.Change(dueTime, period);
        return alarm;
    }

    private sealed class Alarm(IScheduler scheduler, TimerCallback callback, object? state) : ITimer
    {
        private readonly Lock _gate = new();
        private Cancelable? _set;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_gate)
            {
                _set?.Cancel();
                _set = null;
                if (dueTime < TimeSpan.Zero) return true;
                _set = new Cancelable(scheduler);
                void Ring() => callback(state);
                if (period > TimeSpan.Zero) scheduler.Advanced.ScheduleRepeatedly(dueTime, period, Ring, _set);
                else scheduler.Advanced.ScheduleOnce(dueTime, Ring, _set);
                return true;
            }
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _set?.Cancel();
                _set = null;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
