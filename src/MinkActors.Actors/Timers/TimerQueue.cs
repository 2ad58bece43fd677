namespace MinkActors.Actors.Timers;

/// <summary>All timers of a system over one timer of its <see cref="TimeProvider"/>.</summary>
/// <remarks>A binary heap by due time, in which every timer knows its place. The usual timer is one deadline per invocation, started
/// last, due last and cancelled soon: it sits near the end, so both starting and cancelling it touch few entries, and what is
/// cancelled leaves at once (a lazily emptied heap would keep 30 s worth of them).</remarks>
internal sealed class TimerQueue(TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly long _origin = time.GetTimestamp();
    private ActorTimer[] _heap = new ActorTimer[16];
    private int _count;
    private long _order;
    private ITimer? _alarm;
    private long _alarmDue = long.MaxValue;
    private bool _ringing;
    private bool _disposed;

    public void Start(ActorTimer timer, ActorRef target, TimeSpan due, Message message)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(due, TimeSpan.Zero);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(ActorSystem));
            if (timer.Message is not null) throw new InvalidOperationException("The timer is running; cancel it first.");
            (timer.Queue, timer.Target, timer.Message) = (this, target, message);
            (timer.Due, timer.Order) = (checked(Now + due.Ticks), _order++);
            if (_count == _heap.Length) Array.Resize(ref _heap, _count * 2);
            SiftUp(_count++, timer);
            if (!_ringing && timer.Due < _alarmDue) SetAlarm(timer.Due);
        }
    }

    public bool Cancel(ActorTimer timer)
    {
        lock (_gate)
        {
            if (timer.Message is null) return false;
            Remove(timer);
            (timer.Message, timer.Target) = (null, null);
            return true;
        }
    }

    /// <summary>Gives up the messages of all timers that still run.</summary>
    public void Dispose()
    {
        ActorTimer[] left;
        lock (_gate)
        {
            _disposed = true;
            left = _heap.AsSpan(0, _count).ToArray();
            _count = 0;
            _alarm?.Dispose();
        }
        foreach (var timer in left)
        {
            (var message, timer.Message, timer.Index) = (timer.Message!, null, -1);
            message.Undeliverable(timer.Target!);
        }
    }

    private long Now => time.GetElapsedTime(_origin).Ticks;

    /// <summary>One thread at a time, and no alarm is set meanwhile: two would mix up the order.</summary>
    private void Ring()
    {
        lock (_gate)
        {
            if (_ringing) return;
            _ringing = true;
        }
        try
        {
            while (TakeDue() is var (target, message)) target.Tell(message);
        }
        finally
        {
            StopRinging();
        }
    }

    private void StopRinging()
    {
        lock (_gate)
        {
            _ringing = false;
            _alarmDue = long.MaxValue;
            if (_count > 0 && !_disposed) SetAlarm(_heap[0].Due);
        }
    }

    /// <summary>One at a time: no foreign code runs under the lock, and a cancel between two deliveries still counts.</summary>
    private (ActorRef Target, Message Message)? TakeDue()
    {
        lock (_gate)
        {
            if (_count == 0 || _disposed) return null;
            var first = _heap[0];
            if (first.Due > Now) return null;
            Remove(first);
            var due = (first.Target!, first.Message!);
            (first.Target, first.Message) = (null, null);
            return due;
        }
    }

    private void SetAlarm(long due)
    {
        _alarmDue = due;
        var wait = TimeSpan.FromTicks(Math.Max(0, due - Now));
        // The system's timers cut to whole milliseconds: they would ring early and be set again, over and over. Virtual ones are exact.
        if (ReferenceEquals(time, TimeProvider.System)) wait = TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
        if (_alarm is null) _alarm = time.CreateTimer(static queue => ((TimerQueue)queue!).Ring(), this, wait, Timeout.InfiniteTimeSpan);
        else _alarm.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void Remove(ActorTimer timer)
    {
        var index = timer.Index;
        var last = _heap[--_count];
        _heap[_count] = null!;
        timer.Index = -1;
        if (last == timer) return;
        if (index > 0 && IsBefore(last, _heap[(index - 1) / 2])) SiftUp(index, last);
        else SiftDown(index, last);
    }

    private void SiftUp(int index, ActorTimer timer)
    {
        while (index > 0)
        {
            var parent = (index - 1) / 2;
            if (!IsBefore(timer, _heap[parent])) break;
            Place(index, _heap[parent]);
            index = parent;
        }
        Place(index, timer);
    }

    private void SiftDown(int index, ActorTimer timer)
    {
        while (true)
        {
            var child = 2 * index + 1;
            if (child >= _count) break;
            if (child + 1 < _count && IsBefore(_heap[child + 1], _heap[child])) child++;
            if (!IsBefore(_heap[child], timer)) break;
            Place(index, _heap[child]);
            index = child;
        }
        Place(index, timer);
    }

    private void Place(int index, ActorTimer timer)
    {
        _heap[index] = timer;
        timer.Index = index;
    }

    private static bool IsBefore(ActorTimer left, ActorTimer right)
        => left.Due < right.Due || (left.Due == right.Due && left.Order < right.Order);
}
