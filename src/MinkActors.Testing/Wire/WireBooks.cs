namespace MinkActors.Testing;

/// <summary>I-02, I-04: what the bytes that crossed say about who may use what. Kept from the messages alone, so that it holds for any peer.</summary>
internal sealed class WireBooks(Action<string, string> violated)
{
    private readonly Dictionary<uint, Line> _ids = [];
    private readonly Dictionary<uint, int> _owed = [];
    private readonly HashSet<uint> _guessed = [];

    /// <summary>RELEASEs that the normal world owes.</summary>
    public int Owed { get; private set; }

    /// <summary>A callback id left in a message.</summary>
    public void Sent(uint id, WireCall call)
    {
        if (!_ids.TryAdd(id, new Line { Sender = call, References = 1 })) violated("I-04", $"0x{id:X8} is sent while it still stands for something else");
        else call.Sent.Add(id);
    }

    /// <summary>The secure world took the message: what it carried is its own.</summary>
    public void Taken(WireCall call)
    {
        foreach (var id in call.Sent)
        {
            if (_ids.TryGetValue(id, out var line) && line.Sender == call) line.Sender = null;
        }
        call.Sent.Clear();
    }

    /// <summary>An invocation is over: none of its ids may be left that the secure world never had.</summary>
    public void Ended(WireCall call)
    {
        foreach (var id in call.Sent)
        {
            if (_ids.TryGetValue(id, out var line) && line.Sender == call) violated("D16", $"0x{id:X8} lives on, though its message was refused");
        }
        call.Sent.Clear();
    }

    /// <summary>The secure world gives a reference up. False: the id is none that it may use.</summary>
    public bool GivenUp(uint id)
    {
        if (!_ids.ContainsKey(id)) _guessed.Add(id);
        if (!_ids.TryGetValue(id, out var line) || line.Sender is { IsOut: false } || line.Dropped == line.References) return false;
        line.Dropped++;
        return true;
    }

    public bool Retained(uint id)
    {
        if (!_ids.TryGetValue(id, out var line) || line.Sender is { IsOut: false } || line.Dropped == line.References) return false;
        line.References++;
        return true;
    }

    /// <summary>A RELEASE (-1) or RETAIN (1) was refused: it came too late.</summary>
    public void Undo(uint id, int change)
    {
        if (!_ids.TryGetValue(id, out var line)) return;
        if (change < 0) line.Dropped = Math.Max(0, line.Dropped - 1);
        else if (--line.References <= 0) _ids.Remove(id);
    }

    /// <summary>The object table took a reference behind the id back.</summary>
    public void Unexported(uint id, bool isStopping)
    {
        if (!_ids.TryGetValue(id, out var line)) return;    // of a message that was never sent
        if (line.Sender is null && line.Dropped == 0 && !isStopping && !_guessed.Contains(id)) violated("I-04", $"0x{id:X8} was taken back, though the secure world has it and did not give it up");
        line.Dropped = Math.Max(0, line.Dropped - 1);
        if (--line.References <= 0) _ids.Remove(id);
    }

    /// <summary>A secure id arrived: one reference, and one RELEASE owed.</summary>
    public void Arrived(uint id)
    {
        _owed[id] = _owed.GetValueOrDefault(id) + 1;
        Owed++;
    }

    public bool IsOwed(uint id) => _owed.GetValueOrDefault(id) > 0;

    public void ReleaseSent(uint id)
    {
        var left = _owed.GetValueOrDefault(id) - 1;
        if (left < 0) violated("I-02", $"A RELEASE of 0x{id:X8} was sent that nobody owes");
        if (left <= 0) _owed.Remove(id);
        else _owed[id] = left;
        Owed--;
    }

    /// <summary>A RELEASE that the secure world never saw is still owed.</summary>
    public void ReleaseRefused(uint id) => Arrived(id);

    /// <summary>At rest the object table has what the messages say, whatever the peer is.</summary>
    public void CheckQuiet(IEnumerable<(uint Id, int References)> table)
    {
        var found = 0;
        foreach (var (id, references) in table)
        {
            found++;
            if (!_ids.TryGetValue(id, out var line)) violated("I-04", $"0x{id:X8} is in the object table, though no message that was sent carries it");
            else if (line.References - line.Dropped != references) violated("I-04", $"0x{id:X8} has {references} references behind it, the messages say {line.References - line.Dropped}");
        }
        foreach (var (id, line) in _ids)
        {
            if (found == _ids.Count) return;
            if (line.Dropped < line.References && !table.Any(entry => entry.Id == id)) violated("I-04", $"0x{id:X8} is the secure world's and names nothing");
        }
    }

    /// <summary>What stands behind one callback id, from the secure world's side.</summary>
    private sealed class Line
    {
        /// <summary>Whose message carries it; null once the secure world has it.</summary>
        public WireCall? Sender;
        public int References;
        /// <summary>Given up, and not yet taken back by the table.</summary>
        public int Dropped;
    }
}
