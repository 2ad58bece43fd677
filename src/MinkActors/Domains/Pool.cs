namespace MinkActors;

/// <summary>Things used again and again: one kept at hand in each lane, the rest in a stack.</summary>
internal sealed class Pool<T>(Func<T> make, int lanes, Func<int> lane) where T : class
{
    private readonly T?[] _atHand = new T?[lanes * Stride];
    private readonly Stack<T> _rest = new();

    // Neighbouring references would share a cache line, and with it every rent of two lanes.
    private const int Stride = 16;

    public T Rent() => Interlocked.Exchange(ref _atHand[lane() * Stride], null) ?? RentSlowly();

    public void Return(T item)
    {
        var displaced = Interlocked.Exchange(ref _atHand[lane() * Stride], item);
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
