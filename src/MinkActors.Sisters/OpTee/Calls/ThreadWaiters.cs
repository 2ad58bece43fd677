namespace MinkActors.Sisters.OpTee;

/// <summary>The calls that found no thread in OP-TEE, in order of arrival: each is woken when a call of this driver ends (spec 09 section 11).</summary>
/// <remarks>Any thread. A wake-up cannot be missed: a call that waits has seen every end so far.</remarks>
internal sealed class ThreadWaiters
{
    private readonly LinkedList<StandardCall> _waiting = new();
    private readonly Lock _gate = new();
    private int _inside;
    private long _ends;

    /// <summary>Calls that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate) return _waiting.Count;
        }
    }

    /// <summary>A call goes to OP-TEE: how many ends it knows of.</summary>
    public long Entering()
    {
        lock (_gate)
        {
            _inside++;
            return _ends;
        }
    }

    /// <summary>OP-TEE had no thread for it.</summary>
    public ThreadWait Refused(StandardCall call, long knownEnds)
    {
        lock (_gate)
        {
            _inside--;
            if (_ends != knownEnds) return ThreadWait.TryNow;
            if (_inside == 0) return ThreadWait.Pause;
            _waiting.AddLast(call);
            return ThreadWait.UntilWoken;
        }
    }

    /// <summary>A call that was inside has ended: the longest waiter is woken, or two when this one had itself been woken.</summary>
    public void Ended(bool hadBeenWoken)
    {
        lock (_gate)
        {
            _inside--;
            _ends++;
            for (var i = hadBeenWoken ? 2 : 1; i > 0 && _waiting.First is { } first; i--)
            {
                _waiting.RemoveFirst();
                first.Value.WakeUp();
            }
        }
    }

    /// <summary>Its caller has left.</summary>
    public void Forget(StandardCall call)
    {
        lock (_gate) _waiting.Remove(call);
    }
}

/// <summary>What a call without a thread does.</summary>
internal enum ThreadWait : byte
{
    /// <summary>A call has ended meanwhile.</summary>
    TryNow,

    /// <summary>Some other call is inside, whose end wakes this one.</summary>
    UntilWoken,

    /// <summary>Nobody of this driver is inside: somebody else has the threads.</summary>
    Pause,
}
