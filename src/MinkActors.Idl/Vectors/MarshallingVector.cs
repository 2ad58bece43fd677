using System.Text.Json;
using MinkActors.Idl.Checked;
using MinkActors.Idl.Lowered;

namespace MinkActors.Idl.Vectors;

/// <summary>One call: its numbers, its layout, and its values as bytes, both ways.</summary>
internal static class MarshallingVector
{
    public static string? Check(JsonElement vector)
    {
        var compilation = IdlVectors.Compile(IdlVectors.Text(vector, "idl"), IdlVectors.Options(vector));
        if (compilation.HasErrors) return $"it does not compile: {compilation.Diagnostics.First(d => d.Severity == IdlSeverity.Error)}";
        if (compilation.Unit.Find(IdlVectors.Text(vector, "interface")) is not { } contract) return "there is no such interface";
        if (contract.FindMethod(IdlVectors.Text(vector, "method")) is not { } method) return "there is no such method";
        if (method.Op != vector.GetProperty("op").GetInt32()) return $"the op is {method.Op}";
        if (method.CountsWord != IdlVectors.Word(vector, "countsWord")) return $"the counts word is 0x{method.CountsWord:x8}";
        return Counts(method, vector.GetProperty("counts"))
            ?? Layout(method, vector.GetProperty("layout"))
            ?? Inputs(method, vector)
            ?? Outputs(method, vector);
    }

    private static string? Counts(LoweredMethod method, JsonElement counts)
    {
        (string Group, int Count)[] all = [("ib", method.In.Buffers.Count), ("ob", method.Out.Buffers.Count), ("io", method.In.Objects.Count), ("oo", method.Out.Objects.Count)];
        foreach (var (group, count) in all)
        {
            if (counts.GetProperty(group).GetInt32() != count) return $"there are {count} {group}";
        }
        return null;
    }

    private static string? Layout(LoweredMethod method, JsonElement layout) =>
        Buffers(method.In, layout.GetProperty("ib"), "ib") ?? Buffers(method.Out, layout.GetProperty("ob"), "ob")
        ?? Objects(method.In, layout.GetProperty("io"), "io") ?? Objects(method.Out, layout.GetProperty("oo"), "oo");

    private static string? Buffers(Direction direction, JsonElement expected, string group)
    {
        if (direction.Buffers.Count != expected.GetArrayLength()) return $"there are {direction.Buffers.Count} {group}";
        for (var i = 0; i < direction.Buffers.Count; i++)
        {
            var (buffer, row) = (direction.Buffers[i], expected[i]);
            var kind = buffer.Kind.ToString().ToLowerInvariant();
            if (kind != IdlVectors.Text(row, "kind")) return $"{group}[{i}] is a {kind}";
            if (row.TryGetProperty("size", out var size) && size.GetInt64() != buffer.Size) return $"{group}[{i}] has {buffer.Size} bytes";
            if (row.TryGetProperty("elem", out var element) && element.GetInt64() != buffer.Size) return $"{group}[{i}] has elements of {buffer.Size} bytes";
            if (row.TryGetProperty("type", out var type) && type.GetString() != buffer.Parameter.Type.Name) return $"{group}[{i}] is of {buffer.Parameter.Type.Name}";
            if (row.TryGetProperty("param", out var name) && name.GetString() != buffer.Parameter.Name) return $"{group}[{i}] is {buffer.Parameter.Name}";
            if (row.TryGetProperty("members", out var members) && Members(buffer, members) is { } difference) return $"{group}[{i}]: {difference}";
        }
        return null;
    }

    private static string? Members(WireBuffer buffer, JsonElement expected)
    {
        if (buffer.Members.Count != expected.GetArrayLength()) return $"{buffer.Members.Count} members";
        for (var i = 0; i < buffer.Members.Count; i++)
        {
            var (member, row) = (buffer.Members[i], expected[i]);
            if (member.Parameter.Name != IdlVectors.Text(row, "param") || member.Offset != row.GetProperty("offset").GetInt64()
                || member.Parameter.Type.Name != IdlVectors.Text(row, "type") || member.Parameter.Type.Size != row.GetProperty("size").GetInt64())
            {
                return $"member {i} is {member.Parameter.Name}@{member.Offset}, {member.Parameter.Type}";
            }
        }
        return null;
    }

    private static string? Objects(Direction direction, JsonElement expected, string group)
    {
        var actual = direction.Objects.Select(o => o.Path);
        return actual.SequenceEqual(expected.EnumerateArray().Select(o => o.GetString())) ? null : $"{group} are {string.Join(", ", actual)}";
    }

    private static string? Inputs(LoweredMethod method, JsonElement vector)
    {
        var (values, wire) = (vector.GetProperty("in"), vector.GetProperty("wire"));
        return Bytes(method.In, values, wire.GetProperty("ib"), "ib") ?? Handles(method.In, values, wire.GetProperty("io"), "io");
    }

    private static string? Outputs(LoweredMethod method, JsonElement vector)
    {
        var (values, wire) = (vector.GetProperty("out"), vector.GetProperty("wire"));
        var offered = wire.GetProperty("obCapacity");
        for (var i = 0; i < method.Out.Buffers.Count; i++)
        {
            var buffer = method.Out.Buffers[i];
            var capacity = buffer.IsFixed ? buffer.Size : buffer.Size * vector.GetProperty("capacity").GetProperty(buffer.Parameter.Name).GetInt64();
            if (capacity != offered[i].GetInt64()) return $"ob[{i}] is offered {capacity} bytes";
        }
        return Bytes(method.Out, values, wire.GetProperty("ob"), "ob") ?? Handles(method.Out, values, wire.GetProperty("oo"), "oo");
    }

    private static string? Bytes(Direction direction, JsonElement values, JsonElement expected, string group)
    {
        for (var i = 0; i < direction.Buffers.Count; i++)
        {
            var buffer = direction.Buffers[i];
            var bytes = Encode(buffer, values);
            var hex = Convert.ToHexStringLower(bytes);
            if (hex != expected[i].GetString()) return $"{group}[{i}] is {hex}";
            foreach (var member in buffer.Members)
            {
                var (type, value) = (member.Parameter.Type, values.GetProperty(member.Parameter.Name));
                var size = (int)type.Size;
                if (buffer.IsFixed)
                {
                    if (WireValue.Compare(type, bytes.AsSpan((int)member.Offset, size), value, member.Parameter.Name) is { } difference) return difference;
                    continue;
                }
                for (var at = 0; buffer.Kind == WireBufferKind.Array && at < bytes.Length / size; at++)
                {
                    if (WireValue.Compare(type, bytes.AsSpan(at * size, size), value[at], $"{member.Parameter.Name}[{at}]") is { } difference) return difference;
                }
            }
        }
        return null;
    }

    private static byte[] Encode(WireBuffer buffer, JsonElement values)
    {
        if (!buffer.IsFixed) return WireValue.Elements(buffer.Parameter.Type, values.GetProperty(buffer.Parameter.Name));
        var bytes = new byte[buffer.Size];
        foreach (var member in buffer.Members)
        {
            WireValue.Write(member.Parameter.Type, values.GetProperty(member.Parameter.Name), bytes.AsSpan((int)member.Offset, (int)member.Parameter.Type.Size));
        }
        return bytes;
    }

    private static string? Handles(Direction direction, JsonElement values, JsonElement expected, string group)
    {
        for (var i = 0; i < direction.Objects.Count; i++)
        {
            var handle = direction.Objects[i];
            var value = values.GetProperty(handle.Parameter.Name);
            foreach (var step in handle.Fields) value = value.GetProperty(step.Name);
            if (handle.Index >= 0) value = value[handle.Index];
            if (value.ValueKind != expected[i].ValueKind || (value.ValueKind == JsonValueKind.String && value.GetString() != expected[i].GetString())) return $"{group}[{i}] is {value}";
        }
        return null;
    }
}
