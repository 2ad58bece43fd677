using System.Runtime.CompilerServices;
using MinkActors.Actors;

namespace MinkActors;

/// <summary>Things used again and again: each lane has a few of its own, marked while they are out; the rest are in a stack.</summary>
/// <remarks>Any thread. A lane's own thing never leaves its place: to rent it is one compare-and-swap of a number (one store in a lane that is
/// a thread's own), to return it one store. Moving the reference instead would cost the collector's barrier twice.</remarks>
internal sealed class Pool<T> where T : class
{
    private readonly Func<T> _make;
    private readonly ActorSystem _actors;
    private readonly int _ownLanes;
    private readonly Shelf[] _shelves;
    private readonly Stack<T> _rest = new();

    /// <param name="make">Makes one more.</param>
    /// <param name="actors">Whose lanes keep some of their own.</param>
    public Pool(Func<T> make, ActorSystem actors)
    {
        _make = make;
        _actors = actors;
        _ownLanes = actors.OwnLaneCount;
        _shelves = new Shelf[actors.LaneCount];
        for (var i = 0; i < _shelves.Length; i++) _shelves[i] = new Shelf();
    }

    public T Rent() => Rent(_actors.Lane);

    /// <summary>As <see cref="Rent()"/>, by somebody who knows the lane of this thread: asking costs.</summary>
    public T Rent(int knownLane)
    {
        var shelf = _shelves[knownLane];
        var isAlone = knownLane < _ownLanes;
        for (var place = 0; place < Places; place++)
        {
            ref var isOut = ref shelf.IsOut[place];
            if (Volatile.Read(ref isOut) != 0) continue;
            // Others only put back here.
            if (isAlone) isOut = 1;
            else if (Interlocked.CompareExchange(ref isOut, 1, 0) != 0) continue;
            return shelf.Own[place] ??= _make();
        }
        lock (_rest)
        {
            if (_rest.TryPop(out var item)) return item;
        }
        return _make();
    }

    public void Return(T item) => Return(item, _actors.Lane);

    /// <summary>To the lane where it was rented.</summary>
    public void Return(T item, int knownLane)
    {
        if (!TryPutBack(_shelves[knownLane], item)) ReturnSlowly(item);
    }

    private void ReturnSlowly(T item)
    {
        foreach (var shelf in _shelves)
        {
            if (TryPutBack(shelf, item)) return;
        }
        lock (_rest) _rest.Push(item);
    }

    private static bool TryPutBack(Shelf shelf, T item)
    {
        for (var place = 0; place < Places; place++)
        {
            if (!ReferenceEquals(shelf.Own[place], item)) continue;
            Invariant.Holds(shelf.IsOut[place] == 1);
            Volatile.Write(ref shelf.IsOut[place], 0);
            return true;
        }
        return false;
    }

    // One serves a caller that waits for each answer; the others, answers that are kept and calls inside calls.
    private const int Places = 4;

    /// <summary>One lane's. Larger than a cache line: lanes do not meet.</summary>
    private sealed class Shelf
    {
        public Things Own;
        public Marks IsOut;
    }

    [InlineArray(Places)]
    private struct Things
    {
        private T? _first;
    }

    // Wider than its marks: what lies behind is another lane's.
    [InlineArray(Places * 4)]
    private struct Marks
    {
        private int _first;
    }
}
