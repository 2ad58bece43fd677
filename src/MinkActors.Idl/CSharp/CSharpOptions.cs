namespace MinkActors.Idl;

/// <summary>How generated C# looks.</summary>
public sealed class CSharpOptions
{
    /// <summary>The namespace of all types, unless <see cref="NamespaceOf"/> decides.</summary>
    public string Namespace { get; init; } = "Mink.Idl";

    /// <summary>The namespace of the types of one file of the unit; must be the same whenever that file is compiled. Null: <see cref="Namespace"/>.</summary>
    public Func<SourceFile, string>? NamespaceOf { get; init; }

    /// <summary>Make types internal instead of public.</summary>
    public bool IsInternal { get; init; }

    /// <summary>Put on top as a comment; null for none.</summary>
    public string? Marking { get; init; }

    internal string NamespaceFor(SourceFile file) => NamespaceOf?.Invoke(file) ?? Namespace;
}

/// <summary>The C# of one file.</summary>
/// <param name="FileName">A name for it, derived from the .idl file's.</param>
/// <param name="Text">Empty when there are errors.</param>
/// <param name="Diagnostics">What only shows in C#: names that become equal (MIDL070), structs beyond the runtime's limit (MIDL072, this project's own).</param>
public sealed record CSharpOutput(string FileName, string Text, IReadOnlyList<IdlDiagnostic> Diagnostics);
