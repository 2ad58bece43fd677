using System.Text.Json;
using MinkActors.Protocol.Qseecom;
using MinkActors.Protocol.Qseecom.Uefi;
using MinkActors.Vectors.Inputs;

namespace MinkActors.Vectors.Qseecom;

/// <summary>Function ids, argument words, versions and EFI status numbers.</summary>
internal static class QseecomWords
{
    private static readonly string[] TypeNames = ["val", "ro", "rw", "bufval"];

    public static string? Judge32(VectorCase vector) =>
        vector.Image.Length != 4 ? $"hex has {vector.Image.Length * 2} digits, a word32 has 8"
        : vector.Has("owner", "service", "command") ? FunctionId(vector)
        : vector.Has("args") ? ArgumentWord(vector)
        : vector.Has("major", "minor", "patch") ? Version(vector)
        : "the inputs describe no function id, argument word or version";

    public static string? Judge64(VectorCase vector)
    {
        if (vector.Image.Length != 8 || !vector.Has("status32"))
        {
            return "the inputs describe no EFI status";
        }
        if (!EfiStatusMapping.TryFromEfi64(vector.Number, out var status))
        {
            return "bits between class and code are set";
        }
        return new Facts().Number("status32", (uint)status).Compare(vector.Inputs) ?? vector.SameNumber(status.ToEfi64(), 16);
    }

    private static string? FunctionId(VectorCase vector)
    {
        var id = new ScmFunctionId((uint)vector.Number);
        if (!id.IsWellFormed)
        {
            return "bits 23:16 are not zero";
        }
        var facts = new Facts().Number("owner", (ulong)id.Owner).Number("service", id.Service).Number("command", id.Command)
            .Text("type", id.IsFast ? "fast" : "yielding").Text("convention", id.Convention == ScmConvention.Smc64 ? "smc64" : "smc32");
        var again = ScmFunctionId.Of(id.Owner, id.Service, id.Command, id.Convention, id.IsFast);
        return facts.Compare(vector.Inputs) ?? vector.SameNumber(again.Value, 8) ?? NameAgrees(vector, id);
    }

    /// <summary>A vector named after a row of the call table must be that row.</summary>
    private static string? NameAgrees(VectorCase vector, ScmFunctionId id) =>
        QseecomCallNames.TryFind(Tail(vector.Name, "fid-smc64-fast-", "fid-smc64-", "fid-smc32-", "fid-"), out var call)
        && call.Id != id.In(ScmConvention.Smc64).AsYielding()
            ? $"{call.Name} is {call.Id}, the vector has {id}" : null;

    private static string? ArgumentWord(VectorCase vector)
    {
        if (!ScmArgumentInfo.TryParse((uint)vector.Number, out var info, out var refusal))
        {
            return refusal.ToString();
        }
        var types = vector.Inputs.GetProperty("args").EnumerateArray().Select(TypeOf).ToArray();
        if (types.Contains(null))
        {
            return $"args has a type that is none of {string.Join(", ", TypeNames)}";
        }
        if (!ScmArgumentInfo.TryCreate(types.Select(type => type!.Value).ToArray(), out var again, out refusal))
        {
            return refusal.ToString();
        }
        var named = QseecomCallNames.TryFind(Tail(vector.Name, "arginfo-"), out var call) && call.Arguments != info
            ? $"{call.Name} is called with {call.Arguments}" : null;
        return new Facts().Prose("args").Compare(vector.Inputs) ?? vector.SameNumber(again.Word, 8) ?? named;
    }

    private static ScmArgumentType? TypeOf(JsonElement name) => name.GetString() switch
    {
        "val" or "value" => ScmArgumentType.Value,
        "ro" => ScmArgumentType.ReadOnlyBuffer,
        "rw" => ScmArgumentType.ReadWriteBuffer,
        "bufval" or "buf_val" or "buffer-value" => ScmArgumentType.BufferValue,
        _ => null,
    };

    private static string? Version(VectorCase vector)
    {
        var version = new FeatureVersion((uint)vector.Number);
        var facts = new Facts().Number("major", (ulong)version.Major).Number("minor", (ulong)version.Minor).Number("patch", (ulong)version.Patch);
        return facts.Compare(vector.Inputs)
            ?? (FeatureVersion.TryCreate(version.Major, version.Minor, version.Patch, out var again, out var refusal)
                ? vector.SameNumber(again.Word, 8) : refusal.ToString());
    }

    private static string Tail(string name, params ReadOnlySpan<string> heads)
    {
        foreach (var head in heads)
        {
            if (name.StartsWith(head, StringComparison.Ordinal))
            {
                return name[head.Length..];
            }
        }
        return "";
    }
}
