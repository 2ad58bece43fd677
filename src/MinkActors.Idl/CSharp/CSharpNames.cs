using System.Text;

namespace MinkActors.Idl.CSharp;

/// <summary>IDL names to C# names (spec/07 section 18).</summary>
internal static class CSharpNames
{
    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal", "default", "delegate", "do",
        "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for", "foreach", "goto", "if", "implicit", "in", "int",
        "interface", "internal", "is", "lock", "long", "namespace", "new", "null", "object", "operator", "out", "override", "params", "private", "protected", "public",
        "readonly", "ref", "return", "sbyte", "sealed", "short", "sizeof", "stackalloc", "static", "string", "struct", "switch", "this", "throw", "true", "try",
        "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort", "using", "virtual", "void", "volatile", "while",
    };

    /// <summary>Members every object has: a property of that name would hide them.</summary>
    public static readonly string[] ObjectMembers = ["Equals", "Finalize", "GetHashCode", "GetType", "MemberwiseClone", "ReferenceEquals", "ToString"];

    /// <summary><c>TOO_HOT</c>, <c>too_hot</c> and <c>tooHot</c> all give <c>TooHot</c>; a lone <c>IFan</c> keeps its capitals.</summary>
    public static string Pascal(string name)
    {
        var result = new StringBuilder(name.Length);
        foreach (var word in name.Split('_'))
        {
            if (word.Length == 0) continue;
            // A word all in capitals is shouted, not abbreviated.
            var rest = word.Substring(1);
            // Digits on both sides of an underscore would otherwise run together and change their meaning: v1_2 is not v12.
            if (result.Length > 0 && IsDigit(result[result.Length - 1]) && IsDigit(word[0])) result.Append('_');
            result.Append(char.ToUpperInvariant(word[0])).Append(word.ToUpperInvariant() == word ? rest.ToLowerInvariant() : rest);
        }
        return result.ToString();
    }

    public static string Camel(string name)
    {
        var pascal = Pascal(name);
        return char.ToLowerInvariant(pascal[0]) + pascal.Substring(1);
    }

    /// <summary>A parameter's name: escaped if C# reserves it, marked if the generated signature has one of that name.</summary>
    public static string Parameter(string name)
    {
        var camel = Camel(name);
        return Keywords.Contains(camel) ? "@" + camel : camel == "cancellationToken" ? camel + "_" : camel;
    }

    /// <summary>The stem of an interface's types: <c>IFoo</c> gives <c>Foo</c>, from which <c>IFoo</c>, <c>FooProxy</c>, <c>FooSkeleton</c>.</summary>
    public static string Stem(string name)
    {
        var isMarked = name.Length > 1 && name[0] == 'I' && name[1] is >= 'A' and <= 'Z';
        return Pascal(isMarked ? name.Substring(1) : name);
    }

    public static string OfFile(string path)
    {
        var end = path.LastIndexOf(".idl", StringComparison.Ordinal);
        var start = path.LastIndexOfAny(['/', '\\']) + 1;
        var name = end > start ? path.Substring(start, end - start) : path.Substring(start);
        var clean = new StringBuilder();
        foreach (var c in name) clean.Append(c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') || IsDigit(c) ? c : '_');
        var pascal = Pascal(clean.ToString());
        return pascal.Length == 0 || IsDigit(pascal[0]) ? "File" + pascal : pascal;
    }

    private static bool IsDigit(char c) => c is >= '0' and <= '9';
}

/// <summary>Names taken in one C# type, so that helpers never clash with what the IDL names.</summary>
internal sealed class NameSet(params string[] taken)
{
    private readonly HashSet<string> _taken = new(taken, StringComparer.Ordinal);

    /// <summary>The name, with as many underscores behind it as it takes to be free; no IDL name gives one that ends so.</summary>
    public string Take(string name)
    {
        while (!_taken.Add(name)) name += "_";
        return name;
    }
}
