namespace MinkActors.Actors;

/// <summary>The channels that could be delivered from, in the order they became ready. Taking the first is O(1); taking another
/// moves the fewer of those before and behind it.</summary>
internal sealed class ReadyList
{
    private Channel[] _ring = new Channel[16];
    private int _head;

    public int Count { get; private set; }

    public Channel this[int index] => _ring[(_head + index) & (_ring.Length - 1)];

    public void Add(Channel channel)
    {
        if (Count == _ring.Length) Grow();
        At(Count++) = channel;
    }

    public Channel Take(int index)
    {
        var taken = this[index];
        if (index < Count / 2)
        {
            for (var i = index; i > 0; i--) At(i) = this[i - 1];
            At(0) = null!;
            _head = (_head + 1) & (_ring.Length - 1);
        }
        else
        {
            for (var i = index; i < Count - 1; i++) At(i) = this[i + 1];
            At(Count - 1) = null!;
        }
        Count--;
        return taken;
    }

    public void RemoveAllOf(SimulatedActor actor)
    {
        for (var index = Count - 1; index >= 0; index--)
        {
            if (this[index].Target == actor) Take(index);
        }
    }

    private ref Channel At(int index) => ref _ring[(_head + index) & (_ring.Length - 1)];

    private void Grow()
    {
        var larger = new Channel[_ring.Length * 2];
        for (var index = 0; index < Count; index++) larger[index] = this[index];
        _ring = larger;
        _head = 0;
    }
}
