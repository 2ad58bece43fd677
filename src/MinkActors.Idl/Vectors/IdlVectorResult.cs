namespace MinkActors.Idl.Vectors;

/// <summary>What became of one golden vector.</summary>
/// <param name="Name">Section and id, as in <c>vectors/no-args</c>.</param>
/// <param name="Passed">Everything the vector states holds.</param>
/// <param name="Reason">The first thing that differs; empty when it passed.</param>
public sealed record IdlVectorResult(string Name, bool Passed, string Reason)
{
    /// <summary>One line for a report.</summary>
    public override string ToString() => Passed ? $"ok {Name}" : $"FAILED {Name}: {Reason}";
}
