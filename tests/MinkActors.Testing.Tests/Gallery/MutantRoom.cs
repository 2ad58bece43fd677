using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MinkActors.Idl;

namespace MinkActors.Testing.Tests.Gallery;

/// <summary>One room of the product as source text, to be compiled again with a mutation in it.</summary>
internal sealed class MutantRoom
{
    private const string Usings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading; global using System.Threading.Tasks;";

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Preview);
    private static readonly Dictionary<string, MutantRoom> Rooms = [];

    private readonly string _name;
    private readonly Dictionary<string, SyntaxTree> _trees;
    private readonly CSharpCompilation _compilation;

    private MutantRoom(string name)
    {
        _name = name;
        var root = Path.Combine(AppContext.BaseDirectory, "rooms", name);
        _trees = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories).ToDictionary(
            file => $"{name}/{Path.GetRelativePath(root, file).Replace('\\', '/')}",
            file => CSharpSyntaxTree.ParseText(WithoutGenerators(File.ReadAllText(file)), Parsing, file));
        // The service interfaces, which the generator makes in the room's own build.
        var interfaces = Directory.EnumerateFiles(root, "*.idl", SearchOption.AllDirectories)
            .Select(file => CSharpEmitter.Emit(IdlCompiler.Compile(file, new DiskFileSource()), new CSharpOptions { Namespace = "MinkActors.Interfaces" }))
            .Select(file => CSharpSyntaxTree.ParseText(file.Text, Parsing, file.FileName));
        _compilation = CSharpCompilation.Create(name, [.. _trees.Values, .. interfaces, CSharpSyntaxTree.ParseText(Usings, Parsing)], References(name),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));
    }

    public static MutantRoom Of(string name) => Rooms.TryGetValue(name, out var known) ? known : Rooms[name] = new MutantRoom(name);

    /// <summary>What the mutation finds, how often.</summary>
    public int Occurrences(Mutation mutation) => _trees.TryGetValue(mutation.File, out var tree) ? Count(tree.ToString(), mutation.Find) : 0;

    /// <summary>The room's assembly with the mutation, or as it is.</summary>
    public byte[] Compile(Mutation? mutation)
    {
        var compilation = mutation is null ? _compilation : _compilation.ReplaceSyntaxTree(_trees[mutation.File], Plant(mutation));
        using var image = new MemoryStream();
        var emitted = compilation.Emit(image);
        var errors = emitted.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Take(5).ToList();
        Assert.True(emitted.Success, $"'{mutation}' in {_name} does not compile: {string.Join("; ", errors)}");
        return image.ToArray();
    }

    /// <summary>What the compiler says against the mutated file.</summary>
    public IEnumerable<Diagnostic> Errors(Mutation mutation)
    {
        var planted = Plant(mutation);
        return _compilation.ReplaceSyntaxTree(_trees[mutation.File], planted).GetSemanticModel(planted).GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
    }

    private SyntaxTree Plant(Mutation mutation)
    {
        var source = _trees[mutation.File].ToString();
        var at = source.IndexOf(mutation.Find, StringComparison.Ordinal);
        Assert.True(at >= 0, $"'{mutation}' finds nothing to replace in {mutation.File}: the code has changed, the mutation has to follow");
        return CSharpSyntaxTree.ParseText(string.Concat(source.AsSpan(0, at), mutation.Replace, source.AsSpan(at + mutation.Find.Length)), Parsing, mutation.File);
    }

    private static int Count(string source, string text)
    {
        var count = 0;
        for (var at = source.IndexOf(text, StringComparison.Ordinal); at >= 0; at = source.IndexOf(text, at + 1, StringComparison.Ordinal)) count++;
        return count;
    }

    private static MetadataReference[] References(string room) => [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator)
        .Where(path => Path.GetFileNameWithoutExtension(path) is var name && name != room && (name.StartsWith("System", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.Extensions", StringComparison.Ordinal) || name is "netstandard" or "mscorlib" or "MinkActors" or "MinkActors.Protocol" or "MinkActors.Actors" or "MinkActors.Sisters"))
        .Select(path => (MetadataReference)MetadataReference.CreateFromFile(path))];

    /// <summary>The logging generator does not run here; what it would write is not part of what is tested.</summary>
    private static string WithoutGenerators(string source) => source.Contains("[LoggerMessage(", StringComparison.Ordinal)
        ? Regex.Replace(source, @"static partial void (\w+\([^;]*\));", "static void $1 { }")
        : source;
}
