using System.Globalization;
using System.Text;
using System.Text.Json;
using MinkActors.Idl.Checked;
using MinkActors.Idl.CSharp;
using MinkActors.Idl.Lowered;

namespace MinkActors.Idl.Tests;

/// <summary>
/// Writes, for one golden vector, C# that makes the call through the generated proxy, serves it through the generated
/// skeleton, and compares every value on both sides. Spans cannot be passed by reflection, so the values become literals.
/// </summary>
internal sealed class VectorDriver(LoweredInterface contract, LoweredMethod method, JsonElement vector, string space)
{
    private readonly StringBuilder _code = new();

    public string Write()
    {
        var stem = CSharpNames.Stem(contract.Name);
        var declaring = CSharpNames.Stem(contract.Chain().First(i => i.Methods.Contains(method)).Name);
        var pascal = CSharpNames.Pascal(method.Name);
        Line("#nullable enable");
        Line($"namespace {space};");
        Line($"/// <summary>Drives.</summary>\npublic sealed class Driver(global::MinkActors.Idl.Tests.Observer observer) : {stem}Skeleton {{");
        Line($"/// <inheritdoc/>\nprotected override async global::System.Threading.Tasks.ValueTask<global::MinkActors.Protocol.ResultCode> {pascal}Async({declaring}Skeleton.{pascal}Call call) {{");
        Line("await global::System.Threading.Tasks.Task.CompletedTask;");
        foreach (var parameter in method.Parameters.Where(p => !p.IsOut)) Seen(parameter);
        foreach (var parameter in method.Parameters.Where(p => p.IsOut)) Answer(parameter);
        Line("return global::MinkActors.Protocol.ResultCode.Ok; }");

        Line("/// <summary>Calls.</summary>\npublic async global::System.Threading.Tasks.Task RunAsync() {");
        Line($"var proxy = new {stem}Proxy(observer.Serve(InvokeAsync));");
        var arguments = new List<string>();
        foreach (var parameter in method.Parameters)
        {
            if (!parameter.IsOut) arguments.Add(Given(parameter));
            else if (parameter.Form is ParameterForm.Buffer or ParameterForm.Array)
            {
                Line($"var room_{parameter.Name} = new {Element(parameter)}[{vector.GetProperty("capacity").GetProperty(parameter.Name).GetInt32()}];");
                arguments.Add("room_" + parameter.Name);
            }
        }
        var outputs = method.Parameters.Where(p => p.IsOut).ToList();
        Line($"{(outputs.Count > 0 ? "var result = " : "")}await proxy.{pascal}Async({string.Join(", ", arguments)});");
        foreach (var output in outputs) Received(output, outputs.Count == 1);
        Line("} }");
        return _code.ToString();
    }

    private void Line(string line) => _code.Append(line).Append('\n');

    private JsonElement Value(CheckedParameter parameter) => vector.GetProperty(parameter.IsOut ? "out" : "in").GetProperty(parameter.Name);

    private string Element(CheckedParameter parameter) => parameter.Form == ParameterForm.Buffer ? "byte" : Type(parameter.Type);

    private string Type(IdlType type) => type is PrimitiveType primitive ? CSharpTypes.Primitive(primitive) : $"global::{space}.{CSharpNames.Pascal(type.Name)}";

    private string Given(CheckedParameter parameter) => parameter.Form switch
    {
        ParameterForm.Object => Object(Value(parameter)),
        ParameterForm.ObjectArray => $"new global::MinkActors.Capability?[] {{ {string.Join(", ", Value(parameter).EnumerateArray().Select(Object))} }}",
        ParameterForm.Value => Literal(parameter.Type, Value(parameter)),
        _ => Array(parameter),
    };

    private static string Object(JsonElement value) => value.ValueKind == JsonValueKind.Null ? "null" : $"observer.Object(\"{value.GetString()}\")";

    private string Array(CheckedParameter parameter)
    {
        var elements = parameter.Form == ParameterForm.Buffer
            ? Convert.FromHexString(Value(parameter).GetString()!).Select(b => $"{b}")
            : Value(parameter).EnumerateArray().Select(e => Literal(parameter.Type, e));
        return $"new {Element(parameter)}[] {{ {string.Join(", ", elements)} }}";
    }

    private string Literal(IdlType type, JsonElement value)
    {
        if (type is PrimitiveType { Kind: PrimitiveKind.Float } real) return $"({Type(real)})({value.GetDouble().ToString("R", CultureInfo.InvariantCulture)}d)";
        if (type is PrimitiveType) return $"unchecked(({Type(type)})({Vectors.WireValue.Integer(value)}))";
        if (type is not StructType { Definition: var definition }) return Object(value);
        var fields = StructEmitter.FieldNames(definition).Zip(definition.Fields, (name, field) =>
            $"{name} = {(field.Count == 1 ? Literal(field.Type, value.GetProperty(field.Name)) : $"global::MinkActors.Idl.Tests.Observer.Inline<{Type(type)}.{name}__Array, {Type(field.Type)}>({string.Join(", ", value.GetProperty(field.Name).EnumerateArray().Select(e => Literal(field.Type, e)))})")}");
        return $"new {Type(type)} {{ {string.Join(", ", fields)} }}";
    }

    /// <summary>Compares by leaves; an array field through its elements.</summary>
    private void Same(IdlType type, JsonElement expected, string actual, string label)
    {
        if (type is PrimitiveType) Line($"observer.Same({Literal(type, expected)}, {actual}, \"{label}\");");
        else if (type is StructType { Definition: var definition })
        {
            var local = "v" + _code.Length;
            Line($"var {local} = {actual};");
            foreach (var (name, field) in StructEmitter.FieldNames(definition).Zip(definition.Fields))
            {
                var value = expected.GetProperty(field.Name);
                for (var i = 0; i < field.Count; i++) Same(field.Type, field.Count == 1 ? value : value[i], $"{local}.{name}{(field.Count == 1 ? "" : $"[{i}]")}", $"{label}.{field.Name}");
            }
        }
        else Line($"observer.SameObject({(expected.ValueKind == JsonValueKind.Null ? "null" : $"\"{expected.GetString()}\"")}, {actual}, \"{label}\");");
    }

    private static string Plain(CheckedParameter parameter) => ((ObjectType)parameter.Type).Interface is null ? "" : "?.Capability";

    private void Seen(CheckedParameter parameter)
    {
        var name = "call." + CSharpNames.Pascal(parameter.Name);
        switch (parameter.Form)
        {
            case ParameterForm.Value: Same(parameter.Type, Value(parameter), name, parameter.Name); break;
            case ParameterForm.Object: Same(parameter.Type, Value(parameter), name + Plain(parameter), parameter.Name); break;
            case ParameterForm.ObjectArray:
                for (var i = 0; i < parameter.Length; i++) Same(parameter.Type, Value(parameter)[i], $"{name}({i}){Plain(parameter)}", parameter.Name);
                break;
            default: Line($"observer.SameBytes<{Element(parameter)}>({Array(parameter)}, {name}.ToArray(), \"{parameter.Name}\");"); break;
        }
    }

    private void Answer(CheckedParameter parameter)
    {
        var name = CSharpNames.Pascal(parameter.Name);
        switch (parameter.Form)
        {
            case ParameterForm.Value: Line($"call.{name} = {Literal(parameter.Type, Value(parameter))};"); break;
            case ParameterForm.Object: if (Value(parameter).ValueKind != JsonValueKind.Null) Line($"call.Set{name}({Object(Value(parameter))});"); break;
            case ParameterForm.ObjectArray:
                for (var i = 0; i < parameter.Length; i++) if (Value(parameter)[i].ValueKind != JsonValueKind.Null) Line($"call.Set{name}({i}, {Object(Value(parameter)[i])});");
                break;
            default: Line($"call.Set{name}({Array(parameter)});"); break;
        }
    }

    private void Received(CheckedParameter parameter, bool isOnly)
    {
        var name = isOnly ? "result" : $"result.{CSharpNames.Pascal(parameter.Name)}";
        switch (parameter.Form)
        {
            case ParameterForm.Value: Same(parameter.Type, Value(parameter), name, parameter.Name); break;
            case ParameterForm.Object: Same(parameter.Type, Value(parameter), name + Plain(parameter), parameter.Name); break;
            case ParameterForm.ObjectArray:
                for (var i = 0; i < parameter.Length; i++) Same(parameter.Type, Value(parameter)[i], $"{name}[{i}]{Plain(parameter)}", parameter.Name);
                break;
            default:
                Line($"observer.SameBytes<{Element(parameter)}>({Array(parameter)}, room_{parameter.Name}.AsSpan(0, {name}{(isOnly ? "" : "Count")}).ToArray(), \"{parameter.Name}\");".Replace(".AsSpan", ".AsMemory"));
                break;
        }
    }
}
