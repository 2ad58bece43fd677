using System.Reflection;
using MinkActors.Idl;

namespace MinkActors.Cli.Services;

/// <summary>The service interfaces as the compiler sees them: the .idl files that the runtime's proxies are made from, embedded here.</summary>
internal static class InterfaceFiles
{
    private static readonly MemoryFileSource Files = ReadAll();

    /// <summary>One line an operation: number, name, counts word.</summary>
    public static IReadOnlyList<string> OperationsOf(string name)
    {
        var compilation = IdlCompiler.Compile($"{name}.idl", Files);
        return [.. IdlDump.ToText(compilation, IdlStage.Lowered).Split('\n')
            .SkipWhile(line => !line.StartsWith($"interface {name},", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.StartsWith("interface ", StringComparison.Ordinal))
            .Where(line => line.Length > 4 && line[4] != ' ' && line.Contains("counts", StringComparison.Ordinal))
            .Select(line => line.Trim())];
    }

    private static MemoryFileSource ReadAll()
    {
        var files = new MemoryFileSource();
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".idl", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            files.Add(name, reader.ReadToEnd());
        }
        return files;
    }
}
