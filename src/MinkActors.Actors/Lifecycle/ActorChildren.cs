namespace MinkActors.Actors.Lifecycle;

/// <summary>The living children of one parent, in the order spawned. Linked through their records: adding and removing is O(1)
/// and allocates nothing. The parent's gate guards it.</summary>
internal struct ActorChildren
{
    private ActorRecord? _first;
    private ActorRecord? _last;
    private int _count;

    public readonly bool IsEmpty => _count == 0;

    public void Add(ActorRecord child)
    {
        child.PreviousSibling = _last;
        if (_last is null) _first = child;
        else _last.NextSibling = child;
        _last = child;
        _count++;
    }

    public void Remove(ActorRecord child)
    {
        if (child.PreviousSibling is null) _first = child.NextSibling;
        else child.PreviousSibling.NextSibling = child.NextSibling;
        if (child.NextSibling is null) _last = child.PreviousSibling;
        else child.NextSibling.PreviousSibling = child.PreviousSibling;
        child.NextSibling = child.PreviousSibling = null;
        _count--;
    }

    public readonly ActorRecord[] ToArray()
    {
        if (_count == 0) return [];
        var all = new ActorRecord[_count];
        var index = 0;
        for (var child = _first; child is not null; child = child.NextSibling) all[index++] = child;
        return all;
    }
}
