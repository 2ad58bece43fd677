using System.Text.Json;

namespace MinkActors.Vectors.Transport;

/// <summary>The vectors of transport.json and transport-malformed.json (doc 02, section 9). Which of the two a vector belongs to is seen by what it
/// holds, so a file may mix them. Names are never looked at.</summary>
public sealed class TransportSuite : IVectorSuite
{
    /// <inheritdoc/>
    public string Name => "transport";

    /// <summary>A list with at least one vector whose direction is one of the five.</summary>
    public bool CanRun(JsonElement root) =>
        root.ValueKind == JsonValueKind.Array && root.EnumerateArray().Any(vector =>
            VectorJson.TryGet(vector, "direction", out var direction)
            && VectorJson.TryText(direction, out var text)
            && TransportVector.TryDirection(text, out _));

    /// <inheritdoc/>
    public IEnumerable<VectorResult> Run(JsonElement root)
    {
        var file = root.EnumerateArray().Select((vector, index) => (Name: NameOf(vector, index), Vector: vector)).ToList();
        var requests = file.Select(entry => RequestOrNull(entry.Vector)).OfType<TransportVector>().ToList();
        return file.Select(entry => Judge(entry.Name, entry.Vector, requests));
    }

    private static VectorResult Judge(string name, JsonElement json, IReadOnlyList<TransportVector> requests)
    {
        try
        {
            var vector = TransportVector.Parse(json);
            if (vector.HasExpectation) MalformedJudge.Check(vector);
            else GoldenJudge.Check(vector, requests);
            return VectorResult.Pass(name);
        }
        catch (VectorFormatException reason)
        {
            return VectorResult.Fail(name, $"vector: {reason.Message}");
        }
        catch (VectorMismatchException reason)
        {
            return VectorResult.Fail(name, reason.Message);
        }
    }

    /// <summary>The requests of the file, to which responses are applied as well. A broken one is reported in its own place.</summary>
    private static TransportVector? RequestOrNull(JsonElement json)
    {
        try
        {
            var vector = TransportVector.Parse(json);
            return vector.IsRequest && !vector.HasExpectation ? vector : null;
        }
        catch (VectorFormatException)
        {
            return null;
        }
    }

    private static string NameOf(JsonElement vector, int index) =>
        VectorJson.TryGet(vector, "name", out var name) && VectorJson.TryText(name, out var text) ? text : $"#{index}";
}
