namespace MinkActors.Idl;

/// <summary>A stretch of a file's text, in UTF-16 units from its start (a byte order mark is not counted).</summary>
public readonly record struct TextSpan(int Start, int Length)
{
    /// <summary>The offset just behind the stretch.</summary>
    public int End => Start + Length;

    internal static TextSpan Between(int start, int end) => new(start, end - start);
}

/// <summary>A place as editors show it: both numbers count from 1, columns in UTF-16 units.</summary>
public readonly record struct LinePosition(int Line, int Column);
