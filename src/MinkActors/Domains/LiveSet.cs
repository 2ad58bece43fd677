namespace MinkActors;

/// <summary>What a <see cref="LiveSet{T}"/> threads its list through.</summary>
internal interface ILiveNode<T> where T : class
{
    T? Previous { get; set; }
    T? Next { get; set; }
    int Stripe { get; set; }
}

/// <summary>Everything of one kind that is alive, for reports: a list threaded through its members, striped so that cores do not meet.</summary>
/// <remarks>Any thread. Adding and removing cost an uncontended lock; nothing is allocated.</remarks>
internal sealed class LiveSet<T> where T : class, ILiveNode<T>
{
    private readonly Stripe[] _stripes;
    private readonly Func<int> _lane;

    /// <param name="stripes">How many lists; one for each lane.</param>
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

    public void Add(T node)
    {
        var index = _lane();
        var stripe = _stripes[index];
        node.Stripe = index;
        lock (stripe.Lock)
        {
            node.Next = stripe.Head;
            if (stripe.Head is { } head) head.Previous = node;
            stripe.Head = node;
            stripe.Count++;
        }
    }

    public void Remove(T node)
    {
        var stripe = _stripes[node.Stripe];
        lock (stripe.Lock)
        {
            if (node.Previous is { } previous) previous.Next = node.Next;
            else stripe.Head = node.Next;
            if (node.Next is { } next) next.Previous = node.Previous;
            node.Previous = null;
            node.Next = null;
            stripe.Count--;
        }
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
        foreach (var stripe in _stripes)
        {
            lock (stripe.Lock)
            {
                for (var node = stripe.Head; node is not null; node = node.Next) all.Add(node);
            }
        }
    }

    private sealed class Stripe
    {
        public readonly Lock Lock = new();
        public T? Head;
        public int Count;
    }
}
