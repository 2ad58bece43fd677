namespace MinkActors;

/// <summary>Things used again and again: one kept at hand in each lane, the rest in a stack.</summary>
internal sealed class Pool<T>(Func<T> make, int lanes, Func<int> lane) where T : class
{
    private readonly T?[] _atHand = new T?[lanes * Stride];
    private readonly Stack<T> _rest = new();

    // Neighbouring references would share a cache line, and with it every rent of two lanes.
    private const int Stride = 16;

    public T Rent() => Rent(lane());

    /// <summary>As <see cref="Rent()"/>, by somebody who knows his lane: asking costs.</summary>
    public T Rent(int knownLane) => Interlocked.Exchange(ref _atHand[knownLane * Stride], null) ?? RentSlowly();

    public void Return(T item) => Return(item, lane());

    /// <summary>Back to the lane it came from, or to another: only speed depends on it.</summary>
    public void Return(T item, int knownLane)
    {
        var displaced = Interlocked.Exchange(ref _atHand[knownLane * Stride], item);
        if (displaced is null) return;
        lock (_rest) _rest.Push(displaced);
    }

    private T RentSlowly()
    {
        lock (_rest)
        {
            if (_rest.TryPop(out var item)) return item;
        }
        return make();
    }
}
