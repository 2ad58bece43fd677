namespace MinkActors.Idl.Syntax;

/// <summary>What one file says, as written: names are not resolved and numbers not read.</summary>
internal sealed class SyntaxTree(SourceFile file)
{
    public SourceFile File { get; } = file;

    public List<IncludeSyntax> Includes { get; } = [];

    public List<DeclarationSyntax> Declarations { get; } = [];

    /// <summary>A declaration was lost in recovery: a name that seems unknown may have been meant by it.</summary>
    public bool LostNames { get; set; }
}

internal sealed record NameSyntax(string Text, TextSpan Span);

internal sealed record IncludeSyntax(string Path, TextSpan Span);

/// <summary>Something with a name. <c>Broken</c>: parts of it were lost, so that totals over it would mislead.</summary>
internal abstract record DeclarationSyntax(string? Documentation, NameSyntax Name)
{
    public bool Broken { get; init; }
}

internal sealed record ConstantSyntax(string? Documentation, NameSyntax Type, NameSyntax Name, string Value, TextSpan ValueSpan)
    : DeclarationSyntax(Documentation, Name);

internal sealed record StructSyntax(string? Documentation, NameSyntax Name, IReadOnlyList<FieldSyntax> Fields)
    : DeclarationSyntax(Documentation, Name);

internal sealed record InterfaceSyntax(string? Documentation, NameSyntax Name, NameSyntax? Base, IReadOnlyList<DeclarationSyntax> Members)
    : DeclarationSyntax(Documentation, Name);

internal sealed record ErrorSyntax(string? Documentation, NameSyntax Name) : DeclarationSyntax(Documentation, Name);

internal sealed record MethodSyntax(
    string? Documentation, IReadOnlyList<AttributeSyntax> Attributes, NameSyntax Name, IReadOnlyList<ParameterSyntax> Parameters)
    : DeclarationSyntax(Documentation, Name);

internal sealed record AttributeSyntax(string Major, string Minor, TextSpan Span);

internal sealed record FieldSyntax(TypeSyntax Type, NameSyntax Name);

internal sealed record ParameterSyntax(bool IsOut, TypeSyntax Type, NameSyntax Name);

internal sealed record TypeSyntax(NameSyntax Name, ArraySuffixSyntax? Suffix);

/// <summary><c>[]</c> or <c>[digits]</c>; <c>LengthSpan</c> is the digits, or the brackets when there are none.</summary>
internal sealed record ArraySuffixSyntax(string? Digits, TextSpan LengthSpan, TextSpan Span)
{
    /// <summary>Saturates far above every limit.</summary>
    public int Length => Number.Saturating(Digits);
}

internal static class Number
{
    public const int Huge = 1_000_000;

    public static int Saturating(string? digits)
    {
        var value = 0;
        foreach (var digit in digits ?? "")
        {
            value = value * 10 + (digit - '0');
            if (value >= Huge) return Huge;
        }
        return value;
    }
}
