using System.Runtime.CompilerServices;

namespace MinkActors;

/// <summary>Things used again and again: each lane has a few of its own, marked while they are out; the rest are in a stack.</summary>
/// <remarks>Any thread. A lane's own thing never leaves its place: to rent it is one compare-and-swap of a number (one store in a lane that is
/// a thread's own), to return it one store. Moving the reference instead would cost the collector's barrier twice.</remarks>
internal sealed class Pool<T> where T : class
{
    private readonly Func<T> _make;
    private readonly int _ownLanes;
    private readonly Shelf[] _shelves;
    private readonly Stack<T> _rest = new();

    /// <param name="make">Makes one more.</param>
    /// <param name="lanes">How many lanes keep some of their own.</param>
    /// <param name="ownLanes">How many of them, the first, belong to one thread each.</param>
    public Pool(Func<T> make, int lanes, int ownLanes)
    {
        _make = make;
        _ownLanes = ownLanes;
        _shelves = new Shelf[lanes];
        for (var i = 0; i < _shelves.Length; i++) _shelves[i] = new Shelf();
    }

    /// <param name="lane">Of this thread.</param>
    public T Rent(int lane)
    {
        var shelf = _shelves[lane];
        var isAlone = lane < _ownLanes;
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

    /// <param name="item">No longer used.</param>
    /// <param name="lane">Where it was rented.</param>
    public void Return(T item, int lane)
    {
        if (!TryPutBack(item, _shelves[lane], keeps: true)) PutToRest(item);
    }

    /// <summary>It will never be returned: its place gets another.</summary>
    /// <param name="item">Still in somebody's hands.</param>
    /// <param name="lane">Where it was rented.</param>
    public void Forget(T item, int lane) => TryPutBack(item, _shelves[lane], keeps: false);

    private void PutToRest(T item)
    {
        lock (_rest) _rest.Push(item);
    }

    private static bool TryPutBack(T item, Shelf shelf, bool keeps)
    {
        for (var place = 0; place < Places; place++)
        {
            if (!ReferenceEquals(shelf.Own[place], item)) continue;
            Invariant.Holds(shelf.IsOut[place] == 1);
            if (!keeps) shelf.Own[place] = null;
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
