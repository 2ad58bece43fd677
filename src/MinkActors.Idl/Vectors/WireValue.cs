using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using MinkActors.Idl.Checked;

namespace MinkActors.Idl.Vectors;

/// <summary>Values of a vector to bytes and back, by the checked model's types.</summary>
internal static class WireValue
{
    /// <summary>Writes a value at the start of a buffer of its size. Objects in structs stay zero: they travel elsewhere.</summary>
    public static void Write(IdlType type, JsonElement value, Span<byte> target)
    {
        switch (type)
        {
            case PrimitiveType primitive:
                WritePrimitive(primitive, value, target);
                break;
            case StructType { Definition: var definition }:
                foreach (var field in definition.Fields)
                {
                    var given = value.GetProperty(field.Name);
                    var size = (int)field.Type.Size;
                    var elements = field.Count > 1 ? [.. given.EnumerateArray()] : new[] { given };
                    if (elements.Length != field.Count) throw new FormatException($"field {field.Name} has {elements.Length} elements");
                    for (var i = 0; i < elements.Length; i++) Write(field.Type, elements[i], target.Slice((int)field.Offset + i * size, size));
                }
                break;
        }
    }

    /// <summary>A buffer is given as hexadecimal text, an array as a list of its elements.</summary>
    public static byte[] Elements(IdlType type, JsonElement value)
    {
        if (type is BufferType) return Convert.FromHexString(value.GetString()!);
        var elements = value.EnumerateArray().ToArray();
        var size = (int)type.Size;
        var bytes = new byte[elements.Length * size];
        for (var i = 0; i < elements.Length; i++) Write(type, elements[i], bytes.AsSpan(i * size, size));
        return bytes;
    }

    /// <summary>Reads bytes and compares: null, or where the value differs.</summary>
    public static string? Compare(IdlType type, ReadOnlySpan<byte> bytes, JsonElement expected, string path)
    {
        switch (type)
        {
            case PrimitiveType primitive:
                return SamePrimitive(primitive, bytes, expected) ? null : $"{path} reads back as {Convert.ToHexStringLower(bytes)}";
            case StructType { Definition: var definition }:
                foreach (var field in definition.Fields)
                {
                    var given = expected.GetProperty(field.Name);
                    for (var i = 0; i < field.Count; i++)
                    {
                        var size = (int)field.Type.Size;
                        var element = field.Count > 1 ? given[i] : given;
                        if (Compare(field.Type, bytes.Slice((int)field.Offset + i * size, size), element, $"{path}.{field.Name}") is { } difference) return difference;
                    }
                }
                return null;
            default:
                return bytes.IndexOfAnyExcept((byte)0) < 0 ? null : $"{path} is an object and must be zero";
        }
    }

    public static BigInteger Integer(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number) return BigInteger.Parse(value.GetRawText(), CultureInfo.InvariantCulture);
        var text = value.GetString()!;
        var negative = text.StartsWith('-');
        if (negative) text = text[1..];
        var magnitude = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? BigInteger.Parse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : BigInteger.Parse(text, CultureInfo.InvariantCulture);
        return negative ? -magnitude : magnitude;
    }

    private static double Float(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.Parse(value.GetString()!, CultureInfo.InvariantCulture);

    private static void WritePrimitive(PrimitiveType type, JsonElement value, Span<byte> target)
    {
        if (type.Kind == PrimitiveKind.Float)
        {
            if (type.Size == 4) BinaryPrimitives.WriteSingleLittleEndian(target, (float)Float(value));
            else BinaryPrimitives.WriteDoubleLittleEndian(target, Float(value));
            return;
        }
        var number = Integer(value);
        var (low, high) = ConstantReader.Range(type);
        if (number < low || number > high) throw new FormatException($"{number} is no {type.Name}");
        var bits = (ulong)(number & ulong.MaxValue);
        for (var i = 0; i < type.Size; i++) target[i] = (byte)(bits >> (8 * i));
    }

    private static bool SamePrimitive(PrimitiveType type, ReadOnlySpan<byte> bytes, JsonElement expected)
    {
        if (type.Kind == PrimitiveKind.Float)
        {
            var number = type.Size == 4 ? BinaryPrimitives.ReadSingleLittleEndian(bytes) : BinaryPrimitives.ReadDoubleLittleEndian(bytes);
            return number.Equals(type.Size == 4 ? (double)(float)Float(expected) : Float(expected));
        }
        return new BigInteger(bytes, isUnsigned: type.Kind == PrimitiveKind.Unsigned) == Integer(expected);
    }
}
