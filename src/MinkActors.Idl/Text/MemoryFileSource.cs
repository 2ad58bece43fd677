namespace MinkActors.Idl;

/// <summary>Files in memory, by path. Paths are compared after <c>.</c> and <c>..</c> are taken out; case counts.</summary>
public sealed class MemoryFileSource : IFileSource
{
    private readonly Dictionary<string, FileText> _files = new(StringComparer.Ordinal);

    /// <summary>Adds or replaces a file.</summary>
    public void Add(string path, string text) => _files[IdlPath.Normalize(path)] = FileText.Of(text);

    /// <summary>Adds or replaces a file that is yet to be decoded.</summary>
    public void Add(string path, byte[] bytes) => _files[IdlPath.Normalize(path)] = FileText.Decode(bytes);

    /// <inheritdoc/>
    public string? Resolve(string path)
    {
        var id = IdlPath.Normalize(path);
        return _files.ContainsKey(id) ? id : null;
    }

    /// <inheritdoc/>
    public FileText Read(string canonicalPath) =>
        _files.TryGetValue(canonicalPath, out var text) ? text : FileText.Unreadable("it does not exist");
}
