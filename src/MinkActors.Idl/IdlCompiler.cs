using MinkActors.Idl.Checked;
using MinkActors.Idl.Lowered;
using MinkActors.Idl.Syntax;

namespace MinkActors.Idl;

/// <summary>The front end: text to syntax, checked and lowered model (spec/07). Code is made from its result.</summary>
public static class IdlCompiler
{
    /// <summary>Compiles one root file with everything it includes. Never throws on any text: what is wrong is in the diagnostics.</summary>
    /// <param name="rootPath">As the file source knows it; plain includes are looked up in its directory too.</param>
    /// <param name="files">Asked for the root and for includes only.</param>
    /// <param name="options">Null for the defaults.</param>
    public static IdlCompilation Compile(string rootPath, IFileSource files, IdlOptions? options = null)
    {
        options ??= new IdlOptions();
        var diagnostics = new DiagnosticBag();
        var syntax = new UnitLoader(files, options.IncludeDirectories, diagnostics).Load(rootPath);
        var model = Checker.Check(syntax, options, diagnostics);
        var lowered = new Lowerer(options, diagnostics).Lower(model);
        return new IdlCompilation(lowered, Sorted(syntax, diagnostics.Items));
    }

    /// <summary>By file in the order read, then by place; findings about options come last.</summary>
    private static List<IdlDiagnostic> Sorted(SyntaxUnit syntax, List<IdlDiagnostic> found)
    {
        var order = new Dictionary<SourceFile, int>();
        foreach (var tree in syntax.Trees) order[tree.File] = order.Count;
        return [.. found.OrderBy(d => d.Location is { } at && order.TryGetValue(at.File, out var index) ? index : int.MaxValue).ThenBy(d => d.Location?.Span.Start ?? 0).ThenBy(d => d.Id, StringComparer.Ordinal)];
    }
}

/// <summary>A unit after all front-end stages, each of which can be printed.</summary>
public sealed class IdlCompilation
{
    internal IdlCompilation(LoweredUnit unit, IReadOnlyList<IdlDiagnostic> diagnostics)
    {
        Unit = unit;
        Diagnostics = diagnostics;
    }

    internal LoweredUnit Unit { get; }

    /// <summary>All findings of all files, in the order of files and places.</summary>
    public IReadOnlyList<IdlDiagnostic> Diagnostics { get; }

    /// <summary>Nothing may be generated from it.</summary>
    public bool HasErrors => Diagnostics.Any(d => d.Severity == IdlSeverity.Error);

    /// <summary>The files read, the root last.</summary>
    public IEnumerable<SourceFile> Files => Unit.Checked.Syntax.Trees.Select(t => t.File);

    /// <summary>The root file; empty when it could not be read.</summary>
    public SourceFile RootFile => Unit.Checked.Syntax.Root.File;
}
