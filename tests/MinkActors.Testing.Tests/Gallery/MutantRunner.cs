using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MinkActors.Idl;

namespace MinkActors.Testing.Tests.Gallery;

/// <summary>Compiles the runtime with one mutation and runs the standard campaign against it, in a load context of its own.</summary>
internal static class MutantRunner
{
    private static readonly string Here = AppContext.BaseDirectory;
    private static readonly string Sources = Path.Combine(Here, "runtime");
    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Preview);

    private static readonly Lazy<Dictionary<string, string>> Texts = new(() => Directory.EnumerateFiles(Sources, "*.cs", SearchOption.AllDirectories)
        .ToDictionary(file => Path.GetRelativePath(Sources, file).Replace('\\', '/'), file => WithoutGenerators(File.ReadAllText(file))));

    /// <summary>The service interfaces, which the generator makes in the runtime's own build.</summary>
    private static readonly Lazy<CSharpOutput[]> Interfaces = new(() => [.. Directory.EnumerateFiles(Sources, "*.idl", SearchOption.AllDirectories)
        .Select(file => CSharpEmitter.Emit(IdlCompiler.Compile(file, new DiskFileSource()), new CSharpOptions { Namespace = "MinkActors.Interfaces" }))]);

    private static readonly Lazy<MetadataReference[]> References = new(() => ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator)
        .Where(path => Path.GetFileNameWithoutExtension(path) is var name && (name.StartsWith("System", StringComparison.Ordinal) || name.StartsWith("Microsoft.Extensions.Logging", StringComparison.Ordinal)
            || name is "netstandard" or "mscorlib" or "MinkActors.Protocol" or "MinkActors.Actors"))
        .Select(path => (MetadataReference)MetadataReference.CreateFromFile(path)).ToArray());

    /// <summary>Runs the campaign until it finds something or the budget ends. A null mutation is the runtime as it is.</summary>
    public static CampaignResult Run(Mutation? mutation, TimeSpan budget, ulong lastSeed = ulong.MaxValue >> 2)
    {
        var context = new MutantContext(Compile(mutation));
        try
        {
            var testing = context.LoadFromAssemblyPath(Path.Combine(Here, "MinkActors.Testing.dll"));
            var optionsType = testing.GetType("MinkActors.Testing.CampaignOptions", throwOnError: true)!;
            var options = Activator.CreateInstance(optionsType)!;
            void Set(string name, object value) => optionsType.GetProperty(name)!.SetValue(options, value);
            Set("LastSeed", lastSeed);
            Set("Budget", budget);
            Set("StopAtFirstFailure", true);
            Set("ShrinkRuns", 0);
            var result = testing.GetType("MinkActors.Testing.SimulationCampaign", throwOnError: true)!.GetMethod("Run", [optionsType])!.Invoke(null, [options])!;
            return CampaignResult.FromJson((string)result.GetType().GetMethod("ToJson")!.Invoke(result, null)!);
        }
        finally
        {
            context.Unload();
        }
    }

    private static byte[] Compile(Mutation? mutation)
    {
        var trees = Texts.Value.Select(source => CSharpSyntaxTree.ParseText(mutation?.File == source.Key ? Plant(mutation, source.Value) : source.Value, Parsing, source.Key))
            .Concat(Interfaces.Value.Select(file => CSharpSyntaxTree.ParseText(file.Text, Parsing, file.FileName)))
            .Append(CSharpSyntaxTree.ParseText("global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading; global using System.Threading.Tasks;", Parsing));
        var compilation = CSharpCompilation.Create("MinkActors", trees, References.Value,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var emitted = compilation.Emit(image);
        var errors = emitted.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Take(5).ToList();
        Assert.True(emitted.Success, $"'{mutation}' does not compile: {string.Join("; ", errors)}");
        return image.ToArray();
    }

    private static string Plant(Mutation mutation, string source)
    {
        var at = source.IndexOf(mutation.Find, StringComparison.Ordinal);
        Assert.True(at >= 0, $"'{mutation}' finds nothing to replace in {mutation.File}: the runtime has changed, the mutation has to follow");
        return string.Concat(source.AsSpan(0, at), mutation.Replace, source.AsSpan(at + mutation.Find.Length));
    }

    /// <summary>The logging generator does not run here; what it would write is not part of what is tested.</summary>
    private static string WithoutGenerators(string source) => source.Contains("[LoggerMessage(", StringComparison.Ordinal)
        ? System.Text.RegularExpressions.Regex.Replace(source, @"static partial void (\w+\([^;]*\));", "static void $1 { }")
        : source;

    private sealed class MutantContext(byte[] runtime) : AssemblyLoadContext("mutant", isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName assemblyName) => assemblyName.Name switch
        {
            "MinkActors" => LoadFromStream(new MemoryStream(runtime)),
            "MinkActors.Emulator" or "MinkActors.Testing" => LoadFromAssemblyPath(Path.Combine(Here, assemblyName.Name + ".dll")),
            _ => null,
        };
    }
}
