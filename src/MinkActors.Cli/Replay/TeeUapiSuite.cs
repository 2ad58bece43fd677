using System.Text.Json;
using MinkActors.Linux.Vectors;
using MinkActors.Vectors;

namespace MinkActors.Cli.Replay;

/// <summary>tee-uapi.json through the blocks of the device ABI.</summary>
internal sealed class TeeUapiSuite : IVectorSuite
{
    public string Name => "tee-uapi";

    public bool CanRun(JsonElement root) => TeeUapiVectors.CanRun(root);

    public IEnumerable<VectorResult> Run(JsonElement root) =>
        TeeUapiVectors.Run(root).Select(result => new VectorResult(result.Name, result.Failure is null, result.Failure ?? ""));
}
