using System.Text;

namespace MinkActors.Idl.Dumps;

/// <summary>Lines with an indentation; LF everywhere, so that outputs compare equal on all hosts.</summary>
internal sealed class IndentedText
{
    private readonly StringBuilder _text = new();
    private int _depth;

    public void Line(string line = "")
    {
        if (line.Length > 0) _text.Append(' ', _depth * 4).Append(line);
        _text.Append('\n');
    }

    public void Indent() => _depth++;

    public void Outdent() => _depth--;

    /// <summary>A line, and what follows indented below it.</summary>
    public void Block(string line, Action body)
    {
        Line(line);
        _depth++;
        body();
        _depth--;
    }

    /// <summary>A block in braces.</summary>
    public void Braces(string line, Action body, string close = "}")
    {
        Line(line);
        Block("{", body);
        Line(close);
    }

    public override string ToString() => _text.ToString();
}
