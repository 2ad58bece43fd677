using System.Text;
using System.Text.Json;
using MinkActors.Protocol.Qseecom;
using MinkActors.Vectors.Inputs;

namespace MinkActors.Vectors.Qseecom;

/// <summary>Memory images: name buffers, extension blocks, response records, scatter entries, GUIDs, uefisecapp messages.</summary>
internal static class QseecomImages
{
    public static string? Judge(VectorCase vector) =>
        vector.Has("app_name") ? Name(vector)
        : vector.Has("args_3_to_9") ? Block(vector, List(vector.Inputs.GetProperty("args_3_to_9")))
        : vector.Has("rsp_phys", "rsp_size") ? Block(vector, [.. Keys.Select(vector.Input), 0, 0, 0])
        : vector.Has("result", "resp_type", "data") ? Record(vector)
        : vector.Has("offset", "single") ? Entry(vector)
        : vector.Has("phys", "len") ? Range(vector)
        : vector.Image.Length == 16 && vector.Has("guid") ? Vendor(vector)
        : UefiImages.TryJudge(vector, out var fault) ? fault
        : "the image is no known structure";

    private static string[] Keys => ["rsp_phys", "rsp_size", "sglist_phys", "sglist_len"];

    private static string? Name(VectorCase vector)
    {
        var end = vector.Image.AsSpan().IndexOf((byte)0);
        var name = vector.Image[..(end < 0 ? vector.Image.Length : end)];
        var buffer = new byte[QseecomLimits.NameBufferSize];
        return new Facts().Text("app_name", Encoding.UTF8.GetString(name)).Number("buffer_size", (ulong)vector.Image.Length).Compare(vector.Inputs)
            ?? (QseecomLimits.TryWriteName(buffer, name, out var refusal) ? vector.Same(buffer) : refusal.ToString());
    }

    private static string? Block(VectorCase vector, ulong[] tail)
    {
        var convention = vector.Image.Length == ScmExtensionBlock.SizeOf(ScmConvention.Smc64) ? ScmConvention.Smc64 : ScmConvention.Smc32;
        if (tail.Length != ScmExtensionBlock.Entries)
        {
            return $"a block has {ScmExtensionBlock.Entries} entries, the inputs have {tail.Length}";
        }
        var arguments = new ulong[ScmArgumentInfo.ArgumentsMax];
        tail.CopyTo(arguments, ScmExtensionBlock.FirstArgument);
        var block = new byte[ScmExtensionBlock.SizeOf(convention)];
        if (!ScmExtensionBlock.TryWrite(block, convention, arguments, out var refusal))
        {
            return refusal.ToString();
        }
        var decoded = new ulong[ScmArgumentInfo.ArgumentsMax];
        if (!ScmExtensionBlock.TryRead(vector.Image, convention, decoded, out refusal))
        {
            return refusal.ToString();
        }
        return new Facts().Prose("args_3_to_9").Elsewhere(Keys).Compare(vector.Inputs) ?? vector.Same(block)
            ?? (decoded.AsSpan().SequenceEqual(arguments) ? null : "the block reads back differently");
    }

    private static ulong[] List(JsonElement entries) => [.. entries.EnumerateArray().Select(Entry)];

    private static ulong Entry(JsonElement entry)
    {
        var text = entry.ValueKind == JsonValueKind.String ? entry.GetString()! : entry.GetRawText();
        return InputNumber.TryRead(text[(text.IndexOf('=') + 1)..], out var number)
            ? number : throw new FormatException($"'{text}' is not a number");
    }

    private static string? Record(VectorCase vector)
    {
        if (!QseecomResponse.TryReadLegacy(vector.Image, out var record))
        {
            return $"a packed record has {QseecomResponse.LegacySize} bytes, not {vector.Image.Length}";
        }
        var image = new byte[QseecomResponse.LegacySize];
        return new Facts().Number("result", record.Result).Number("resp_type", record.Type).Number("data", record.Data).Compare(vector.Inputs)
            ?? (record.TryWriteLegacy(image) ? vector.Same(image) : "the record does not fit 32 bits");
    }

    private static string? Entry(VectorCase vector)
    {
        if (vector.Image.Length != ScatterEntry.Size || !ScatterEntry.TryRead(vector.Image, out var entry))
        {
            return $"a scatter entry has {ScatterEntry.Size} bytes, not {vector.Image.Length}";
        }
        var image = new byte[ScatterEntry.Size];
        var facts = new Facts().Number("offset", entry.Offset).Number("single", entry.IsSingle ? 1u : 0).Number("addr64", entry.IsWide ? 1u : 0)
            .Number(entry.IsSingle ? "size" : "entries", entry.SizeOrEntries);
        return facts.Compare(vector.Inputs) ?? (entry.TryWrite(image, out var refusal) ? vector.Same(image) : refusal.ToString());
    }

    private static string? Range(VectorCase vector)
    {
        var wide = vector.Image.Length == ScatterRange.SizeOf(true);
        if (!ScatterRange.TryRead(vector.Image, wide, out var range))
        {
            return "a scatter range has 8 or 12 bytes";
        }
        var image = new byte[ScatterRange.SizeOf(wide)];
        return new Facts().Number("phys", range.Address).Number("len", range.Length).Compare(vector.Inputs)
            ?? (range.TryWrite(image, wide, out var refusal) ? vector.Same(image) : refusal.ToString());
    }

    private static string? Vendor(VectorCase vector)
    {
        var guid = new Guid(vector.Image);
        return new Facts().Text("guid", UefiImages.NamesOf(guid)).Compare(vector.Inputs) ?? vector.Same(guid.ToByteArray());
    }
}
