using System.Text.Json;
using MinkActors.Vectors.Inputs;
using MinkActors.Vectors.OpTee;
using MinkActors.Vectors.Qseecom;

namespace MinkActors.Vectors;

/// <summary>The vectors of the two sister systems with vectors, QSEECOM and OP-TEE: same shape of file, two sets of codecs.</summary>
public sealed class SisterSuite : IVectorSuite
{
    /// <inheritdoc/>
    public string Name => "sister systems";

    /// <inheritdoc/>
    public bool CanRun(JsonElement root) =>
        root.ValueKind == JsonValueKind.Array && root.EnumerateArray().Any(vector => Kind(vector) is not null);

    /// <inheritdoc/>
    /// <remarks>Only one of the two uses 64-bit registers, the other 32-bit ones and tables. A file with neither is whichever understands more of it.</remarks>
    public IEnumerable<VectorResult> Run(JsonElement root)
    {
        var kinds = root.EnumerateArray().Select(Kind).ToHashSet();
        if (kinds.Contains("registers64") || kinds.Contains("word64")) return Results(QseecomVectors.Run(root));
        if (kinds.Contains("registers32") || kinds.Contains("table")) return Results(OpTeeVectors.Run(root));
        var qseecom = Results(QseecomVectors.Run(root));
        var optee = Results(OpTeeVectors.Run(root));
        return qseecom.Count(result => result.Passed) >= optee.Count(result => result.Passed) ? qseecom : optee;
    }

    private static List<VectorResult> Results(IEnumerable<VectorFinding> findings) =>
        [.. findings.Select(finding => new VectorResult(finding.Name, finding.Passed, finding.Fault ?? ""))];

    private static string? Kind(JsonElement vector) =>
        vector.ValueKind == JsonValueKind.Object && vector.TryGetProperty("kind", out var kind) && kind.ValueKind == JsonValueKind.String ? kind.GetString() : null;
}
