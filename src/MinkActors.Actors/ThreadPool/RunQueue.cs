namespace MinkActors.Actors.ThreadPoolEngine;

/// <summary>Actors that were told something during a turn, first in, first out. When a thread has run enough, its queue becomes a work item
/// of the pool and the thread gets an empty one: nothing is copied, and seldom anything allocated.</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class RunQueue : IThreadPoolWorkItem
{
    private static RunQueue? _spare;

    private (Actor Actor, Message? InHand)[] _ring = new (Actor, Message?)[16];
    private int _head;

    private RunQueue()
    {
    }

    public int Count { get; private set; }

    /// <summary>Who is next. There is one.</summary>
    public Actor First => _ring[_head].Actor;

    public static RunQueue Rent() => Interlocked.Exchange(ref _spare, null) ?? new RunQueue();

    /// <summary>It is empty, and nobody's.</summary>
    public static void Return(RunQueue empty) => Volatile.Write(ref _spare, empty);

    /// <param name="actor">Held.</param>
    /// <param name="inHand">Linked, oldest first; behind them comes the mailbox.</param>
    public void Enqueue(Actor actor, Message? inHand)
    {
        if (Count == _ring.Length) Grow();
        _ring[(_head + Count++) & (_ring.Length - 1)] = (actor, inHand);
    }

    public (Actor Actor, Message? InHand) Dequeue()
    {
        ref var slot = ref _ring[_head];
        var first = slot;
        slot = default;
        _head = (_head + 1) & (_ring.Length - 1);
        Count--;
        return first;
    }

    /// <summary>On a pool thread: its runner goes on with what is left.</summary>
    void IThreadPoolWorkItem.Execute() => Runner.Current.TakeOver(this);

    private void Grow()
    {
        var larger = new (Actor, Message?)[_ring.Length * 2];
        for (var index = 0; index < Count; index++) larger[index] = _ring[(_head + index) & (_ring.Length - 1)];
        _ring = larger;
        _head = 0;
    }
}
