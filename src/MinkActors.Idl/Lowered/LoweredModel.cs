using MinkActors.Idl.Checked;

namespace MinkActors.Idl.Lowered;

/// <summary>What the back end needs: numbers, sizes and places, in the order of the wire.</summary>
internal sealed class LoweredUnit(CheckedUnit source)
{
    public CheckedUnit Checked { get; } = source;

    public List<LoweredInterface> Interfaces { get; } = [];

    public LoweredInterface? Find(string name) => Interfaces.Find(i => i.Name == name);
}

internal sealed class LoweredInterface(CheckedInterface source)
{
    public CheckedInterface Checked { get; } = source;

    public string Name => Checked.Name;

    public LoweredInterface? Base { get; set; }

    public IdlVersion Version { get; set; } = source.Version;

    /// <summary>Its own; inherited ones are the base's. A method that a spec took out is missing, its number stays unused.</summary>
    public List<LoweredMethod> Methods { get; } = [];

    public List<LoweredError> Errors { get; } = [];

    /// <summary>This interface, then its bases.</summary>
    public IEnumerable<LoweredInterface> Chain()
    {
        for (var at = this; at is not null; at = at.Base) yield return at;
    }

    public LoweredMethod? FindMethod(string name)
    {
        foreach (var at in Chain())
        {
            if (at.Methods.Find(m => m.Name == name) is { } method) return method;
        }
        return null;
    }
}

internal sealed record LoweredError(string Name, int Code, string? Documentation);

/// <summary>A method: its number and what travels each way.</summary>
internal sealed record LoweredMethod(CheckedMethod Checked, int Op, IReadOnlyList<CheckedParameter> Parameters, Direction In, Direction Out)
{
    public string Name => Checked.Name;

    /// <summary><c>IB | OB &lt;&lt; 4 | IO &lt;&lt; 8 | OO &lt;&lt; 12</c> (spec/07 section 10).</summary>
    public uint CountsWord => (uint)(In.Buffers.Count | Out.Buffers.Count << 4 | In.Objects.Count << 8 | Out.Objects.Count << 12);
}

/// <summary>Buffers, then objects, of one direction.</summary>
internal sealed record Direction(IReadOnlyList<WireBuffer> Buffers, IReadOnlyList<WireObject> Objects);

internal enum WireBufferKind
{
    Primitive,
    Struct,
    Bundle,
    Buffer,
    Array,
}

/// <summary>One buffer of the argument array.</summary>
/// <param name="Kind">What is in it.</param>
/// <param name="Size">Exact size in bytes; the size of one element for buffers and arrays.</param>
/// <param name="Members">The parameters in it with their offsets: one, or a bundle's in wire order.</param>
internal sealed record WireBuffer(WireBufferKind Kind, long Size, IReadOnlyList<WireMember> Members)
{
    public CheckedParameter Parameter => Members[0].Parameter;

    /// <summary>The size is given by the interface, not by the caller.</summary>
    public bool IsFixed => Kind is WireBufferKind.Primitive or WireBufferKind.Struct or WireBufferKind.Bundle;
}

internal sealed record WireMember(CheckedParameter Parameter, long Offset);

/// <summary>One object of the argument array.</summary>
/// <param name="Parameter">Which parameter it belongs to.</param>
/// <param name="Type">Its declared interface.</param>
/// <param name="Index">Its place in an object array, else -1.</param>
/// <param name="Fields">The way to it through a struct, outermost first; empty for object parameters.</param>
/// <param name="Offset">Its 16 zero bytes in the struct's buffer.</param>
internal sealed record WireObject(CheckedParameter Parameter, ObjectType Type, int Index, IReadOnlyList<CheckedField> Fields, long Offset)
{
    /// <summary><c>w</c>, <c>all[2]</c> or <c>job.done</c>.</summary>
    public string Path
    {
        get
        {
            var path = Parameter.Name;
            foreach (var step in Fields) path += "." + step.Name;
            return Index < 0 ? path : $"{path}[{Index}]";
        }
    }
}
