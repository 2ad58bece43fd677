using System.Globalization;
using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Vectors;

/// <summary>
/// A parameter as a vector file writes it, for example <c>UBUF_INPUT a=base+1016 b=8</c>, <c>OBJREF_INPUT id=1 flags=USER</c> or
/// <c>UBUF_INPUT 5 bytes</c>. What is not stated is null: words in brackets and other words say nothing that could be checked.
/// </summary>
internal sealed record StatedParameter(ulong Attr, ulong? A, ulong? B, ulong? C, ulong? FromBase)
{
    private static readonly Dictionary<string, ParameterKind> Kinds = new(StringComparer.Ordinal)
    {
        ["NONE"] = ParameterKind.None,
        ["VALUE_INPUT"] = ParameterKind.ValueInput,
        ["VALUE_OUTPUT"] = ParameterKind.ValueOutput,
        ["VALUE_INOUT"] = ParameterKind.ValueInOut,
        ["MEMREF_INPUT"] = ParameterKind.MemrefInput,
        ["MEMREF_OUTPUT"] = ParameterKind.MemrefOutput,
        ["MEMREF_INOUT"] = ParameterKind.MemrefInOut,
        ["UBUF_INPUT"] = ParameterKind.UbufInput,
        ["UBUF_OUTPUT"] = ParameterKind.UbufOutput,
        ["UBUF_INOUT"] = ParameterKind.UbufInOut,
        ["OBJREF_INPUT"] = ParameterKind.ObjrefInput,
        ["OBJREF_OUTPUT"] = ParameterKind.ObjrefOutput,
        ["OBJREF_INOUT"] = ParameterKind.ObjrefInOut,
    };

    /// <exception cref="VectorProblem">It begins with no kind, or a number in it is none.</exception>
    public static StatedParameter Parse(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) throw new VectorProblem("a parameter is empty");
        var stated = new StatedParameter(ParseAttr(words[0]), null, null, null, null);
        for (var i = 1; i < words.Length; i++)
        {
            if (words[i] == "bytes") stated = stated with { B = Number(words[i - 1]) };
            var equals = words[i].IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) stated = stated.With(words[i][..equals], words[i][(equals + 1)..]);
        }

        return stated;
    }

    /// <summary>This parameter with what it leaves open taken from the one found.</summary>
    public TeeParameter Over(in TeeParameter found) => new(Attr, A ?? found.A, B ?? found.B, C ?? found.C);

    public static ulong Number(string text)
    {
        if (text == "OBJREF_NULL") return TeeLimits.NullObject;
        var hexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var style = hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        return ulong.TryParse(hexadecimal ? text.AsSpan(2) : text, style, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new VectorProblem($"{text} is no number");
    }

    private StatedParameter With(string name, string value) => name switch
    {
        "a" when value.StartsWith("base+", StringComparison.Ordinal) => this with { FromBase = Number(value["base+".Length..]) },
        "a" or "id" => this with { A = Number(value) },
        "b" => this with { B = Number(value) },
        "c" => this with { C = Number(value) },
        "flags" => this with { B = ParseFlags(value) },
        _ => throw new VectorProblem($"a parameter has no field {name}"),
    };

    private static ulong ParseAttr(string text)
    {
        var attr = 0UL;
        foreach (var part in text.Split('|'))
        {
            if (part == "META") attr |= TeeParameter.Meta;
            else attr |= Kinds.TryGetValue(part, out var kind) ? (ulong)kind : throw new VectorProblem($"{part} is no kind of parameter");
        }

        return attr;
    }

    private static ulong ParseFlags(string text)
    {
        var flags = ObjectFlags.None;
        foreach (var part in text.Split('|'))
        {
            flags |= part switch
            {
                "TEE" => ObjectFlags.Tee,
                "USER" => ObjectFlags.User,
                "MEM" => ObjectFlags.Memory,
                _ => (ObjectFlags)Number(part),
            };
        }

        return (ulong)flags;
    }
}
