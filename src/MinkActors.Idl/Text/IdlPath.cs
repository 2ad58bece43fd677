namespace MinkActors.Idl;

/// <summary>The little that is done to paths, without touching a disk.</summary>
internal static class IdlPath
{
    public static bool HasDirectory(string path) => path.IndexOf('/') >= 0;

    public static bool IsRooted(string path) => path.StartsWith("/", StringComparison.Ordinal) || (path.Length > 2 && path[1] == ':' && path[2] is '/' or '\\');

    /// <summary>Everything before the last separator; "" when there is none, "/" for a file in the root.</summary>
    public static string DirectoryOf(string path)
    {
        var last = Math.Max(path.LastIndexOf('/'), Path.DirectorySeparatorChar == '\\' ? path.LastIndexOf('\\') : -1);
        return last < 0 ? "" : last == 0 ? "/" : path.Substring(0, last);
    }

    public static string Combine(string directory, string path)
    {
        if (directory.Length == 0 || IsRooted(path)) return path;
        return directory.EndsWith("/", StringComparison.Ordinal) ? directory + path : directory + "/" + path;
    }

    /// <summary>Takes out <c>.</c> and <c>..</c>; leading <c>..</c> stay.</summary>
    public static string Normalize(string path)
    {
        path = path.Replace('\\', '/');
        var rooted = path.StartsWith("/", StringComparison.Ordinal);
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part.Length == 0 || part == ".") continue;
            if (part == ".." && parts.Count > 0 && parts[parts.Count - 1] != "..") parts.RemoveAt(parts.Count - 1);
            else if (part != ".." || !rooted) parts.Add(part);
        }
        return (rooted ? "/" : "") + string.Join("/", parts);
    }
}
