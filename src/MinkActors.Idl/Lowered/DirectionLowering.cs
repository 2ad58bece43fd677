using MinkActors.Idl.Checked;

namespace MinkActors.Idl.Lowered;

/// <summary>From the parameters of one direction to buffers and objects (spec/07 sections 9 and 10).</summary>
internal static class DirectionLowering
{
    public const int ArgumentsMax = 15;

    /// <summary>Null, with the reason, when it cannot be put on the wire.</summary>
    public static Direction? Lower(IEnumerable<CheckedParameter> parameters, bool bySize, out string? tooMany, out string? padding)
    {
        tooMany = padding = null;
        var all = new List<CheckedParameter>(parameters);
        long objects = 0;
        foreach (var parameter in all) objects += parameter.IsData ? parameter.Type.Objects : parameter.Length;
        if (objects > ArgumentsMax)
        {
            tooMany = $"{objects} objects";
            return null;
        }
        var buffers = Buffers(all, bySize, out padding);
        if (buffers.Count > ArgumentsMax) tooMany = $"{buffers.Count} buffers";
        return tooMany is null && padding is null ? new Direction(buffers, Objects(all)) : null;
    }

    private static List<WireBuffer> Buffers(List<CheckedParameter> parameters, bool bySize, out string? padding)
    {
        padding = null;
        var buffers = new List<WireBuffer>();
        var small = parameters.FindAll(p => p.IsSmall);
        if (small.Count >= 2) buffers.Add(Bundle(small, bySize, out padding));
        foreach (var parameter in parameters)
        {
            if (!parameter.IsData || (parameter.IsSmall && small.Count >= 2)) continue;
            var kind = parameter.Form switch
            {
                ParameterForm.Buffer => WireBufferKind.Buffer,
                ParameterForm.Array => WireBufferKind.Array,
                _ => parameter.Type is StructType ? WireBufferKind.Struct : WireBufferKind.Primitive,
            };
            buffers.Add(new WireBuffer(kind, parameter.Type.Size, [new WireMember(parameter, 0)]));
        }
        return buffers;
    }

    private static WireBuffer Bundle(List<CheckedParameter> small, bool bySize, out string? padding)
    {
        padding = null;
        var members = new List<WireMember>();
        long offset = 0;
        // This sort is stable, List.Sort is not: equal keys must keep the order of declaration.
        foreach (var parameter in small.OrderByDescending(Key))
        {
            if (offset % parameter.Type.Alignment != 0) padding ??= parameter.Name;
            members.Add(new WireMember(parameter, offset));
            offset += parameter.Type.Size;
        }
        return new WireBuffer(WireBufferKind.Bundle, offset, members);

        long Key(CheckedParameter parameter) => bySize ? parameter.Type.Size : parameter.Type.Alignment;
    }

    /// <summary>Those out of structs come first, then single ones, then arrays; at most fifteen by now.</summary>
    private static List<WireObject> Objects(List<CheckedParameter> parameters)
    {
        var objects = new List<WireObject>();
        foreach (var parameter in parameters)
        {
            if (parameter.Form == ParameterForm.Value && parameter.Type is StructType { Objects: > 0 }) FromStruct(parameter, objects);
        }
        foreach (var parameter in parameters)
        {
            if (parameter.Form == ParameterForm.Object) objects.Add(new WireObject(parameter, (ObjectType)parameter.Type, -1, [], 0));
        }
        foreach (var parameter in parameters)
        {
            if (parameter.Form != ParameterForm.ObjectArray) continue;
            for (var i = 0; i < parameter.Length; i++) objects.Add(new WireObject(parameter, (ObjectType)parameter.Type, i, [], 0));
        }
        return objects;
    }

    /// <summary>Breadth first: the struct's own objects, then those one level down, and so on.</summary>
    private static void FromStruct(CheckedParameter parameter, List<WireObject> objects)
    {
        var level = new Queue<(CheckedStruct Struct, List<CheckedField> Way, long Offset)>();
        level.Enqueue((((StructType)parameter.Type).Definition, [], 0));
        while (level.Count > 0)
        {
            var (definition, way, offset) = level.Dequeue();
            foreach (var field in definition.Fields)
            {
                // What holds no object is not entered: the rest of the tree may be as wide as it likes.
                if (field.Type.Objects == 0) continue;
                List<CheckedField> further = [.. way, field];
                if (field.Type is ObjectType type) objects.Add(new WireObject(parameter, type, -1, further, offset + field.Offset));
                else level.Enqueue((((StructType)field.Type).Definition, further, offset + field.Offset));
            }
        }
    }
}
