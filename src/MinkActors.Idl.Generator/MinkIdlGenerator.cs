using Microsoft.CodeAnalysis;

namespace MinkActors.Idl.Generator;

/// <summary>Turns each .idl file among a project's AdditionalFiles into C# (spec/07 section 18). It reads no file but those.</summary>
/// <remarks>
/// Four steps, each with values that compare by content, so that editing one file compiles again only the files that reach it:
/// read, find what a file reaches, compile, add to the project.
/// </remarks>
[Generator(LanguageNames.CSharp)]
public sealed class MinkIdlGenerator : IIncrementalGenerator
{
    internal const string ReadStep = "MinkIdlRead";
    internal const string ReachStep = "MinkIdlReach";
    internal const string CompileStep = "MinkIdlCompile";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var files = context.AdditionalTextsProvider
            .Where(static file => file.Path.EndsWith(".idl", StringComparison.OrdinalIgnoreCase))
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Select(static (pair, cancellationToken) => IdlFile.Read(pair.Left, pair.Right, cancellationToken))
            .WithTrackingName(ReadStep);
        var settings = context.AnalyzerConfigOptionsProvider.Select(static (provider, _) => GeneratorSettings.Read(provider));

        var outputs = files
            .Combine(files.Collect())
            .Combine(settings)
            .Select(static (all, _) => UnitInput.Of(all.Left.Left, all.Left.Right, all.Right))
            .WithTrackingName(ReachStep)
            .Select(static (unit, _) => UnitOutput.Of(unit))
            .WithTrackingName(CompileStep);

        context.RegisterSourceOutput(outputs, static (production, output) =>
        {
            if (output.Text.Length > 0) production.AddSource(output.HintName, output.Text);
        });
        // An included file is compiled in several units; what is found in it is said once.
        context.RegisterSourceOutput(outputs.SelectMany(static (output, _) => output.Findings).Collect(), static (production, findings) =>
        {
            foreach (var finding in findings.Distinct()) production.ReportDiagnostic(finding.ToDiagnostic());
        });
    }
}
