namespace MinkActors.Idl.Syntax;

/// <summary>The text of a documentation comment (spec/07 section 12).</summary>
internal static class Documentation
{
    /// <summary>Null unless the comment opens with "/**" directly followed by a line break. Lines are joined by LF.</summary>
    public static string? Read(string text, int start, int end)
    {
        const int opening = 3;
        if (end - start < opening + 2 || string.CompareOrdinal(text, start, "/**", 0, opening) != 0) return null;
        if (start + opening >= end - 2 || text[start + opening] is not ('\r' or '\n')) return null;

        var lines = text.Substring(start + opening, end - 2 - start - opening).Replace("\r\n", "\n").Replace('\r', '\n').Split('\n');
        var last = lines[lines.Length - 1];
        // Text before the closing mark says nothing about how far the lines are indented: then their own common indentation counts.
        var indentation = IsBlank(last) ? last.Length : CommonIndentation(lines);

        var kept = new List<string>();
        for (var i = 1; i < lines.Length; i++)
        {
            if (i == lines.Length - 1 && IsBlank(lines[i])) break;
            kept.Add(Cut(lines[i], indentation));
        }
        return string.Join("\n", kept);
    }

    /// <summary>Cuts blanks only: a line that begins further left than the closing mark keeps its text.</summary>
    private static string Cut(string line, int indentation)
    {
        var at = 0;
        while (at < indentation && at < line.Length && line[at] is ' ' or '\t') at++;
        if (at < line.Length && line[at] == '*') at++;
        return line.Substring(Math.Min(at, line.Length)).TrimEnd(' ', '\t');
    }

    private static int CommonIndentation(string[] lines)
    {
        var common = int.MaxValue;
        for (var i = 1; i < lines.Length; i++)
        {
            if (!IsBlank(lines[i])) common = Math.Min(common, lines[i].Length - lines[i].TrimStart(' ', '\t').Length);
        }
        return common;
    }

    private static bool IsBlank(string line) => line.Trim(' ', '\t').Length == 0;
}
