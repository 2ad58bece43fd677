namespace MinkActors.Idl;

/// <summary>What the user can choose (spec/07 section 14).</summary>
public sealed class IdlOptions
{
    /// <summary>Directories in which plain include names are looked up, in order, before the directory of the root file.</summary>
    public IReadOnlyList<string> IncludeDirectories { get; init; } = [];

    /// <summary>Sort bundles by size as compilers before 0.3 did, not by alignment (spec/07 section 9).</summary>
    public bool BundleParametersBySize { get; init; }

    /// <summary>Take constants as they are, in range or not (spec/07 section 4).</summary>
    public bool AllowUndefinedBehavior { get; init; }

    /// <summary>Interfaces to be cut down to a version.</summary>
    public IReadOnlyList<IdlSpec> Specs { get; init; } = [];
}

/// <summary>Compile an interface as it was at a version: <c>NAME@X.Y</c> (spec/07 section 7.1).</summary>
public sealed record IdlSpec(string Interface, int Major, int Minor)
{
    /// <summary>Reads <c>NAME@X.Y</c>, with <c>:</c> or <c>=</c> also as the separator. False for anything else: a usage error.</summary>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IdlSpec? spec)
    {
        spec = null;
        var separator = text.IndexOfAny(['@', ':', '=']);
        var point = text.IndexOf('.', separator + 1);
        if (separator <= 0 || point < 0) return false;
        if (!TryNumber(text.Substring(separator + 1, point - separator - 1), out var major)) return false;
        if (!TryNumber(text.Substring(point + 1), out var minor)) return false;
        spec = new IdlSpec(text.Substring(0, separator), major, minor);
        return true;
    }

    private static bool TryNumber(string text, out int value) =>
        int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out value)
        && value <= Checked.IdlVersion.MaxNumber;
}
