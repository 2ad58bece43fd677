using System.Text.Json;

namespace MinkActors.Vectors.Transport;

/// <summary>Checks a vector of transport-malformed.json: what the models of both sides do with the bytes against what the vector expects.</summary>
internal static class MalformedJudge
{
    public static void Check(TransportVector vector)
    {
        var outcome = vector.Direction switch
        {
            TransportDirection.CallbackRequest => NormalSideModel.CallbackRequest(vector),
            TransportDirection.DirectResponse => NormalSideModel.DirectResponse(vector),
            TransportDirection.FinalOutbound => NormalSideModel.FinalOutbound(vector),
            TransportDirection.DirectRequest => SecureSideModel.DirectRequest(vector),
            _ => SecureSideModel.CallbackResponse(vector),
        };
        var expect = VectorJson.Required(vector.Inputs, "expect");
        if (expect.ValueKind != JsonValueKind.Object) throw new VectorFormatException("expect is no object");

        var compared = 0;
        foreach (var field in expect.EnumerateObject())
        {
            if (field.Name == "note") continue;
            Compare(field.Name, field.Value, outcome, vector.Direction);
            compared++;
        }

        if (compared == 0) throw new VectorFormatException("expect says nothing that can be checked");
    }

    private static void Compare(string field, JsonElement expected, Outcome outcome, TransportDirection direction)
    {
        var (actual, wanted) = field switch
        {
            "dispatch" => (outcome.Dispatch?.ToString(), VectorJson.Flag(expected, field).ToString()),
            "result" => (outcome.Result?.ToString(), $"{VectorJson.SignedWord(expected, field)}"),
            "released" => (Sorted(outcome.Released), Sorted(Words(expected, field))),
            "release_secure" => (Sorted(outcome.ReleaseSecure), Sorted(Words(expected, field))),
            "ob" => (Join(outcome.OutputBuffers), Join([.. Elements(expected, field).Select(b => Convert.ToHexStringLower(VectorJson.Bytes(b, field)))])),
            "oo" => (Join(outcome.OutputObjects?.Select(Hexadecimal)), Join(Words(expected, field).Select(Hexadecimal))),
            "async" => (outcome.Async, VectorJson.Text(expected, field)),
            _ => throw new VectorFormatException($"expect.{field} is not known"),
        };
        if (actual is null) throw new VectorFormatException($"expect.{field} has no meaning for {direction}");
        VectorMismatchException.UnlessEqual(field, actual, wanted!);
    }

    private static List<uint> Words(JsonElement list, string field) => [.. Elements(list, field).Select(id => VectorJson.Word(id, field))];

    private static JsonElement[] Elements(JsonElement list, string field) =>
        list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : throw new VectorFormatException($"expect.{field} is no list");

    private static string? Sorted(IReadOnlyList<uint>? ids) => ids is null ? null : Join(ids.Order().Select(Hexadecimal));

    private static string? Join(IEnumerable<string>? parts) => parts is null ? null : $"[{string.Join(", ", parts)}]";

    private static string Hexadecimal(uint id) => $"0x{id:X8}";
}
