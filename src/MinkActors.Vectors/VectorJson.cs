using System.Globalization;
using System.Text.Json;

namespace MinkActors.Vectors;

/// <summary>Reads the ways in which vector files write numbers and bytes. Everything wrong ends in a <see cref="VectorFormatException"/> that
/// names the field.</summary>
public static class VectorJson
{
    /// <summary>The field of an object, which must be there.</summary>
    public static JsonElement Required(JsonElement parent, string field) =>
        TryGet(parent, field, out var value) ? value : throw new VectorFormatException($"{field} is missing");

    /// <summary>False also for a parent that is no object and for null.</summary>
    public static bool TryGet(JsonElement parent, string field, out JsonElement value)
    {
        value = default;
        return parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(field, out value) && value.ValueKind != JsonValueKind.Null;
    }

    /// <summary>The elements of an array field; none when the field is absent.</summary>
    public static IReadOnlyList<JsonElement> List(JsonElement parent, string field)
    {
        if (!TryGet(parent, field, out var value)) return [];
        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : throw new VectorFormatException($"{field} is no list");
    }

    /// <summary>Text.</summary>
    public static string Text(JsonElement value, string field) =>
        TryText(value, out var text) ? text : throw new VectorFormatException($"{field} is no text");

    /// <summary>False also for text that JSON can write and no string can hold: half of a surrogate pair.</summary>
    public static bool TryText(JsonElement value, out string text)
    {
        text = "";
        if (value.ValueKind != JsonValueKind.String) return false;
        try
        {
            text = value.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>True or false.</summary>
    public static bool Flag(JsonElement value, string field) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new VectorFormatException($"{field} is neither true nor false"),
    };

    /// <summary>A 64-bit number, or text of the form 0x1F.</summary>
    public static long Number(JsonElement value, string field)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)) return number;
        if (TryText(value, out var text) && text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hexadecimal)
            && hexadecimal <= long.MaxValue) return (long)hexadecimal;
        throw new VectorFormatException($"{field} is no number: {value.GetRawText()}");
    }

    /// <summary>A 32-bit word.</summary>
    public static uint Word(JsonElement value, string field)
    {
        var number = Number(value, field);
        return number is >= 0 and <= uint.MaxValue ? (uint)number : throw new VectorFormatException($"{field} is no 32-bit word: {number}");
    }

    /// <summary>A signed 32-bit word, which may also be written as the unsigned word of the same bits.</summary>
    public static int SignedWord(JsonElement value, string field)
    {
        var number = Number(value, field);
        return number is >= int.MinValue and <= uint.MaxValue
            ? unchecked((int)number)
            : throw new VectorFormatException($"{field} is no 32-bit word: {number}");
    }

    /// <summary>A size in bytes from 0 to a limit, so that a broken file cannot ask for all memory.</summary>
    public static int Size(JsonElement value, string field, int limit)
    {
        var number = Number(value, field);
        return number >= 0 && number <= limit ? (int)number : throw new VectorFormatException($"{field} is {number}, limit {limit}");
    }

    /// <summary>Bytes as hexadecimal text in memory order; blanks are allowed between them.</summary>
    public static byte[] Bytes(JsonElement value, string field)
    {
        var text = Text(value, field).Replace(" ", "", StringComparison.Ordinal);
        try
        {
            return Convert.FromHexString(text);
        }
        catch (FormatException)
        {
            throw new VectorFormatException($"{field} is not hexadecimal");
        }
    }
}
