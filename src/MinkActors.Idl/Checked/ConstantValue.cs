using System.Globalization;
using System.Numerics;

namespace MinkActors.Idl.Checked;

/// <summary>A literal as a value of its type: the bits, and for floats the number.</summary>
internal readonly record struct ConstantValue(ulong Bits, double Number)
{
    public static ConstantValue Of(BigInteger value)
    {
        var low = value & ulong.MaxValue;
        return new ConstantValue((ulong)low, (double)value);
    }
}

/// <summary>Reads the literals of constants (spec/07 section 4).</summary>
internal static class ConstantReader
{
    /// <summary>Null, with the reason, when the literal is none of the type.</summary>
    public static ConstantValue? Read(PrimitiveType type, string text, bool allowUndefined, out IdlRule? rule, out string message)
    {
        rule = null;
        message = "";
        var isHexadecimal = text.StartsWith("0x", StringComparison.Ordinal) || text.StartsWith("-0x", StringComparison.Ordinal);
        if (allowUndefined) return Unchecked(type, text, isHexadecimal);

        if (!isHexadecimal && HasLeadingZero(text))
        {
            rule = IdlRule.LeadingZero;
            message = $"'{text}' is decimal here but octal in C; drop the leading zeros.";
        }
        if (type.Kind == PrimitiveKind.Float)
        {
            if (isHexadecimal) return Refuse(IdlRule.HexadecimalFloat, $"A {type.Name} cannot be written in hexadecimal; write '{text}' as a decimal.", out rule, out message);
            if (TryFloat(type, text, out var number)) return new ConstantValue(0, number);
            return Refuse(IdlRule.ConstantValue, $"'{Short(text)}' is too large for {type.Name}.", out rule, out message);
        }
        if (text.IndexOf('.') >= 0) return Refuse(IdlRule.ConstantValue, $"A {type.Name} has no fraction; write a whole number, or use float32 or float64.", out rule, out message);
        if (type.Kind == PrimitiveKind.Unsigned && text[0] == '-') return Refuse(IdlRule.ConstantValue, $"A {type.Name} takes no minus sign; use a signed type.", out rule, out message);

        var value = ReadInteger(text, isHexadecimal);
        var (low, high) = Range(type);
        if (value >= low && value <= high) return ConstantValue.Of(value);
        return Refuse(IdlRule.ConstantValue, $"'{Short(text)}' is outside {type.Name}, which holds {low} to {high}; use a wider type.", out rule, out message);
    }

    public static (BigInteger Low, BigInteger High) Range(PrimitiveType type)
    {
        var bits = (int)type.Size * 8;
        return type.Kind == PrimitiveKind.Unsigned
            ? (BigInteger.Zero, (BigInteger.One << bits) - 1)
            : (-(BigInteger.One << (bits - 1)), (BigInteger.One << (bits - 1)) - 1);
    }

    private static ConstantValue? Refuse(IdlRule because, string text, out IdlRule? rule, out string message)
    {
        (rule, message) = (because, text);
        return null;
    }

    /// <summary>What is left of any literal in the type's bits; nothing is refused.</summary>
    private static ConstantValue Unchecked(PrimitiveType type, string text, bool isHexadecimal)
    {
        if (type.Kind == PrimitiveKind.Float && !isHexadecimal)
        {
            return new ConstantValue(0, TryFloat(type, text, out var number) ? number : text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity);
        }
        var point = text.IndexOf('.');
        return ConstantValue.Of(ReadInteger(point < 0 ? text : text.Substring(0, point), isHexadecimal));
    }

    /// <summary>Long literals cost the square of their length, so only what can matter is read: far fewer digits than a gigabyte of text could hold.</summary>
    private static BigInteger ReadInteger(string text, bool isHexadecimal)
    {
        const int digitsMax = 64;
        var negative = text[0] == '-';
        var digits = text.Substring((negative ? 1 : 0) + (isHexadecimal ? 2 : 0)).TrimStart('0');
        if (digits.Length > digitsMax) digits = "1" + digits.Substring(digits.Length - digitsMax);
        if (digits.Length == 0) return BigInteger.Zero;
        var value = isHexadecimal
            ? BigInteger.Parse("0" + digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        return negative ? -value : value;
    }

    private static bool TryFloat(PrimitiveType type, string text, out double value)
    {
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (type.Size == 4)
        {
            var parsed = float.TryParse(text, style, CultureInfo.InvariantCulture, out var single);
            value = single;
            return parsed && !float.IsInfinity(single);
        }
        return double.TryParse(text, style, CultureInfo.InvariantCulture, out value) && !double.IsInfinity(value);
    }

    private static bool HasLeadingZero(string text)
    {
        var start = text[0] == '-' ? 1 : 0;
        return text.Length > start + 1 && text[start] == '0' && text[start + 1] is >= '0' and <= '9';
    }

    private static string Short(string text) => text.Length <= 40 ? text : text.Substring(0, 40) + "...";
}
