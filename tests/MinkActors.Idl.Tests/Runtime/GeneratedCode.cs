using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MinkActors.Idl.Tests;

/// <summary>Compiles generated text as a strict user would: every warning is an error, documentation included.</summary>
internal static class GeneratedCode
{
    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    public static string Emit(string idl, string space, IdlOptions? options = null)
    {
        var compilation = Compiling.Text(idl, options);
        Assert.DoesNotContain(compilation.Diagnostics, d => d.Severity == IdlSeverity.Error);
        var output = CSharpEmitter.Emit(compilation, new CSharpOptions { Namespace = space });
        Assert.Empty(output.Diagnostics);
        return output.Text;
    }

    public static Assembly Load(params string[] texts)
    {
        using var image = new MemoryStream();
        var result = Compile(texts).Emit(image);
        Assert.True(result.Success, Explain(result.Diagnostics, texts));
        image.Position = 0;
        return new AssemblyLoadContext("generated", isCollectible: true).LoadFromStream(image);
    }

    public static void Check(params string[] texts)
    {
        var diagnostics = Compile(texts).GetDiagnostics();
        Assert.True(diagnostics.All(d => d.Severity != DiagnosticSeverity.Error), Explain(diagnostics, texts));
    }

    private static CSharpCompilation Compile(string[] texts)
    {
        var parsing = new CSharpParseOptions(LanguageVersion.CSharp13, DocumentationMode.Diagnose);
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, generalDiagnosticOption: ReportDiagnostic.Error, warningLevel: 9999,
            nullableContextOptions: NullableContextOptions.Enable);
        return CSharpCompilation.Create("Generated", texts.Select((t, i) => CSharpSyntaxTree.ParseText(t, parsing, $"file{i}.cs")), References, options);
    }

    private static string Explain(IEnumerable<Diagnostic> diagnostics, string[] texts) =>
        string.Join("\n", diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Take(10).Select(d => $"{d}\n    {Line(d)}")) + "\n" + (texts.Length == 1 ? texts[0] : "");

    private static string Line(Diagnostic diagnostic) => diagnostic.Location.SourceTree?.GetText().Lines[diagnostic.Location.GetLineSpan().StartLinePosition.Line].ToString() ?? "";
}
