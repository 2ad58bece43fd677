namespace MinkActors.Idl.Checked;

/// <summary>What a field or parameter is made of, after names are resolved (spec/07 section 3).</summary>
internal abstract class IdlType
{
    /// <summary>As the source names it.</summary>
    public abstract string Name { get; }

    /// <summary>In bytes; an object takes two pointers.</summary>
    public abstract long Size { get; }

    public abstract long Alignment { get; }

    /// <summary>How many objects a value holds, saturating: nesting can multiply them beyond any count.</summary>
    public virtual int Objects => 0;

    public override string ToString() => Name;
}

internal enum PrimitiveKind
{
    Unsigned,
    Signed,
    Float,
}

internal sealed class PrimitiveType : IdlType
{
    private static readonly Dictionary<string, PrimitiveType> ByName = new(StringComparer.Ordinal);

    static PrimitiveType()
    {
        foreach (var size in new[] { 1, 2, 4, 8 })
        {
            Add($"uint{size * 8}", size, PrimitiveKind.Unsigned);
            Add($"int{size * 8}", size, PrimitiveKind.Signed);
        }
        Add("float32", 4, PrimitiveKind.Float);
        Add("float64", 8, PrimitiveKind.Float);
    }

    private PrimitiveType(string name, int size, PrimitiveKind kind) => (Name, Size, Kind) = (name, size, kind);

    public override string Name { get; }

    public override long Size { get; }

    public override long Alignment => Size;

    public PrimitiveKind Kind { get; }

    public static PrimitiveType? Find(string name) => ByName.TryGetValue(name, out var type) ? type : null;

    private static void Add(string name, int size, PrimitiveKind kind) => ByName[name] = new PrimitiveType(name, size, kind);
}

internal sealed class StructType(CheckedStruct definition) : IdlType
{
    public CheckedStruct Definition { get; } = definition;

    public override string Name => Definition.Name;

    public override long Size => Definition.Size;

    public override long Alignment => Definition.Alignment;

    public override int Objects => Definition.Objects;
}

/// <summary>A reference to an object; without an interface it is the untyped one.</summary>
internal sealed class ObjectType(CheckedInterface? definition) : IdlType
{
    public static readonly ObjectType Untyped = new(null);

    public CheckedInterface? Interface { get; } = definition;

    public override string Name => Interface?.Name ?? "interface";

    public override long Size => 16;

    /// <summary>Sixteen for the untyped one is an oddity of the original that all checks keep.</summary>
    public override long Alignment => Interface is null ? 16 : 8;

    public override int Objects => 1;
}

internal sealed class BufferType : IdlType
{
    public static readonly BufferType Instance = new();

    public override string Name => "buffer";

    public override long Size => 1;

    public override long Alignment => 1;
}
