namespace MinkActors.Vectors.Inputs;

/// <summary>The judgement on one vector.</summary>
/// <param name="Name">The vector's name; "#3" when it has none.</param>
/// <param name="Fault">Null when it passed; otherwise which value differs, or why the vector cannot be understood.</param>
public readonly record struct VectorFinding(string Name, string? Fault)
{
    /// <summary>True when the codecs reproduce the vector in both directions.</summary>
    public bool Passed => Fault is null;
}
