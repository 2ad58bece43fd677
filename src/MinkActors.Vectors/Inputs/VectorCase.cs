using System.Text.Json;

namespace MinkActors.Vectors.Inputs;

/// <summary>One vector with its parts taken out of the JSON. A malformed one has a <see cref="Fault"/> and nothing else counts.</summary>
internal sealed class VectorCase
{
    private static readonly JsonElement NoInputs = JsonDocument.Parse("{}").RootElement;

    public string Name { get; }
    public string Kind { get; }
    public JsonElement Inputs { get; } = NoInputs;
    public byte[] Image { get; } = [];
    public JsonElement Vector { get; }
    public VectorFile File { get; }
    public string? Fault { get; }

    public VectorCase(JsonElement vector, int index, VectorFile file)
    {
        (Vector, File, Name, Kind) = (vector, file, $"#{index}", "");
        if (vector.ValueKind != JsonValueKind.Object)
        {
            Fault = "a vector is a JSON object";
            return;
        }
        Name = Text(vector, "name") ?? Name;
        Kind = Text(vector, "kind") ?? "";
        if (vector.TryGetProperty("inputs", out var inputs))
        {
            Inputs = inputs;
        }
        if (Inputs.ValueKind != JsonValueKind.Object)
        {
            Fault = "inputs is not an object";
            return;
        }
        if (Kind == "table")
        {
            return;
        }
        try
        {
            Image = Convert.FromHexString(Text(vector, "hex") ?? "");
        }
        catch (FormatException)
        {
            Fault = "hex is not hexadecimal";
            return;
        }
        if (Image.Length == 0)
        {
            Fault = "hex is missing or empty";
        }
        else if (vector.TryGetProperty("length", out var length) && (!length.TryGetInt64(out var bytes) || bytes != Image.Length))
        {
            Fault = $"length is {length}, hex has {Image.Length} bytes";
        }
    }

    /// <summary>Image read as one number, most significant digit first.</summary>
    public ulong Number => Image.Aggregate(0ul, (number, octet) => (number << 8) | octet);

    public bool Has(string key) => Inputs.TryGetProperty(key, out _);

    public bool Has(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (!Has(key))
            {
                return false;
            }
        }
        return true;
    }

    public bool NoInput => !Inputs.EnumerateObject().Any();

    /// <summary>An input as a number; 0 when it is missing or none, which the comparison with the image then shows.</summary>
    public ulong Input(string key) =>
        Inputs.TryGetProperty(key, out var value) && InputNumber.TryRead(value, out var number) ? number : 0;

    /// <summary>Null when the encoded bytes are the vector's.</summary>
    public string? Same(ReadOnlySpan<byte> encoded)
    {
        var common = encoded.CommonPrefixLength(Image);
        if (common == encoded.Length && common == Image.Length)
        {
            return null;
        }
        return common == encoded.Length || common == Image.Length
            ? $"encoded {encoded.Length} bytes, the vector has {Image.Length}"
            : $"byte {common}: encoded {encoded[common]:x2}, the vector has {Image[common]:x2}";
    }

    public string? SameNumber(ulong encoded, int digits) =>
        Image.Length * 2 != digits ? $"hex has {Image.Length * 2} digits, a {Kind} has {digits}"
        : encoded == Number ? null : $"encoded 0x{encoded:x}, the vector has 0x{Number:x}";

    private static string? Text(JsonElement element, string key) =>
        element.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
