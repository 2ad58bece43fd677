using System.Text.Json;
using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Vectors;

/// <summary>What a vector states beside its bytes. Every accessor says which field it could not make sense of.</summary>
internal readonly struct VectorInputs(JsonElement inputs)
{
    public string Text(string field) => TryText(field) ?? throw new VectorProblem($"inputs.{field} is missing");

    public string? TryText(string field) =>
        inputs.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public ulong? TryNumber(string field)
    {
        if (!inputs.TryGetProperty(field, out var value)) return null;
        return value.ValueKind switch
        {
            JsonValueKind.String => StatedParameter.Number(value.GetString()!),
            JsonValueKind.Number when value.TryGetUInt64(out var number) => number,
            JsonValueKind.Number when value.TryGetInt64(out var negative) => unchecked((ulong)negative),
            _ => throw new VectorProblem($"inputs.{field} is no number"),
        };
    }

    /// <summary>A field of 32 bits: found in the bytes, and stated the same if it is stated at all.</summary>
    public uint Word(string field, uint found)
    {
        if (TryNumber(field) is not { } stated) return found;
        return (uint)Same(field, unchecked((uint)stated), found);
    }

    public ulong Wide(string field, ulong found) => TryNumber(field) is { } stated ? Same(field, stated, found) : found;

    public static ulong Same(string field, ulong stated, ulong found) =>
        stated == found ? found : throw new VectorProblem($"{field} is 0x{found:x} in the bytes, 0x{stated:x} is stated");

    /// <summary>Null when the vector says nothing of parameters, which is not the same as saying that there are none.</summary>
    public StatedParameter[]? TryParameters() => inputs.TryGetProperty("params", out var list) && list.ValueKind == JsonValueKind.Array
        ? [.. list.EnumerateArray().Select(item => StatedParameter.Parse(item.ValueKind == JsonValueKind.String ? item.GetString()! : ""))]
        : null;

    /// <summary>Checks that a parameter in the bytes is what is stated, and answers what to encode in its place.</summary>
    public static TeeParameter Check(string where, StatedParameter stated, in TeeParameter found)
    {
        Same($"{where}.attr", stated.Attr, found.Attr);
        Same($"{where}.a", stated.A ?? found.A, found.A);
        Same($"{where}.b", stated.B ?? found.B, found.B);
        Same($"{where}.c", stated.C ?? found.C, found.C);
        return stated.Over(found);
    }
}
