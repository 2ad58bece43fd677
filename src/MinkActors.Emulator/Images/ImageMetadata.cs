using System.Text;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>Which application an image is: the <c>n=</c> in the metadata string of its property segment (spec/04 section 5.3).</summary>
internal static class ImageMetadata
{
    private const int NameMax = 255;

    /// <summary>Whether the text can be a distinguished name.</summary>
    public static bool IsName(string? name) => name is { Length: >= 1 and <= NameMax } && name.All(c => IsPrintable(c) && c is not ('=' or ';'));

    /// <summary>Finds the distinguished name of an image, or says with which code of the loader it is refused.</summary>
    /// <param name="image">The file.</param>
    /// <param name="name">The name.</param>
    /// <param name="uuid">
    /// The <c>u=</c> of the same metadata: 32 hexadecimal digits, the TEEC_UUID as it lies in memory. Seen in published images of GlobalPlatform
    /// applications, whose property table holds the same bytes at offset 0x18.
    /// </param>
    public static ResultCode Identify(ReadOnlySpan<byte> image, out string name, out Guid? uuid)
    {
        name = "";
        uuid = null;
        var result = ElfImage.Read(image, out var elf);
        if (result != ResultCode.Ok) return result;
        result = IAppLoader.Errors.MetadataInvalid;
        var marked = elf.Segments.Where(segment => (segment.Flags & ElfSegment.HoldsProperties) != 0).Take(1).ToList();
        foreach (var segment in marked.Count > 0 ? marked : elf.Segments)
        {
            var found = Scan(image.Slice(segment.Offset, segment.Size), out name, out uuid);
            if (found == ResultCode.Ok) return found;
            if (found == IAppLoader.Errors.NoNameInMetadata) result = found;
        }
        return result;
    }

    /// <summary>Looks at each NUL-bounded run: the first pair list with a name decides, else one without a name, else nothing was well formed.</summary>
    private static ResultCode Scan(ReadOnlySpan<byte> bytes, out string name, out Guid? uuid)
    {
        var result = IAppLoader.Errors.MetadataInvalid;
        name = "";
        uuid = null;
        while (bytes.IndexOf((byte)0) is >= 0 and var end)
        {
            var run = bytes[..end];
            bytes = bytes[(end + 1)..];
            if (!run.Contains((byte)'=') || !TryParse(run, out var found, out var identity)) continue;
            if (found is not null)
            {
                (name, uuid) = (found, identity);
                return ResultCode.Ok;
            }
            result = IAppLoader.Errors.NoNameInMetadata;
        }
        return result;
    }

    /// <summary>Reads <c>key=value</c> pairs between semicolons; false when the run is no pair list or its name is none.</summary>
    private static bool TryParse(ReadOnlySpan<byte> run, out string? name, out Guid? uuid)
    {
        name = null;
        uuid = null;
        foreach (var c in run)
        {
            if (!IsPrintable((char)c)) return false;
        }
        foreach (var pair in Encoding.ASCII.GetString(run).TrimEnd(';').Split(';'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) return false;
            if (pair[..equals] == "u") uuid ??= ReadUuid(pair[(equals + 1)..]);
            if (pair[..equals] != "n" || name is not null) continue;
            name = pair[(equals + 1)..];
            if (name.Length == 0)
            {
                name = null;
                continue;
            }
            if (!IsName(name)) return false;
        }
        return true;
    }

    private static Guid? ReadUuid(string digits) => digits.Length == 32 && digits.All(char.IsAsciiHexDigit) ? new Guid(Convert.FromHexString(digits)) : null;

    private static bool IsPrintable(char c) => c is >= ' ' and <= '~';
}
