namespace MinkActors.Idl;

/// <summary>Files on disk, relative to the current directory. Links are followed, so that a file has one identity.</summary>
public sealed class DiskFileSource : IFileSource
{
    /// <inheritdoc/>
    public string? Resolve(string path)
    {
        try
        {
            var full = Path.GetFullPath(path);
            if (!File.Exists(full)) return null;
            return File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public FileText Read(string canonicalPath)
    {
        try
        {
            return FileText.Decode(File.ReadAllBytes(canonicalPath));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return FileText.Unreadable(e.Message);
        }
    }
}
