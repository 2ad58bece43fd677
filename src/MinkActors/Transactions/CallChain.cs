namespace MinkActors;

/// <summary>Which invocation a call descends from, and how deep. Calls of one chain never wait for one another (architecture: re-entrancy).</summary>
/// <param name="Root">The outermost invocation, or the secure thread; null outside any chain.</param>
/// <param name="Generation">The root is pooled: which of its lives.</param>
/// <param name="Depth">0 for the outermost call; each invocation made while serving a callback is one deeper.</param>
internal readonly record struct CallChain(object? Root, uint Generation, int Depth)
{
    public bool IsSameAs(in CallChain other) => ReferenceEquals(Root, other.Root) && Generation == other.Generation;

    public CallChain Deeper() => this with { Depth = Depth + 1 };
}

/// <summary>Where a pooled object keeps its chain. Mostly the next one has the same root, and a reference that is not stored costs the
/// collector nothing: so the root stays when the chain is left, and a mark says that it counts no more.</summary>
internal struct ChainPlace
{
    private object? _root;
    private uint _generation;
    private int _depth;
    private bool _isIn;

    /// <summary>None behind <see cref="Leave"/>.</summary>
    public readonly CallChain Current => _isIn ? new(_root, _generation, _depth) : default;

    public readonly int Depth => _depth;

    public void Enter(in CallChain chain)
    {
        if (!ReferenceEquals(_root, chain.Root)) _root = chain.Root;
        (_generation, _depth, _isIn) = (chain.Generation, chain.Depth, true);
    }

    /// <summary>What belonged to the chain is over.</summary>
    public void Leave()
    {
        _isIn = false;
        // The root of a nested call may be of another system, which a pool must not keep alive.
        if (_depth > 0) _root = null;
    }
}
