using MinkActors.Actors;

namespace MinkActors.Testing;

/// <summary>I-04, I-19, D05, D16: which callback ids live and with how many references behind them, from the messages alone, so that it holds for any peer.</summary>
/// <remarks>
/// Calls under way overtake one another between the wire and the object table, and no specification orders them (spec/01 sections 5,
/// 6 and 8). So the order of the messages is the table's own; what each does is not: in one turn, between its arrival and the next
/// that leaves of its call, all that it asks for and nothing else, its async releases first. A live id may be named by a peer that was not told of
/// it yet: a look-up cannot tell (section 3).
/// </remarks>
internal sealed class IdBooks(Action<string, string> violated)
{
    private readonly Dictionary<uint, Line> _ids = [];
    private readonly Dictionary<ActorRef, List<uint>> _untaken = new(ReferenceEqualityComparer.Instance);
    private readonly List<(uint Id, Change Change)> _due = [];
    private ActorRef? _asker;
    private bool _isStop;
    private bool _mayWithdraw;

    private enum Change : byte
    {
        Drop, Retain,
    }

    /// <summary>The table serves an invocation: what its last message asks for takes effect now.</summary>
    /// <param name="asker">The invocation.</param>
    /// <param name="call">The same from the wire; null before its first message has left.</param>
    public void TurnBegins(ActorRef asker, WireCall? call)
    {
        _asker = asker;
        _mayWithdraw = call is not { IsOut: true };
        if (call is not { IsDue: true }) return;
        call.IsDue = false;
        foreach (var id in call.GivenUp) Expect(id, Change.Drop);
        if (call.HasCallback && call.Count is { } count) call.HasCounted = Expect(call.Callback.Object, count == CountRequest.Retain ? Change.Retain : Change.Drop);
    }

    /// <summary>The table takes everything back.</summary>
    public void StopBegins() => _isStop = true;

    public void TurnEnds()
    {
        foreach (var (id, change) in _due)
        {
            if (change == Change.Drop) violated("I-19", $"0x{id:X8} was given up with the message that is served now, and that changed nothing");
            else violated("D05", $"A RETAIN of 0x{id:X8} was served, and that changed nothing");
        }
        _due.Clear();
        (_asker, _isStop) = (null, false);
    }

    public void Exported(uint id)
    {
        if (_asker is not { } asker)
        {
            violated("I-04", $"0x{id:X8} was given out for no message");
            return;
        }
        _ids[id] = new Line { Sender = asker, References = 1 };
        if (!_untaken.TryGetValue(asker, out var ids)) _untaken[asker] = ids = [];
        ids.Add(id);
    }

    public void Retained(uint id)
    {
        if (!_due.Remove((id, Change.Retain))) violated("D05", $"0x{id:X8} was retained, which the message that is served does not ask for");
    }

    /// <summary>A reference behind the id was put: given up by the message that is served, of a message that the secure world never took, or at a stop.</summary>
    public void Unexported(uint id)
    {
        if (_due.Remove((id, Change.Drop))) return;
        if (!_ids.TryGetValue(id, out var line) || !_isStop && !(_mayWithdraw && line.Sender is { } sender && ReferenceEquals(sender, _asker)))
            violated("I-04", $"0x{id:X8} was taken back, though the secure world has it and did not give it up");
        Drop(id);
    }

    /// <summary>A callback id left in a message. False: it is not one that was given out for this message.</summary>
    public bool Sent(uint id, ActorRef sender)
    {
        if (!_untaken.TryGetValue(sender, out var ids) || !ids.Contains(id)) return false;
        // A peer that guesses may give an id up before it was told of it: the loss is its own.
        if (!_ids.TryGetValue(id, out var line)) return true;
        if (line.IsSent) violated("I-04", $"0x{id:X8} is sent while it still stands for something else");
        line.IsSent = true;
        return true;
    }

    public bool IsAlive(uint id) => _ids.ContainsKey(id);

    /// <summary>The secure world took the message: what it carried is its own.</summary>
    public void Taken(ActorRef sender)
    {
        if (!_untaken.TryGetValue(sender, out var ids)) return;
        foreach (var id in ids)
        {
            if (_ids.TryGetValue(id, out var line) && ReferenceEquals(line.Sender, sender)) line.Sender = null;
        }
        ids.Clear();
    }

    /// <summary>An invocation is over: none of its ids may be left that the secure world never had, however often that asked for them.</summary>
    public void Ended(ActorRef sender)
    {
        if (!_untaken.TryGetValue(sender, out var ids)) return;
        foreach (var id in ids)
        {
            if (_ids.TryGetValue(id, out var line) && ReferenceEquals(line.Sender, sender)) violated("D16", $"0x{id:X8} lives on, though its message was refused");
        }
        ids.Clear();
    }

    /// <summary>At rest the object table has what the messages say, whatever the peer is.</summary>
    public void CheckQuiet(IReadOnlyCollection<(uint Id, int References)> table)
    {
        foreach (var (id, references) in table)
        {
            if (!_ids.TryGetValue(id, out var line)) violated("I-04", $"0x{id:X8} is in the object table, though no message that was sent carries it");
            else if (line.References != references) violated("I-04", $"0x{id:X8} has {references} references behind it, the messages say {line.References}");
        }
        if (table.Count == _ids.Count) return;
        var found = table.Select(entry => entry.Id).ToHashSet();
        foreach (var id in _ids.Keys)
        {
            if (!found.Contains(id)) violated("I-04", $"0x{id:X8} is the secure world's and names nothing");
        }
    }

    /// <summary>False: the id names nothing, so that nothing is to happen.</summary>
    private bool Expect(uint id, Change change)
    {
        if (!_ids.TryGetValue(id, out var line)) return false;
        _due.Add((id, change));
        if (change == Change.Retain) line.References++;
        else Drop(id);
        return true;
    }

    private void Drop(uint id)
    {
        if (_ids.TryGetValue(id, out var line) && --line.References == 0) _ids.Remove(id);
    }

    /// <summary>What stands behind one id.</summary>
    private sealed class Line
    {
        /// <summary>Whose message carries it; null once the secure world has it.</summary>
        public ActorRef? Sender;
        public bool IsSent;
        public int References;
    }
}
