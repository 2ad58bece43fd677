namespace MinkActors.Idl;

/// <summary>One file of a unit: how it is called in messages, who it is, and its text.</summary>
public sealed class SourceFile
{
    private readonly List<int> _lineStarts = [0];

    /// <summary>Makes a file from text that was decoded already.</summary>
    /// <param name="path">As messages show it.</param>
    /// <param name="id">The canonical path: two files with one id are one file (spec/07 section 6).</param>
    /// <param name="text">A byte order mark at the start is dropped (spec/07 section 1).</param>
    public SourceFile(string path, string id, string text)
    {
        Path = path;
        Id = id;
        Text = text.Length > 0 && text[0] == '\uFEFF' ? text.Substring(1) : text;
        for (var i = 0; i < Text.Length; i++)
        {
            // CR, LF and CRLF each end one line.
            if (Text[i] == '\n' || (Text[i] == '\r' && !(i + 1 < Text.Length && Text[i + 1] == '\n'))) _lineStarts.Add(i + 1);
        }
    }

    /// <summary>As messages show it.</summary>
    public string Path { get; }

    /// <summary>The canonical path.</summary>
    public string Id { get; }

    /// <summary>The text without byte order mark.</summary>
    public string Text { get; }

    /// <summary>Line and column of an offset; offsets behind the end give the end.</summary>
    public LinePosition PositionOf(int offset)
    {
        offset = Math.Min(Math.Max(offset, 0), Text.Length);
        var line = _lineStarts.BinarySearch(offset);
        if (line < 0) line = ~line - 1;
        return new LinePosition(line + 1, offset - _lineStarts[line] + 1);
    }
}
