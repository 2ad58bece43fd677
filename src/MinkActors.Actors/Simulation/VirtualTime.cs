namespace MinkActors.Actors;

/// <summary>A clock that moves only when the simulation moves it, and its timers. Units of 100 ns.</summary>
internal sealed class VirtualTime : TimeProvider
{
    /// <summary>An arbitrary but fixed date: a trace may print it.</summary>
    private static readonly DateTimeOffset Epoch = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private PriorityQueue<VirtualTimer, (long Due, long Order)> _timers = new();
    private long _order;
    private int _dead;

    public long Now { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long GetTimestamp() => Now;

    public override DateTimeOffset GetUtcNow() => Epoch.AddTicks(Now);

    /// <summary>Called when a timer is made or changed, so that the simulation can see a foreign thread.</summary>
    public Action<string> Touched { get; set; } = static _ => { };

    /// <summary>Null when no timer runs.</summary>
    public long? NextDue
    {
        get
        {
            SkipDead();
            return _timers.TryPeek(out _, out var place) ? place.Due : null;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Takes the timer that is due next and moves the clock to its time.</summary>
    public VirtualTimer TakeNext()
    {
        SkipDead();
        _timers.TryDequeue(out var timer, out var place);
        Now = Math.Max(Now, place.Due);
        timer!.Taken();
        return timer;
    }

    internal long Enqueue(VirtualTimer timer, TimeSpan due)
    {
        var order = ++_order;
        _timers.Enqueue(timer, (Now + due.Ticks, order));
        return order;
    }

    /// <summary>Entries of cancelled timers stay in the queue until they are due or outnumber the living.</summary>
    internal void Died()
    {
        if (++_dead < 1024 || _dead < _timers.Count / 2) return;
        var alive = _timers.UnorderedItems.Where(entry => entry.Element.Place == entry.Priority.Order).ToArray();
        _timers = new PriorityQueue<VirtualTimer, (long, long)>(alive);
        _dead = 0;
    }

    private void SkipDead()
    {
        while (_timers.TryPeek(out var timer, out var place) && timer.Place != place.Order)
        {
            _timers.Dequeue();
            _dead--;
        }
    }
}

/// <summary>One timer of the virtual clock.</summary>
internal sealed class VirtualTimer(VirtualTime clock, TimerCallback callback, object? state) : ITimer
{
    private TimeSpan _period;
    private bool _disposed;

    /// <summary>Which entry of the queue is the valid one; 0 when it does not run.</summary>
    public long Place { get; private set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        clock.Touched("a timer");
        if (_disposed) return false;
        Cancel();
        _period = period;
        if (dueTime >= TimeSpan.Zero) Place = clock.Enqueue(this, dueTime);
        return true;
    }

    public void Taken() => Place = _period > TimeSpan.Zero ? clock.Enqueue(this, _period) : 0;

    public void Fire() => callback(state);

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Cancel();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    private void Cancel()
    {
        if (Place == 0) return;
        Place = 0;
        clock.Died();
    }
}
