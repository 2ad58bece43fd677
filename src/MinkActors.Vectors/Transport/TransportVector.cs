using System.Text.Json;

namespace MinkActors.Vectors.Transport;

/// <summary>What every vector of both transport files has: a direction, the bytes of a buffer, and inputs that the judges read further.</summary>
/// <param name="Direction">Which buffer, and when.</param>
/// <param name="Buffer">All of it: the file's bytes and zeros behind them.</param>
/// <param name="Inputs">The rest.</param>
internal sealed record TransportVector(TransportDirection Direction, byte[] Buffer, JsonElement Inputs)
{
    /// <summary>Four times the largest message, so that too large ones can be shown.</summary>
    private const int MaxBufferSize = 16 * 1024 * 1024;

    /// <summary>True for a vector of transport-malformed.json, which says what to expect instead of what was encoded.</summary>
    public bool HasExpectation => VectorJson.TryGet(Inputs, "expect", out _);

    public bool IsCallback => Direction is TransportDirection.CallbackRequest or TransportDirection.CallbackResponse;

    public bool IsRequest => Direction is TransportDirection.DirectRequest or TransportDirection.CallbackRequest;

    public static TransportVector Parse(JsonElement vector)
    {
        var text = VectorJson.Text(VectorJson.Required(vector, "direction"), "direction");
        if (!TryDirection(text, out var direction)) throw new VectorFormatException($"direction {text} is not known");
        var inputs = VectorJson.Required(vector, "inputs");
        var size = VectorJson.Size(VectorJson.Required(inputs, "buffer_size"), "buffer_size", MaxBufferSize);
        var bytes = VectorJson.Bytes(VectorJson.Required(vector, "hex"), "hex");
        return new TransportVector(direction, Pad(bytes, size, "hex"), inputs);
    }

    public static bool TryDirection(string text, out TransportDirection direction)
    {
        (var known, direction) = text switch
        {
            "direct-request" => (true, TransportDirection.DirectRequest),
            "direct-response" => (true, TransportDirection.DirectResponse),
            "callback-request" => (true, TransportDirection.CallbackRequest),
            "callback-response" => (true, TransportDirection.CallbackResponse),
            "final-outbound" => (true, TransportDirection.FinalOutbound),
            _ => (false, default),
        };
        return known;
    }

    public static byte[] Pad(byte[] bytes, int size, string field)
    {
        if (bytes.Length > size) throw new VectorFormatException($"{field} has {bytes.Length} bytes, limit {size} (buffer_size)");
        Array.Resize(ref bytes, size);
        return bytes;
    }
}
