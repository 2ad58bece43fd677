using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MinkActors.Idl.Generator;

/// <summary>One .idl file of the project.</summary>
internal sealed record IdlFile(string Path, string Text, string Namespace)
{
    /// <summary>The namespace is the item's <c>MinkNamespace</c>, else <c>RootNamespace.Idl</c>.</summary>
    public static IdlFile Read(AdditionalText file, AnalyzerConfigOptionsProvider options, CancellationToken cancellationToken)
    {
        var own = GeneratorSettings.Get(options.GetOptions(file), "build_metadata.AdditionalFiles.MinkNamespace");
        var root = GeneratorSettings.Get(options.GlobalOptions, "build_property.RootNamespace");
        var space = own.Length > 0 ? own : root.Length > 0 ? root + ".Idl" : "Mink.Idl";
        return new IdlFile(file.Path, file.GetText(cancellationToken)?.ToString() ?? "", space);
    }
}

/// <summary>The project's choices, as build properties give them.</summary>
internal sealed record GeneratorSettings(EquatableArray<string> IncludeDirectories, bool BundleBySize, bool AllowUndefined, EquatableArray<string> Specs, bool IsInternal)
{
    public static GeneratorSettings Read(AnalyzerConfigOptionsProvider provider)
    {
        var options = provider.GlobalOptions;
        var project = Get(options, "build_property.ProjectDir");
        return new GeneratorSettings(
            new EquatableArray<string>(List(options, "MinkIncludePath").Select(directory => IdlPath.Combine(IdlPath.Normalize(project), directory.Replace('\\', '/')))),
            Is(options, "MinkBundleBySize", "true"),
            Is(options, "MinkAllowUndefined", "true"),
            new EquatableArray<string>(List(options, "MinkSpec")),
            Is(options, "MinkVisibility", "internal"));
    }

    public IdlOptions ToOptions() => new()
    {
        IncludeDirectories = [.. IncludeDirectories],
        BundleParametersBySize = BundleBySize,
        AllowUndefinedBehavior = AllowUndefined,
        Specs = [.. Specs.Select(text => IdlSpec.TryParse(text, out var spec) ? spec : null).OfType<IdlSpec>()],
    };

    public static string Get(AnalyzerConfigOptions options, string key) => options.TryGetValue(key, out var value) ? value : "";

    private static bool Is(AnalyzerConfigOptions options, string property, string value) =>
        string.Equals(Get(options, "build_property." + property), value, StringComparison.OrdinalIgnoreCase);

    /// <summary>Semicolons separate, as everywhere in a project; the compiler's option file cuts at them, so "|" and "," separate as well.</summary>
    private static IEnumerable<string> List(AnalyzerConfigOptions options, string property) =>
        Get(options, "build_property." + property).Split(';', '|', ',').Select(part => part.Trim()).Where(part => part.Length > 0);
}

/// <summary>All that the code of one file depends on: the texts it reaches, and which other paths exist, for an include may mean another file once one is added.</summary>
internal sealed record UnitInput(IdlFile Root, EquatableArray<IdlFile> Reached, EquatableArray<string> Paths, GeneratorSettings Settings)
{
    public static UnitInput Of(IdlFile root, IEnumerable<IdlFile> all, GeneratorSettings settings)
    {
        var files = Source(all);
        // Only to find out what is reached; the findings are made again, and kept, by the step that compiles.
        var unit = new Syntax.UnitLoader(files, [.. settings.IncludeDirectories], new DiagnosticBag()).Load(root.Path);
        var ids = new HashSet<string>(unit.Trees.Select(tree => tree.File.Id), StringComparer.Ordinal);
        return new UnitInput(root,
            new EquatableArray<IdlFile>(all.Where(file => ids.Contains(IdlPath.Normalize(file.Path)))),
            new EquatableArray<string>(all.Select(file => file.Path)),
            settings);
    }

    /// <summary>The texts; paths outside the unit exist, with nothing in them.</summary>
    public MemoryFileSource Source()
    {
        var files = new MemoryFileSource();
        foreach (var path in Paths) files.Add(path, "");
        foreach (var file in Reached) files.Add(file.Path, file.Text);
        return files;
    }

    public string NamespaceOf(SourceFile file) => Reached.FirstOrDefault(f => IdlPath.Normalize(f.Path) == file.Id)?.Namespace ?? Root.Namespace;

    private static MemoryFileSource Source(IEnumerable<IdlFile> all)
    {
        var files = new MemoryFileSource();
        foreach (var file in all) files.Add(file.Path, file.Text);
        return files;
    }
}
