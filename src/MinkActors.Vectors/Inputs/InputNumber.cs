using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MinkActors.Vectors.Inputs;

/// <summary>
/// Numbers as vectors write them: 5, -12, "0x10", "0x7d (a remark)", "PUBLIC(0)", "A|B = 7". Negative ones are taken at 64 bits.
/// </summary>
internal static partial class InputNumber
{
    public static bool TryRead(JsonElement value, out ulong number)
    {
        number = 0;
        switch (value.ValueKind)
        {
            case JsonValueKind.Number when value.TryGetInt64(out var signed):
                number = (ulong)signed;
                return true;
            case JsonValueKind.Number:
                return value.TryGetUInt64(out number);
            case JsonValueKind.String:
                return TryRead(value.GetString()!, out number);
            default:
                return false;
        }
    }

    public static bool TryRead(string text, out ulong number)
    {
        number = 0;
        var match = Shape().Match(text.Trim());
        if (!match.Success)
        {
            return false;
        }
        var digits = match.Groups["n"].Value;
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return ulong.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
        }
        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var signed))
        {
            number = (ulong)signed;
            return true;
        }
        return ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    [GeneratedRegex(@"^(?<n>0[xX][0-9a-fA-F]+|-?\d+)(?=$|\s)|\((?<n>0[xX][0-9a-fA-F]+|\d+)\)$|=\s*(?<n>0[xX][0-9a-fA-F]+|\d+)$")]
    private static partial Regex Shape();
}
