namespace MinkActors.Vectors;

/// <summary>What became of one file: a result for each vector, or an error that says why there are none.</summary>
/// <param name="File">As the caller named it.</param>
/// <param name="Suite">The suite that recognised the file; empty with an error before that.</param>
/// <param name="Results">In the order of the file. May be there beside an error, when the suite broke down half way.</param>
/// <param name="Error">Null when the file could be read and run to its end.</param>
public sealed record VectorReport(string File, string Suite, IReadOnlyList<VectorResult> Results, string? Error)
{
    /// <summary>True only for a file that was run to its end, holds vectors, and of which each passed.</summary>
    public bool AllPassed => Error is null && Results.Count > 0 && Results.All(result => result.Passed);

    /// <summary>How many vectors passed.</summary>
    public int Passed => Results.Count(result => result.Passed);

    /// <summary>How many vectors did not.</summary>
    public int Failed => Results.Count - Passed;
}
