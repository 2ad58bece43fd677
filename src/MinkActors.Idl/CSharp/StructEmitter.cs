using MinkActors.Idl.Checked;
using MinkActors.Idl.Dumps;

namespace MinkActors.Idl.CSharp;

/// <summary>Structs: those of data only lie in memory as on the wire; those with objects are read and written field by field.</summary>
internal sealed class StructEmitter(CSharpTypes types, IndentedText output)
{
    public void Emit(CheckedStruct definition)
    {
        var name = CSharpNames.Pascal(definition.Name);
        var isBlittable = definition.Objects == 0;
        var names = FieldNames(definition);
        DocComment.Summary(output, definition.Syntax.Documentation, isBlittable
            ? $"<c>{definition.Name}</c>: {definition.Size} bytes, in memory as on the wire."
            : $"<c>{definition.Name}</c>: {definition.Size} bytes on the wire, where the objects travel beside it.");
        if (isBlittable) output.Line($"[{RuntimeSurface.Interop}.StructLayout({RuntimeSurface.Interop}.LayoutKind.Sequential, Size = {definition.Size})]");
        output.Braces($"{types.Visibility} struct {name}", () =>
        {
            for (var i = 0; i < definition.Fields.Count; i++) Field(definition.Fields[i], names[i]);
            if (!isBlittable) Marshalling(definition, name, names);
        });
        output.Line();
    }

    private void Field(CheckedField member, string name)
    {
        var type = types.Data(member.Type);
        if (member.Count > 1)
        {
            output.Line($"/// <summary>The {member.Count} elements of <see cref=\"{name}\"/>; converts to spans.</summary>");
            output.Line($"[{RuntimeSurface.Compiler}.InlineArray({member.Count})]");
            output.Braces($"public struct {name}__Array", () => output.Line($"private {type} __first;"));
            type = name + "__Array";
        }
        var what = member.Type is ObjectType { Interface: { } definition } ? $", an <c>{definition.Name}</c> or null" : member.Type is ObjectType ? ", any object or null" : "";
        output.Line($"/// <summary><c>{member.Name}</c>{what}; at byte {member.Offset}.</summary>");
        output.Line($"public {type} {name};");
    }

    private void Marshalling(CheckedStruct definition, string name, string[] names)
    {
        var size = definition.Size;
        output.Line($"/// <summary>Writes everything but the objects, whose {16 * definition.Objects} bytes stay as they are: zero.</summary>");
        output.Line(RuntimeSurface.Hidden);
        output.Braces($"public readonly void __Write({RuntimeSurface.Span}<byte> __target)", () =>
        {
            for (var i = 0; i < names.Length; i++)
            {
                var member = definition.Fields[i];
                if (member.Type.Objects == 0) output.Line($"__Wire.Write(__target, {member.Offset}, {member.Type.Size * member.Count}, {names[i]});");
                else if (member.Type is StructType) output.Line($"{names[i]}.__Write(__target.Slice({member.Offset}, {member.Type.Size}));");
            }
        });
        output.Line($"/// <summary>Reads everything but the objects. The source has {size} bytes.</summary>");
        output.Line(RuntimeSurface.Hidden);
        output.Braces($"public static {name} __Read({RuntimeSurface.ReadOnlySpan}<byte> __source)", () =>
        {
            output.Line($"var __value = default({name});");
            for (var i = 0; i < names.Length; i++)
            {
                var member = definition.Fields[i];
                var type = member.Count > 1 ? names[i] + "__Array" : types.Data(member.Type);
                if (member.Type.Objects == 0) output.Line($"__value.{names[i]} = __Wire.Read<{type}>(__source, {member.Offset}, {member.Type.Size * member.Count});");
                else if (member.Type is StructType) output.Line($"__value.{names[i]} = {type}.__Read(__source.Slice({member.Offset}, {member.Type.Size}));");
            }
            output.Line("return __value;");
        });
    }

    /// <summary>A field may not be called like its struct, nor hide what every object has.</summary>
    public static string[] FieldNames(CheckedStruct definition)
    {
        var taken = new NameSet([.. CSharpNames.ObjectMembers, CSharpNames.Pascal(definition.Name)]);
        return [.. definition.Fields.Select(f => taken.Take(CSharpNames.Pascal(f.Name)))];
    }

    /// <summary>The way to an object in a struct, as <c>.Left.W</c>.</summary>
    public static string Way(StructType type, IReadOnlyList<CheckedField> fields)
    {
        var (way, definition) = ("", type.Definition);
        foreach (var step in fields)
        {
            way += "." + FieldNames(definition)[definition.Fields.IndexOf(step)];
            if (step.Type is StructType inner) definition = inner.Definition;
        }
        return way;
    }
}
