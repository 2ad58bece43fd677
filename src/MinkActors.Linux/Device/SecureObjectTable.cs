namespace MinkActors.Linux.Device;

/// <summary>The secure objects of one context, each under the lowest number that was free when it arrived (spec/03 section 6).</summary>
/// <remarks>Any thread. The table owns one reference for each entry. Nothing that a client can stall happens inside the lock.</remarks>
internal sealed class SecureObjectTable(int entriesMax, Allowance allowance)
{
    private readonly Lock _gate = new();
    private readonly List<Capability?> _entries = [];
    private int _lowestFree;
    private int _count;
    private bool _isClosed;

    public int Count
    {
        get { lock (_gate) return _count; }
    }

    /// <summary>Takes the reference over under a new number; false at the limit or after the close, and then it stays the caller's.</summary>
    public bool TryAdd(Capability arrived, out ulong id)
    {
        lock (_gate)
        {
            id = (ulong)_lowestFree;
            if (_isClosed || _count >= entriesMax || !allowance.TryTake()) return false;
            if (_lowestFree == _entries.Count) _entries.Add(arrived);
            else _entries[_lowestFree] = arrived;
            _count++;
            do _lowestFree++;
            while (_lowestFree < _entries.Count && _entries[_lowestFree] is not null);
            return true;
        }
    }

    /// <summary>One more reference to the object behind a number, the caller's to release; null when there is none.</summary>
    public MinkObject? Retain(ulong id)
    {
        lock (_gate)
        {
            if (id >= (ulong)_entries.Count || _entries[(int)id] is not { } entry) return null;
            var target = entry.Target;
            target.Retain();
            return target;
        }
    }

    /// <summary>Gives an entry up; an unknown number is nothing to complain of.</summary>
    public void Remove(ulong id)
    {
        Capability? removed;
        lock (_gate)
        {
            if (id >= (ulong)_entries.Count || _entries[(int)id] is null) return;
            removed = _entries[(int)id];
            _entries[(int)id] = null;
            _count--;
            _lowestFree = Math.Min(_lowestFree, (int)id);
            allowance.GiveBack();
        }

        removed!.Dispose();
    }

    /// <summary>Gives every entry up and takes no more.</summary>
    public void Close()
    {
        Capability?[] held;
        lock (_gate)
        {
            _isClosed = true;
            held = [.. _entries];
            allowance.GiveBack(_count);
            _entries.Clear();
            _count = 0;
            _lowestFree = 0;
        }

        foreach (var entry in held) entry?.Dispose();
    }
}
