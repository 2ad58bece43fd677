using System.Globalization;
using System.Text.Json;

namespace MinkActors.Vectors.Inputs;

/// <summary>
/// What the decoder found in an image, by the names that vectors use. Every described input must be one of these facts and
/// agree with it; since the image is then re-encoded from the same facts, agreement means that encoding the inputs gives the
/// image. An input that is no fact makes the vector fail: better a vector too many than one nobody looked at.
/// </summary>
internal sealed class Facts
{
    private readonly Dictionary<string, Func<JsonElement, string?>> _checks = [];
    private readonly HashSet<ulong> _words = [];
    private readonly Dictionary<string, JsonElement> _defaults = [];

    public Facts Number(string key, ulong value, params string[] names)
    {
        _checks[key] = input =>
            InputNumber.TryRead(input, out var number) ? number == value ? null : Differs(key, input, Show(value))
            : input.ValueKind is JsonValueKind.True or JsonValueKind.False ? (input.GetBoolean() ? 1ul : 0) == value ? null : Differs(key, input, Show(value))
            : input.ValueKind == JsonValueKind.String && names.Contains(input.GetString(), StringComparer.OrdinalIgnoreCase)
                ? null : Differs(key, input, names.Length == 0 ? Show(value) : string.Join('/', names));
        return this;
    }

    public Facts Text(string key, params string[] texts)
    {
        _checks[key] = input => input.ValueKind == JsonValueKind.String && texts.Contains(input.GetString(), StringComparer.OrdinalIgnoreCase)
            ? null : Differs(key, input, string.Join('/', texts));
        return this;
    }

    public Facts Uuid(string key, Guid uuid, string? nil = null) =>
        uuid == Guid.Empty && nil is not null ? Text(key, uuid.ToString(), nil) : Text(key, uuid.ToString());

    public Facts Check(string key, Func<JsonElement, string?> check)
    {
        _checks[key] = check;
        return this;
    }

    /// <summary>Keys whose number stands in another image: here it only has to be one.</summary>
    public Facts Elsewhere(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            _checks[key] = input => InputNumber.TryRead(input, out _) ? null : $"{key} = {input} is not a number";
        }
        return this;
    }

    /// <summary>Keys whose value is a remark for the reader.</summary>
    public Facts Prose(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            _checks.TryAdd(key, _ => null);
        }
        return this;
    }

    /// <summary>Numbers that an input of an unknown name may name: it must at least be in the image.</summary>
    public Facts Words(params ReadOnlySpan<ulong> values)
    {
        foreach (var value in values)
        {
            _words.Add(value);
        }
        return this;
    }

    /// <summary>What a field holds when the inputs do not mention it. A field they do not mention has to hold that.</summary>
    public Facts Otherwise(string key, object value)
    {
        _defaults[key] = JsonSerializer.SerializeToElement(value);
        return this;
    }

    public string? Compare(JsonElement inputs)
    {
        foreach (var (key, value) in _defaults)
        {
            if (!inputs.TryGetProperty(key, out _) && _checks[key](value) is { } differs)
            {
                return $"not described: {differs}";
            }
        }
        foreach (var input in inputs.EnumerateObject())
        {
            var fault = _checks.TryGetValue(input.Name, out var check) ? check(input.Value)
                : InputNumber.TryRead(input.Value, out var number) && _words.Contains(number) ? null
                : $"input {input.Name} = {input.Value} is not understood and not in the image";
            if (fault is not null)
            {
                return fault;
            }
        }
        return null;
    }

    private static string Differs(string key, JsonElement input, string decoded) => $"{key} is {input} in the inputs, {decoded} in the image";

    private static string Show(ulong value) => string.Create(CultureInfo.InvariantCulture, $"{value} (0x{value:x})");
}
