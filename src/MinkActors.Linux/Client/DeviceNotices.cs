namespace MinkActors.Linux.Client;

/// <summary>Release notices of the device, held back until nobody can still need the id they are about.</summary>
/// <remarks>
/// A notice may overtake the return of the call that hands the object back (spec/03 section 8): the driver drops its reference as soon as it has
/// written the number down. So a notice waits for the calls that were under way when it came, each of which takes what it got under an id of its
/// own before it counts as over. An object that a long call does not concern is let go later for it, never earlier. Any thread.
/// </remarks>
internal sealed class DeviceNotices(DeviceObjects objects)
{
    private readonly Lock _gate = new();
    private readonly SortedSet<long> _underWay = [];
    private readonly Queue<(long Barrier, uint Id)> _waiting = [];
    private long _next;

    /// <summary>A call is about to enter the device.</summary>
    /// <returns>For <see cref="Ended"/>.</returns>
    public long Begin()
    {
        lock (_gate)
        {
            _underWay.Add(_next);
            return _next++;
        }
    }

    /// <summary>A call has come back, and what it brought is held.</summary>
    public void Ended(long ticket)
    {
        lock (_gate) _underWay.Remove(ticket);
        ReleaseDue();
    }

    /// <summary>The device has no reference to this id any more.</summary>
    public void Add(uint id)
    {
        lock (_gate) _waiting.Enqueue((_next, id));
        ReleaseDue();
    }

    private void ReleaseDue()
    {
        List<uint>? due = null;
        lock (_gate)
        {
            var oldest = _underWay.Count == 0 ? long.MaxValue : _underWay.Min;
            while (_waiting.TryPeek(out var first) && first.Barrier <= oldest) (due ??= []).Add(_waiting.Dequeue().Id);
        }

        if (due is not null) objects.Release(due.ToArray());
    }
}
