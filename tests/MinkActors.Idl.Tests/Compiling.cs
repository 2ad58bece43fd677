namespace MinkActors.Idl.Tests;

/// <summary>Short ways to compile a text or several files.</summary>
internal static class Compiling
{
    public static IdlCompilation Text(string idl, IdlOptions? options = null) => Files(options, ("main.idl", idl));

    public static IdlCompilation Files(IdlOptions? options, params (string Path, string Text)[] files)
    {
        var source = new MemoryFileSource();
        foreach (var (path, text) in files) source.Add(path, text);
        return IdlCompiler.Compile(files[0].Path, source, options);
    }

    /// <summary>Each finding as <c>id@line,column</c>.</summary>
    public static string[] Findings(string idl) => [.. Text(idl).Diagnostics.Select(Place)];

    public static string Place(IdlDiagnostic diagnostic) =>
        diagnostic.Location is { } at ? $"{diagnostic.Id}@{at.Start.Line},{at.Start.Column}" : diagnostic.Id;
}
