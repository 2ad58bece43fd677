using System.Globalization;
using System.Text;
using System.Text.Unicode;
using MinkActors.Linux.Native;

namespace MinkActors.Linux.Interception;

/// <summary>Compares a path that a client names with the device's. Nearly every path is dismissed by its last component.</summary>
/// <remarks>
/// Lexical: symbolic links to the device under another name are not followed. That a client may change the path after we looked is harmless:
/// the worst it gets is the file that the kernel would have given it without us.
/// </remarks>
internal sealed class ClientPath(string path)
{
    private const int PathBytesMax = 4096;

    private readonly byte[] _path = Encoding.UTF8.GetBytes(path);
    private readonly byte[] _last = Encoding.UTF8.GetBytes(path[(path.LastIndexOf('/') + 1)..]);

    /// <summary>Whether <paramref name="named"/>, without its terminating zero, means this path for that thread.</summary>
    public bool IsNamedBy(ReadOnlySpan<byte> named, int threadId, int directory)
    {
        if (named.SequenceEqual(_path)) return true;
        if (!named.EndsWith(_last)) return false;
        var before = named[..^_last.Length];
        if (before.Length > 0 && before[^1] != (byte)'/') return false;
        if (named.Length > 0 && named[0] == (byte)'/') return Normalised(Encoding.UTF8.GetString(named)) == path;
        return BaseOf(threadId, directory) is { } root && Normalised($"{root}/{Encoding.UTF8.GetString(named)}") == path;
    }

    private static string Normalised(string absolute)
    {
        var parts = new List<string>();
        foreach (var part in absolute.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }

    private static unsafe string? BaseOf(int threadId, int directory)
    {
        Span<byte> link = stackalloc byte[64];
        link.Clear();
        if (directory == Descriptors.AtFdCwd) Utf8.TryWrite(link, CultureInfo.InvariantCulture, $"/proc/{threadId}/cwd", out _);
        else Utf8.TryWrite(link, CultureInfo.InvariantCulture, $"/proc/{threadId}/fd/{directory}", out _);
        Span<byte> target = stackalloc byte[PathBytesMax];
        fixed (byte* name = link)
        fixed (byte* into = target)
        {
            var length = Descriptors.ReadLink(name, into, PathBytesMax);
            return length > 0 ? Encoding.UTF8.GetString(target[..(int)length]) : null;
        }
    }
}
