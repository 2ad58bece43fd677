namespace MinkActors;

/// <summary>Where a thing stands in its <see cref="LiveSet{T, TPlace}"/>; the set's to read and write.</summary>
internal struct LivePlace
{
    public int Stripe;
    public int Index;
}

/// <summary>How a set finds the place that its members keep for it.</summary>
internal interface IPlaceOf<T>
{
    static abstract ref LivePlace Of(T member);
}

/// <summary>Everything of one kind that is alive, for reports: striped so that cores do not meet, in blocks so that growing copies nothing.</summary>
/// <remarks>Any thread. Adding and removing cost one compare-and-swap; who meets another spins, for it is a matter of a few stores.
/// Blocks rather than a list threaded through the members: the collector walks a million of them without a chain of cache misses.</remarks>
internal sealed class LiveSet<T, TPlace> where T : class where TPlace : struct, IPlaceOf<T>
{
    private readonly Stripe[] _stripes;
    private readonly Func<int> _lane;

    /// <param name="stripes">How many; one for each lane.</param>
    /// <param name="lane">The caller's lane, from the actor system.</param>
    public LiveSet(int stripes, Func<int> lane)
    {
        _stripes = new Stripe[stripes];
        for (var i = 0; i < stripes; i++) _stripes[i] = new Stripe();
        _lane = lane;
    }

    public int Count
    {
        get
        {
            var count = 0;
            foreach (var stripe in _stripes) count += Volatile.Read(ref stripe.Count);
            return count;
        }
    }

    public void Add(T member)
    {
        ref var place = ref TPlace.Of(member);
        place.Stripe = _lane();
        _stripes[place.Stripe].Add(member, ref place);
    }

    public void Remove(T member)
    {
        ref var place = ref TPlace.Of(member);
        _stripes[place.Stripe].Remove(ref place);
    }

    /// <summary>A copy, for reports.</summary>
    public List<T> ToList()
    {
        var all = new List<T>();
        CopyTo(all);
        return all;
    }

    /// <summary>Fills the list anew: for checkers that look after every step.</summary>
    public void CopyTo(List<T> all)
    {
        all.Clear();
        foreach (var stripe in _stripes) stripe.CopyTo(all);
    }

    private sealed class Stripe
    {
        private const int BlockBits = 9;
        private const int BlockSize = 1 << BlockBits;

        private readonly List<Entry[]> _blocks = [];
        private SpinGate _gate;

        public int Count;

        public void Add(T member, ref LivePlace place)
        {
            _gate.Enter();
            try
            {
                if (Count == _blocks.Count << BlockBits) _blocks.Add(new Entry[BlockSize]);
                place.Index = Count;
                At(Count) = member;
                Count++;
            }
            finally
            {
                _gate.Exit();
            }
        }

        /// <summary>The last one takes the place that becomes free. One empty block is kept, so that a count that goes up and down allocates nothing.</summary>
        public void Remove(ref LivePlace place)
        {
            _gate.Enter();
            // Not before: another thread's removal may have moved the member until the lock is had.
            var index = place.Index;
            var last = --Count;
            ref var end = ref At(last);
            if (index != last)
            {
                At(index) = end;
                TPlace.Of(end!).Index = index;
            }
            end = null;
            if (_blocks.Count - 2 > last >> BlockBits) _blocks.RemoveAt(_blocks.Count - 1);
            _gate.Exit();
        }

        public void CopyTo(List<T> all)
        {
            all.EnsureCapacity(all.Count + Volatile.Read(ref Count));
            _gate.Enter();
            try
            {
                for (var index = 0; index < Count; index++) all.Add(At(index)!);
            }
            finally
            {
                _gate.Exit();
            }
        }

        private ref T? At(int index) => ref _blocks[index >> BlockBits][index & (BlockSize - 1)].Member;

        /// <summary>An array of these is written without the check that an array of references costs.</summary>
        private struct Entry
        {
            public T? Member;
        }
    }
}
