namespace MinkActors.Conformance;

/// <summary>A clock that a test moves by hand, for engines that run in real time. Any thread may use it.</summary>
public sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Alarm> _alarms = [];
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, () => callback(state));
        alarm.Change(dueTime, period);
        lock (_gate) _alarms.Add(alarm);
        return alarm;
    }

    /// <summary>Moves the clock from one alarm to the next; they ring on this thread.</summary>
    public void Advance(TimeSpan time)
    {
        var end = GetTimestamp() + time.Ticks;
        while (TakeDue(end) is { } due) due.Ring();
        Volatile.Write(ref _now, end);
    }

    private Alarm? TakeDue(long end)
    {
        lock (_gate)
        {
            var due = _alarms.Where(alarm => alarm.Due <= end).MinBy(alarm => alarm.Due);
            if (due is null) return null;
            Volatile.Write(ref _now, Math.Max(_now, due.Due));
            due.Due = due.Period > TimeSpan.Zero ? due.Due + due.Period.Ticks : long.MaxValue;
            return due;
        }
    }

    private sealed class Alarm(ManualTime clock, Action ring) : ITimer
    {
        public long Due { get; set; } = long.MaxValue;

        public TimeSpan Period { get; private set; }

        public void Ring() => ring();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                Due = dueTime < TimeSpan.Zero ? long.MaxValue : clock.GetTimestamp() + dueTime.Ticks;
                Period = period;
            }
            return true;
        }

        public void Dispose()
        {
            lock (clock._gate) clock._alarms.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
