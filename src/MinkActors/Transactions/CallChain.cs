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

/// <summary>Where a pooled object keeps its chain. It stays when the call has ended: mostly the next has the same root, and a reference
/// that is not stored costs the collector nothing. An old chain leads nowhere, for its root lives on in another generation.</summary>
internal struct ChainPlace
{
    private object? _root;
    private uint _generation;
    private int _depth;

    public CallChain Chain
    {
        readonly get => new(_root, _generation, _depth);
        set
        {
            if (!ReferenceEquals(_root, value.Root)) _root = value.Root;
            (_generation, _depth) = (value.Generation, value.Depth);
        }
    }

    public readonly int Depth => _depth;
}
