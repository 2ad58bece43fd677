using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using MinkActors.Protocol.OpTee;
using MinkActors.Vectors.Inputs;

namespace MinkActors.Vectors.OpTee;

/// <summary>Memory images: UUIDs, page lists, protected-memory structures, and messages for all the rest.</summary>
internal static partial class OpTeeImages
{
    public static string? Judge(VectorCase vector) =>
        vector.Has("uuid") && vector.Image.Length == OpTeeUuid.Size ? Uuid(vector)
        : vector.Has("pages") ? Pages(vector)
        : ProtectedMemoryImages.TryJudge(vector, out var fault) ? fault
        : MessageImages.Judge(vector);

    private static string? Uuid(VectorCase vector)
    {
        var uuid = OpTeeUuid.Read(vector.Image);
        var octets = new byte[OpTeeUuid.Size];
        OpTeeUuid.Write(octets, uuid);
        return new Facts().Uuid("uuid", uuid).Compare(vector.Inputs) ?? vector.Same(octets);
    }

    private static string? Pages(VectorCase vector)
    {
        var described = vector.Inputs.GetProperty("pages");
        var pages = described.ValueKind == JsonValueKind.Array
            ? [.. described.EnumerateArray().Select(page => InputNumber.TryRead(page, out var number) ? number : 1)]
            : Formula(described.GetString() ?? "");
        if (pages.Length == 0)
        {
            return $"pages = {described} is not understood";
        }
        var listAt = vector.Input("list_at");
        var list = new byte[(int)PageList.ListPagesFor((ulong)pages.Length) * PageList.PageSize];
        if (!PageList.TryWrite(list, listAt, pages, out var refusal))
        {
            return refusal.ToString();
        }
        // A short image shows the beginning of a list of one page; all entries must be in it.
        if (vector.Image.Length > list.Length || vector.Image.Length < Math.Min(list.Length, 8 * pages.Length))
        {
            return $"the list has {list.Length} bytes, the vector {vector.Image.Length}";
        }
        return new Facts().Prose("pages", "unused", "page_size_list", "note").Elsewhere("list_at")
                .Text("sha256", Convert.ToHexStringLower(SHA256.HashData(vector.Image))).Compare(vector.Inputs)
            ?? vector.Same(list.AsSpan(0, vector.Image.Length)) ?? Walk(list, vector, listAt, pages);
    }

    private static string? Walk(byte[] list, VectorCase vector, ulong listAt, ulong[] pages)
    {
        vector.Image.CopyTo(list, 0);
        if (!PageListWalk.TryStart(listAt, (ulong)pages.Length * PageList.PageSize, (ulong)pages.Length, out var walk, out var refusal))
        {
            return refusal.ToString();
        }
        var found = new List<ulong>();
        var some = new ulong[PageList.EntriesPerPage];
        while (walk.Remaining > 0)
        {
            var at = walk.NextListPage - listAt;
            if (at >= (ulong)list.Length)
            {
                return $"the list leads to 0x{walk.NextListPage:x}, outside the image";
            }
            if (!walk.TryRead(list.AsSpan((int)at), some, out var count, out refusal))
            {
                return refusal.ToString();
            }
            found.AddRange(some[..count]);
        }
        return found.SequenceEqual(pages) ? null : "the list reads back as other pages";
    }

    private static ulong[] Formula(string text)
    {
        var match = Arithmetic().Match(text);
        if (!match.Success)
        {
            return [];
        }
        ulong Hex(string group) => ulong.Parse(match.Groups[group].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        var (first, last) = (ulong.Parse(match.Groups["from"].Value, CultureInfo.InvariantCulture), ulong.Parse(match.Groups["to"].Value, CultureInfo.InvariantCulture));
        return last < first || last > 1_000_000 ? []
            : [.. Enumerable.Range((int)first, (int)(last - first) + 1).Select(i => Hex("base") + (ulong)i * Hex("step"))];
    }

    [GeneratedRegex(@"^0x(?<base>[0-9a-fA-F]+) \+ i\*0x(?<step>[0-9a-fA-F]+), i=(?<from>\d+)\.\.(?<to>\d+)$")]
    private static partial Regex Arithmetic();
}
