namespace MinkActors.Idl;

/// <summary>Where the compiler gets files: disk for the command, AdditionalFiles for the generator, memory for tests.</summary>
/// <remarks>Called on the compiling thread only. Neither method throws for a file that is missing or broken.</remarks>
public interface IFileSource
{
    /// <summary>The canonical path of an existing file, or null. Two paths of one file give one result.</summary>
    /// <param name="path">Relative to wherever the source says; directories are separated by <c>/</c>.</param>
    string? Resolve(string path);

    /// <summary>The text of a file that <see cref="Resolve"/> found.</summary>
    FileText Read(string canonicalPath);
}

/// <summary>A file's text, or why there is none.</summary>
public readonly struct FileText
{
    private FileText(string? text, string? failure)
    {
        Text = text;
        Failure = failure;
    }

    /// <summary>Null when reading failed.</summary>
    public string? Text { get; }

    /// <summary>A reason to show to the user; null when there is text.</summary>
    public string? Failure { get; }

    /// <summary>Read and decoded.</summary>
    public static FileText Of(string text) => new(text, null);

    /// <summary>Not readable, for a reason the user can act on.</summary>
    public static FileText Unreadable(string reason) => new(null, reason);

    /// <summary>Decodes UTF-8 and refuses anything else.</summary>
    public static FileText Decode(byte[] bytes)
    {
        try
        {
            return Of(new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes));
        }
        catch (System.Text.DecoderFallbackException e)
        {
            return Unreadable($"it is not UTF-8 (byte {e.Index} of the file); save it as UTF-8");
        }
    }
}
