using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using RoslynPosition = Microsoft.CodeAnalysis.Text.LinePosition;
using RoslynSpan = Microsoft.CodeAnalysis.Text.TextSpan;

namespace MinkActors.Idl.Generator;

/// <summary>What one file gave: code, or findings, or both.</summary>
internal sealed record UnitOutput(string HintName, string Text, EquatableArray<Finding> Findings)
{
    public static UnitOutput Of(UnitInput input)
    {
        var compilation = IdlCompiler.Compile(input.Root.Path, input.Source(), input.Settings.ToOptions());
        var output = CSharpEmitter.Emit(compilation, new CSharpOptions { NamespaceOf = input.NamespaceOf, IsInternal = input.Settings.IsInternal });
        return new UnitOutput(HintNameOf(output.FileName, input), output.Text, new EquatableArray<Finding>(compilation.Diagnostics.Concat(output.Diagnostics).Select(d => Finding.Of(d, input))));
    }

    /// <summary>Two directories may hold files of one name; their paths tell them apart, always in the same way.</summary>
    private static string HintNameOf(string fileName, UnitInput input)
    {
        var alike = input.Paths.Count(path => CSharp.CSharpNames.OfFile(path) + ".g.cs" == fileName);
        if (alike < 2) return fileName;
        const uint prime = 16777619;
        var hash = input.Root.Path.Aggregate(2166136261, (h, c) => unchecked((h ^ c) * prime));
        return fileName.Substring(0, fileName.Length - "g.cs".Length) + hash.ToString("x8", CultureInfo.InvariantCulture) + ".g.cs";
    }
}

/// <summary>A diagnostic as plain values: Roslyn's own would keep a compilation alive and equal nothing.</summary>
internal sealed record Finding(string Id, string Message, string Path, RoslynSpan Span, LinePositionSpan Lines)
{
    public static Finding Of(IdlDiagnostic diagnostic, UnitInput input)
    {
        var at = diagnostic.Location;
        var related = diagnostic.Related is { } first ? $" The first is at {first}." : "";
        // Messages of findings without a place are about the project's options: the root file stands for it.
        return at is { } location
            ? new Finding(diagnostic.Id, diagnostic.Message + related, location.File.Path, new RoslynSpan(location.Span.Start, location.Span.Length), new LinePositionSpan(Position(location.Start), Position(location.End)))
            : new Finding(diagnostic.Id, diagnostic.Message + related, input.Root.Path, default, default);
    }

    public Diagnostic ToDiagnostic() => Diagnostic.Create(Descriptors.Of(Id), Location.Create(Path, Span, Lines), Message);

    private static RoslynPosition Position(LinePosition position) => new(position.Line - 1, position.Column - 1);
}

/// <summary>The rules of the compiler as Roslyn knows rules.</summary>
internal static class Descriptors
{
    private static readonly Dictionary<string, DiagnosticDescriptor> ById = IdlRule.All.ToDictionary(
        rule => rule.Id,
        rule => new DiagnosticDescriptor(rule.Id, rule.Title, "{0}", "MinkIdl", rule.Severity == IdlSeverity.Error ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning, isEnabledByDefault: true));

    public static DiagnosticDescriptor Of(string id) => ById[id];
}
