using MinkActors.Idl.Syntax;

namespace MinkActors.Idl.Checked;

/// <summary>All declarations of a unit with names resolved, values read and structs laid out.</summary>
internal sealed class CheckedUnit(SyntaxUnit syntax)
{
    public SyntaxUnit Syntax { get; } = syntax;

    public List<CheckedConstant> Constants { get; } = [];

    public List<CheckedStruct> Structs { get; } = [];

    public List<CheckedInterface> Interfaces { get; } = [];
}

/// <summary>A constant; <c>Value</c> is null when it was refused.</summary>
internal sealed record CheckedConstant(SourceFile File, ConstantSyntax Syntax, PrimitiveType Type, ConstantValue? Value)
{
    public string Name => Syntax.Name.Text;
}

/// <summary>A struct. Layout is valid only with <see cref="IsLaidOut"/>: not in a cycle, every field known.</summary>
internal sealed class CheckedStruct(SourceFile file, StructSyntax syntax)
{
    public SourceFile File { get; } = file;

    public StructSyntax Syntax { get; } = syntax;

    public string Name => Syntax.Name.Text;

    public List<CheckedField> Fields { get; } = [];

    public bool IsLaidOut { get; set; }

    public long Size { get; set; }

    public long Alignment { get; set; } = 1;

    public int Objects { get; set; }
}

/// <summary>A field; <c>Count</c> is 1 for a plain one and for an array of one.</summary>
internal sealed class CheckedField(FieldSyntax syntax, IdlType type, int count)
{
    public FieldSyntax Syntax { get; } = syntax;

    public string Name => Syntax.Name.Text;

    public IdlType Type { get; } = type;

    public int Count { get; } = count;

    public long Offset { get; set; }
}

internal sealed class CheckedInterface(SourceFile file, InterfaceSyntax syntax)
{
    public SourceFile File { get; } = file;

    public InterfaceSyntax Syntax { get; } = syntax;

    public string Name => Syntax.Name.Text;

    /// <summary>Null also when the base is unknown or would close a cycle, so that every chain ends.</summary>
    public CheckedInterface? Base { get; set; }

    public List<CheckedConstant> Constants { get; } = [];

    public List<ErrorSyntax> Errors { get; } = [];

    public List<CheckedMethod> Methods { get; } = [];

    /// <summary>The largest version among its own methods, 1.0 if there is none.</summary>
    public IdlVersion Version { get; set; } = IdlVersion.Default;

    /// <summary>This interface, then its bases, root-most last.</summary>
    public IEnumerable<CheckedInterface> Chain()
    {
        for (var at = this; at is not null; at = at.Base) yield return at;
    }
}

/// <summary>A method; <c>Parameters</c> is null when one of them was refused, so that no layout is computed from the rest.</summary>
internal sealed record CheckedMethod(MethodSyntax Syntax, IdlVersion? Version, IReadOnlyList<CheckedParameter>? Parameters)
{
    public string Name => Syntax.Name.Text;
}

internal enum ParameterForm
{
    Value,
    Array,
    Buffer,
    Object,
    ObjectArray,
}

internal sealed record CheckedParameter(ParameterSyntax Syntax, ParameterForm Form, IdlType Type, int Length)
{
    private const int SmallMax = 16;

    public string Name => Syntax.Name.Text;

    public bool IsOut => Syntax.IsOut;

    /// <summary>Travels together with the other small ones of its direction (spec/07 section 9).</summary>
    public bool IsSmall => Form == ParameterForm.Value && Type.Size <= SmallMax;

    public bool IsData => Form is ParameterForm.Value or ParameterForm.Array or ParameterForm.Buffer;
}
