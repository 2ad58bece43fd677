using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace MinkActors.Idl.Generator.Tests;

/// <summary>A project in memory with a generator driver that remembers, as an IDE's does.</summary>
internal sealed class Project
{
    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    private readonly Options _options = new();
    private readonly List<Text> _texts = [];
    private CSharpCompilation _compilation = CSharpCompilation.Create("Project", [CSharpSyntaxTree.ParseText("internal static class Nothing;")], References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, generalDiagnosticOption: ReportDiagnostic.Error, nullableContextOptions: NullableContextOptions.Enable));
    private GeneratorDriver? _driver;

    public Dictionary<string, string> Properties => _options.Global.Set;

    public Project With(string path, string text, string? space = null)
    {
        var added = new Text(path, text);
        _texts.Add(added);
        if (space is not null) _options.Namespaces[path] = space;
        _driver = _driver?.AddAdditionalTexts([added]);
        return this;
    }

    public void Edit(string path, string text)
    {
        var (before, after) = (_texts.Find(t => t.Path == path)!, new Text(path, text));
        _texts[_texts.IndexOf(before)] = after;
        _driver = _driver!.ReplaceAdditionalText(before, after);
    }

    public void EditCSharp(string text) => _compilation = _compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText(text));

    public Run Run()
    {
        _driver ??= CSharpGeneratorDriver.Create([new MinkIdlGenerator().AsSourceGenerator()], _texts, optionsProvider: _options,
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        _driver = _driver.RunGeneratorsAndUpdateCompilation(_compilation, out var output, out var diagnostics);
        var result = _driver.GetRunResult().Results[0];
        Assert.Null(result.Exception);
        return new Run(
            result.GeneratedSources.ToDictionary(s => s.HintName, s => s.SourceText.ToString()),
            [.. diagnostics, .. output.GetDiagnostics()],
            [.. Steps(result, MinkIdlGenerator.CompileStep)],
            [.. result.TrackedOutputSteps.SelectMany(s => s.Value).SelectMany(s => s.Outputs).Select(o => o.Reason)]);
    }

    private static IEnumerable<(string Path, IncrementalStepRunReason Reason)> Steps(GeneratorRunResult result, string name) =>
        result.TrackedSteps[name].SelectMany(step => step.Outputs.Select(output => (((UnitInput)step.Inputs[0].Source.Outputs[step.Inputs[0].OutputIndex].Value).Root.Path, output.Reason)));

    private sealed class Text(string path, string text) : AdditionalText
    {
        public override string Path => path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text, System.Text.Encoding.UTF8);
    }

    private sealed class Options : AnalyzerConfigOptionsProvider
    {
        public Values Global { get; } = new("build_property.");

        public Dictionary<string, string> Namespaces { get; } = [];

        public override AnalyzerConfigOptions GlobalOptions => Global;

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => Global;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile)
        {
            var values = new Values("build_metadata.AdditionalFiles.");
            if (Namespaces.TryGetValue(textFile.Path, out var space)) values.Set["MinkNamespace"] = space;
            return values;
        }
    }

    private sealed class Values(string prefix) : AnalyzerConfigOptions
    {
        public Dictionary<string, string> Set { get; } = [];

        public override bool TryGetValue(string key, out string value)
        {
            value = null!;
            return key.StartsWith(prefix, StringComparison.Ordinal) && Set.TryGetValue(key[prefix.Length..], out value!);
        }
    }
}

internal sealed record Run(
    IReadOnlyDictionary<string, string> Sources, ImmutableArray<Diagnostic> Problems,
    ImmutableArray<(string Path, IncrementalStepRunReason Reason)> Compiled, ImmutableArray<IncrementalStepRunReason> Outputs);
