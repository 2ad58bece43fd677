using System.Text.Json;
using MinkActors.Protocol.OpTee;
using MinkActors.Vectors.Inputs;

namespace MinkActors.Vectors.OpTee;

/// <summary>Parameters as vectors describe them: "rmem_output cookie=0x1122 offs=0x100 size=0x40".</summary>
internal static class ParameterTexts
{
    /// <summary>A check for the "params" input against the parameters of a message.</summary>
    public static Func<JsonElement, string?> Check(OpTeeParameter[] parameters) => input =>
    {
        var texts = input.ValueKind == JsonValueKind.Array ? input.EnumerateArray().ToArray() : [];
        if (texts.Length != parameters.Length)
        {
            return $"{texts.Length} parameters in the inputs, {parameters.Length} in the image";
        }
        for (var i = 0; i < texts.Length; i++)
        {
            var fault = Compare(texts[i].GetString() ?? "", parameters[i]);
            if (fault is not null)
            {
                return $"parameter {i}: {fault}";
            }
        }
        return null;
    };

    private static string? Compare(string text, in OpTeeParameter parameter)
    {
        var tokens = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var kind = CapabilityNames.Of(parameter.Attribute);
        if (tokens.Length == 0 || tokens[0] != kind)
        {
            return $"'{text}' in the inputs, {kind} in the image";
        }
        foreach (var token in tokens[1..])
        {
            var equals = token.IndexOf('=');
            if (equals < 0 || !InputNumber.TryRead(token[(equals + 1)..], out var number) || Field(token[..equals], parameter) is not { } value)
            {
                return $"'{token}' is not understood";
            }
            if (value != number)
            {
                return $"{token} in the inputs, 0x{value:x} in the image";
            }
        }
        return null;
    }

    private static ulong? Field(string name, in OpTeeParameter parameter) => name switch
    {
        "a" => parameter.A,
        "b" or "size" => parameter.B,
        "c" or "cookie" => parameter.C,
        "list" => parameter.PageListAddress,
        "offs" or "offset" => parameter.Attribute.IsTemporary ? (ulong)parameter.PageOffset : parameter.Offset,
        "addr" or "pa" => parameter.Address,
        _ => null,
    };
}
