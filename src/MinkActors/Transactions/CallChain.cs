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
