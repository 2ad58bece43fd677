using System.Globalization;

namespace MinkActors.Idl;

/// <summary>How bad it is.</summary>
public enum IdlSeverity
{
    /// <summary>Code is produced all the same.</summary>
    Warning,

    /// <summary>Nothing is produced for the unit.</summary>
    Error,
}

/// <summary>A place in a file of the unit.</summary>
public readonly record struct IdlLocation(SourceFile File, TextSpan Span)
{
    /// <summary>Where it begins.</summary>
    public LinePosition Start => File.PositionOf(Span.Start);

    /// <summary>Where it ends, exclusive.</summary>
    public LinePosition End => File.PositionOf(Span.End);

    /// <summary><c>path(line,column)</c>.</summary>
    public override string ToString()
    {
        var start = Start;
        return string.Format(CultureInfo.InvariantCulture, "{0}({1},{2})", File.Path, start.Line, start.Column);
    }
}

/// <summary>One finding of the compiler (spec/07 section 15).</summary>
/// <param name="Rule">Which rule was broken.</param>
/// <param name="Message">What is wrong here and how to mend it.</param>
/// <param name="Location">Null only for findings about options.</param>
/// <param name="Related">The first of two clashing names, where there is one.</param>
public sealed record IdlDiagnostic(IdlRule Rule, string Message, IdlLocation? Location, IdlLocation? Related = null)
{
    /// <summary>The stable id, <c>MIDLnnn</c>.</summary>
    public string Id => Rule.Id;

    /// <summary>Decided by the rule.</summary>
    public IdlSeverity Severity => Rule.Severity;

    /// <summary><c>path(line,col): error MIDLnnn: text</c>, the form that build tools recognise.</summary>
    public override string ToString()
    {
        var severity = Severity == IdlSeverity.Error ? "error" : "warning";
        var first = Related is { } related ? $" The first is at {related}." : "";
        return Location is { } location ? $"{location}: {severity} {Id}: {Message}{first}" : $"{severity} {Id}: {Message}{first}";
    }
}

/// <summary>Collects findings; a place is reported once per rule, so that recovery does not repeat itself.</summary>
internal sealed class DiagnosticBag
{
    private readonly HashSet<(string, string, int)> _seen = [];

    public List<IdlDiagnostic> Items { get; } = [];

    public bool HasErrors { get; private set; }

    public void Add(IdlRule rule, SourceFile file, TextSpan span, string message, IdlLocation? related = null)
    {
        if (_seen.Add((rule.Id, file.Id, span.Start))) Add(new IdlDiagnostic(rule, message, new IdlLocation(file, span), related));
    }

    public void Add(IdlDiagnostic diagnostic)
    {
        HasErrors |= diagnostic.Severity == IdlSeverity.Error;
        Items.Add(diagnostic);
    }
}
