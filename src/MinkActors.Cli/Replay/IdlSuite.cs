using System.Text.Json;
using MinkActors.Idl.Vectors;
using MinkActors.Vectors;

namespace MinkActors.Cli.Replay;

/// <summary>idl.json through the compiler and the codecs that its lowered model implies.</summary>
internal sealed class IdlSuite : IVectorSuite
{
    public string Name => "idl";

    public bool CanRun(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("format", out _) && root.TryGetProperty("vectors", out _);

    public IEnumerable<VectorResult> Run(JsonElement root) =>
        IdlVectors.Run(JsonSerializer.SerializeToUtf8Bytes(root)).Select(result => new VectorResult(result.Name, result.Passed, result.Reason));
}
