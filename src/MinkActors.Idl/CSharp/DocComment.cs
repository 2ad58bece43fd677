using MinkActors.Idl.Dumps;

namespace MinkActors.Idl.CSharp;

/// <summary>IDL documentation as C# documentation: the text becomes the summary, parameter tags go to their parameters, all of it escaped.</summary>
internal sealed class DocComment
{
    private readonly List<string> _summary = [];
    private readonly Dictionary<string, List<string>> _parameters = new(StringComparer.Ordinal);
    private readonly List<string> _returns = [];

    public DocComment(string? documentation, string otherwise)
    {
        var current = _summary;
        foreach (var line in (documentation ?? "").Split('\n'))
        {
            var text = line.Trim();
            if (Tag(text, out var name, out var rest))
            {
                current = name == "return" || name == "returns" ? _returns : name == "param" ? Parameter(ref rest) : _summary;
                text = rest;
            }
            if (text.Length > 0) current.Add(Escape(text));
        }
        if (_summary.Count == 0) _summary.Add(otherwise);
    }

    /// <summary>What the IDL says of a parameter, or null.</summary>
    public string? Of(string parameter) => _parameters.TryGetValue(parameter, out var lines) && lines.Count > 0 ? string.Join(" ", lines) : null;

    public string? Returns => _returns.Count > 0 ? string.Join(" ", _returns) : null;

    public void WriteSummary(IndentedText output)
    {
        if (_summary.Count == 1)
        {
            output.Line($"/// <summary>{_summary[0]}</summary>");
            return;
        }
        output.Line("/// <summary>");
        foreach (var line in _summary) output.Line($"/// {line}");
        output.Line("/// </summary>");
    }

    public static void Summary(IndentedText output, string? documentation, string otherwise) => new DocComment(documentation, otherwise).WriteSummary(output);

    /// <summary>Control characters have no place in XML, nor in a line of C#.</summary>
    public static string Escape(string text)
    {
        var clean = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '&') clean.Append("&amp;");
            else if (c == '<') clean.Append("&lt;");
            else if (c == '>') clean.Append("&gt;");
            else if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) clean.Append(c).Append(text[++i]);
            else clean.Append(char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or '\uFFFE' or '\uFFFF' ? ' ' : c);
        }
        return clean.ToString();
    }

    private static bool Tag(string text, out string name, out string rest)
    {
        (name, rest) = ("", "");
        if (text.Length < 2 || text[0] is not ('@' or '\\')) return false;
        var end = 1;
        while (end < text.Length && char.IsLetter(text[end])) end++;
        name = text.Substring(1, end - 1);
        // "@param[in] x" and "@param x" say the same.
        if (end < text.Length && text[end] == '[') end = Math.Max(text.IndexOf(']', end) + 1, end);
        rest = text.Substring(end).Trim();
        return name is "param" or "return" or "returns" or "brief";
    }

    private List<string> Parameter(ref string rest)
    {
        var end = rest.IndexOf(' ');
        var name = end < 0 ? rest : rest.Substring(0, end);
        rest = end < 0 ? "" : rest.Substring(end).Trim();
        if (!_parameters.TryGetValue(name, out var lines)) _parameters[name] = lines = [];
        return lines;
    }
}
