namespace MinkActors.Vectors;

/// <summary>What became of one vector.</summary>
/// <param name="Name">As the file has it, or its place in the file when it has none.</param>
/// <param name="Passed">Only when everything the vector says was checked and holds.</param>
/// <param name="Reason">Why not, with field and offset where there is one; empty when passed.</param>
public sealed record VectorResult(string Name, bool Passed, string Reason)
{
    /// <summary>A vector of which everything holds.</summary>
    public static VectorResult Pass(string name) => new(name, true, "");

    /// <summary>A vector of which something does not hold.</summary>
    public static VectorResult Fail(string name, string reason) => new(name, false, reason);
}
