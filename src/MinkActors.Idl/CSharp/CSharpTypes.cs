using System.Globalization;
using MinkActors.Idl.Checked;

namespace MinkActors.Idl.CSharp;

/// <summary>Types of the checked model as C# spells them, fully qualified.</summary>
internal sealed class CSharpTypes(CSharpOptions options)
{
    public string Visibility => options.IsInternal ? "internal" : "public";

    public string Data(IdlType type) => type switch
    {
        PrimitiveType primitive => Primitive(primitive),
        StructType { Definition: var definition } => $"{Qualifier(definition.File)}{CSharpNames.Pascal(definition.Name)}",
        _ => RuntimeSurface.Capability + "?",
    };

    /// <summary>How a method hands an object out: as a proxy of its interface, or plain.</summary>
    public string Object(ObjectType type) => type.Interface is { } definition ? Proxy(definition) + "?" : RuntimeSurface.Capability + "?";

    /// <summary>An expression of type <c>Capability?</c> as what <see cref="Object"/> says.</summary>
    public string AsObject(ObjectType type, string capability) => type.Interface is { } definition ? $"{Proxy(definition)}.From({capability})" : capability;

    public string Marker(CheckedInterface definition) => $"{Qualifier(definition.File)}I{CSharpNames.Stem(definition.Name)}";

    public string Proxy(CheckedInterface definition) => $"{Qualifier(definition.File)}{CSharpNames.Stem(definition.Name)}Proxy";

    public string Skeleton(CheckedInterface definition) => $"{Qualifier(definition.File)}{CSharpNames.Stem(definition.Name)}Skeleton";

    private string Qualifier(SourceFile file) => $"global::{options.NamespaceFor(file)}.";

    public static string Primitive(PrimitiveType type) => (type.Kind, type.Size) switch
    {
        (PrimitiveKind.Float, 4) => "float",
        (PrimitiveKind.Float, _) => "double",
        (PrimitiveKind.Unsigned, 1) => "byte",
        (PrimitiveKind.Unsigned, 2) => "ushort",
        (PrimitiveKind.Unsigned, 4) => "uint",
        (PrimitiveKind.Unsigned, _) => "ulong",
        (_, 1) => "sbyte",
        (_, 2) => "short",
        (_, 4) => "int",
        _ => "long",
    };

    /// <summary>A literal of the type; bits beyond it, which undefined behaviour allows, are cut off.</summary>
    public static string Literal(PrimitiveType type, ConstantValue value)
    {
        var invariant = CultureInfo.InvariantCulture;
        if (type.Kind == PrimitiveKind.Float)
        {
            var name = Primitive(type);
            if (double.IsInfinity(value.Number)) return $"{name}.{(value.Number > 0 ? "Positive" : "Negative")}Infinity";
            return type.Size == 4 ? ((float)value.Number).ToString("R", invariant) + "f" : value.Number.ToString("R", invariant) + "d";
        }
        var cut = 64 - (int)type.Size * 8;
        var bits = value.Bits << cut;
        if (type.Kind == PrimitiveKind.Unsigned) return (bits >> cut).ToString(invariant) + (type.Size == 8 ? "UL" : type.Size == 4 ? "u" : "");
        return ((long)bits >> cut).ToString(invariant) + (type.Size == 8 ? "L" : "");
    }
}
