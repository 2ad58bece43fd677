using MinkActors.Idl.Checked;
using MinkActors.Idl.Dumps;
using MinkActors.Idl.Lowered;

namespace MinkActors.Idl.CSharp;

/// <summary>One proxy method: arguments into the message without a copy in between, then outputs out of the reply.</summary>
internal sealed class ProxyMethodEmitter(LoweredInterface contract, LoweredMethod method, ProxyShape shape, CSharpTypes types, IndentedText output)
{
    private readonly List<CheckedParameter> _offered = [.. method.Parameters.Where(p => p.IsOut && p.Form is ParameterForm.Buffer or ParameterForm.Array && p.IsOut)];

    public void Emit()
    {
        if (shape.Results.Count > 1) ResultRecord();
        if (method.CountsWord != 0)
        {
            output.Line();
            output.Line($"private static readonly {RuntimeSurface.Counts} __{shape.Pascal}Counts = __Wire.Counts(0x{method.CountsWord:x4}u);");
        }
        output.Line();
        Documentation();
        output.Braces($"public {shape.ReturnType()} {shape.Name}({shape.Signature})", Send);
        output.Line();
        var builder = shape.Results.Count == 0 ? "PoolingAsyncValueTaskMethodBuilder" : "PoolingAsyncValueTaskMethodBuilder<>";
        output.Line($"[{RuntimeSurface.Compiler}.AsyncMethodBuilder(typeof({RuntimeSurface.Compiler}.{builder}))]");
        var offered = string.Concat(_offered.Select(p => $", {RuntimeSurface.Memory}<{ProxyShape.ElementType(p, types)}> {CSharpNames.Parameter(p.Name)}"));
        output.Braces($"private static async {shape.ReturnType()} __{shape.Pascal}End({RuntimeSurface.Task}<{RuntimeSurface.Reply}> __pending{offered})", Receive);
    }

    private void ResultRecord()
    {
        output.Line();
        output.Line($"/// <summary>What <c>{method.Name}</c> answers. Objects in it are the caller's to dispose.</summary>");
        foreach (var result in shape.Results) output.Line($"/// <param name=\"{result.Name}\">{Meaning(result.Parameter)}</param>");
        output.Line($"public readonly record struct {shape.Pascal}Result({string.Join(", ", shape.Results.Select(r => $"{r.Type} {r.Name}"))});");
    }

    private void Documentation()
    {
        var doc = new DocComment(method.Checked.Syntax.Documentation, $"Calls <c>{method.Name}</c>.");
        doc.WriteSummary(output);
        foreach (var parameter in method.Parameters)
        {
            if (parameter.IsOut && !_offered.Contains(parameter)) continue;
            var own = parameter.Form switch
            {
                ParameterForm.Object => $"{Kind(parameter)}, lent for the call: it stays yours. Null is the null object.",
                ParameterForm.ObjectArray => $"At most {parameter.Length} of {Kind(parameter)}, lent for the call; those left out are null.",
                ParameterForm.Buffer or ParameterForm.Array when parameter.IsOut => "Room for the answer; it is filled before the task ends.",
                ParameterForm.Buffer or ParameterForm.Array => "Copied before the method returns.",
                _ => parameter.Type.Objects > 0 ? "Its objects are lent for the call: they stay yours." : "",
            };
            output.Line($"/// <param name=\"{CSharpNames.Parameter(parameter.Name).TrimStart('@')}\">{string.Join(" ", new[] { doc.Of(parameter.Name) ?? "", own }.Where(t => t.Length > 0))}</param>");
        }
        output.Line("/// <param name=\"cancellationToken\">Ends the wait only.</param>");
        var answers = shape.Results.Count switch
        {
            0 => null,
            1 => doc.Of(shape.Results[0].Parameter.Name) ?? $"<c>{shape.Results[0].Parameter.Name}</c>: {Meaning(shape.Results[0].Parameter)}",
            _ => "All outputs.",
        };
        if ((doc.Returns ?? answers) is { } returns) output.Line($"/// <returns>{returns}</returns>");
        output.Line($"/// <exception cref=\"{CSharpNames.Stem(contract.Name)}Exception\">The object answered another code than 0; outputs are untouched then.</exception>");
    }

    private static string Kind(CheckedParameter parameter) => parameter.Type is ObjectType { Interface: { } definition } ? $"<c>{definition.Name}</c>" : "any object";

    private static string Meaning(CheckedParameter parameter) => parameter.Form switch
    {
        ParameterForm.Buffer => "how many bytes were filled.",
        ParameterForm.Array => "how many elements were filled.",
        ParameterForm.Object or ParameterForm.ObjectArray => $"{Kind(parameter)}, the caller's to dispose; null is the null object.",
        _ => parameter.Type.Objects > 0 ? "its objects are the caller's to dispose." : $"<c>{parameter.Type.Name}</c>.",
    };

    private void Send()
    {
        foreach (var array in method.Parameters.Where(p => !p.IsOut && p.Form == ParameterForm.ObjectArray))
        {
            var name = CSharpNames.Parameter(array.Name);
            output.Line($"if ({name}.Length > {array.Length}) throw new global::System.ArgumentException(\"At most {array.Length} objects.\", nameof({name}));");
        }
        output.Line(RuntimeSurface.Begin(method.Op, method.CountsWord == 0 ? "default" : $"__{shape.Pascal}Counts"));
        // What the caller gives may be refused (a disposed capability, too many bytes): the message must not be lost then.
        var mayRefuse = method.In.Objects.Count > 0 || method.In.Buffers.Concat(method.Out.Buffers).Any(b => !b.IsFixed);
        if (!mayRefuse)
        {
            Arguments();
        }
        else
        {
            output.Braces("try", Arguments);
            output.Braces("catch", () =>
            {
                output.Line(RuntimeSurface.Abandon);
                output.Line("throw;");
            });
        }
        output.Line($"return __{shape.Pascal}End({RuntimeSurface.Send}{string.Concat(_offered.Select(p => ", " + CSharpNames.Parameter(p.Name)))});");
    }

    private void Arguments()
    {
        for (var i = 0; i < method.In.Buffers.Count; i++) Input(method.In.Buffers[i], $"__in{i}");
        foreach (var buffer in method.Out.Buffers)
        {
            var name = CSharpNames.Parameter(buffer.Parameter.Name);
            output.Line(RuntimeSurface.Out(buffer.IsFixed ? $"{buffer.Size}" : buffer.Size == 1 ? $"{name}.Length" : $"checked({name}.Length * {buffer.Size})"));
        }
        foreach (var item in method.In.Objects)
        {
            var name = CSharpNames.Parameter(item.Parameter.Name);
            if (item.Index >= 0) output.Line(RuntimeSurface.In($"{name}.Length > {item.Index} ? {name}[{item.Index}] : null"));
            else output.Line(RuntimeSurface.In(item.Fields.Count == 0 ? name : name + StructEmitter.Way((StructType)item.Parameter.Type, item.Fields)));
        }
    }

    private void Input(WireBuffer buffer, string local)
    {
        var name = CSharpNames.Parameter(buffer.Parameter.Name);
        if (buffer.Kind == WireBufferKind.Buffer) output.Line(RuntimeSurface.In(name));
        else if (buffer.Kind == WireBufferKind.Array) output.Line(RuntimeSurface.In($"__Wire.Bytes({name}, {buffer.Size})"));
        else if (buffer.Parameter.Type.Objects > 0) output.Line($"{name}.__Write({RuntimeSurface.Reserve(buffer.Size)});");
        else
        {
            output.Line($"var {local} = {RuntimeSurface.Reserve(buffer.Size)};");
            foreach (var member in buffer.Members)
            {
                output.Line($"__Wire.Write<{types.Data(member.Parameter.Type)}>({local}, {member.Offset}, {member.Parameter.Type.Size}, {CSharpNames.Parameter(member.Parameter.Name)});");
            }
        }
    }

    private void Receive()
    {
        output.Line("using var __reply = await __pending;");
        output.Line($"if (__reply.Code != {RuntimeSurface.Ok}) throw new {CSharpNames.Stem(contract.Name)}Exception(__reply.Code, \"{method.Name}\");");
        // Data first: should it be refused, objects not yet taken go back with the reply.
        var locals = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (buffer, index) in method.Out.Buffers.Select((b, i) => (b, i))) Output(buffer, index, locals);
        foreach (var (item, index) in method.Out.Objects.Select((o, i) => (o, i))) Object(item, index, locals);
        if (shape.Results.Count == 1) output.Line($"return {locals[shape.Results[0].Parameter.Name]};");
        else if (shape.Results.Count > 1) output.Line($"return new {shape.Pascal}Result({string.Join(", ", shape.Results.Select(r => locals[r.Parameter.Name]))});");
    }

    private void Output(WireBuffer buffer, int index, Dictionary<string, string> locals)
    {
        var bytes = RuntimeSurface.Output(index);
        if (!buffer.IsFixed)
        {
            locals[buffer.Parameter.Name] = $"__out{index}";
            output.Line($"var __out{index} = __Wire.Copy({bytes}, {CSharpNames.Parameter(buffer.Parameter.Name)}.Span, {buffer.Size});");
            return;
        }
        for (var i = 0; i < buffer.Members.Count; i++)
        {
            var (parameter, offset) = (buffer.Members[i].Parameter, buffer.Members[i].Offset);
            var local = locals[parameter.Name] = $"__out{index}_{i}";
            var exact = $"__Wire.Exactly({bytes}, {buffer.Size})";
            output.Line(parameter.Type.Objects > 0
                ? $"var {local} = {types.Data(parameter.Type)}.__Read({exact});"
                : $"var {local} = __Wire.Read<{types.Data(parameter.Type)}>({exact}, {offset}, {parameter.Type.Size});");
        }
    }

    private void Object(WireObject item, int index, Dictionary<string, string> locals)
    {
        var taken = RuntimeSurface.TakeOutput(index);
        var typed = types.AsObject(item.Type, taken);
        if (item.Fields.Count > 0)
        {
            output.Line($"{locals[item.Parameter.Name]}{StructEmitter.Way((StructType)item.Parameter.Type, item.Fields)} = {taken};");
            return;
        }
        if (item.Index < 0)
        {
            locals[item.Parameter.Name] = $"__object{index}";
            output.Line($"var __object{index} = {typed};");
            return;
        }
        if (item.Index == 0)
        {
            locals[item.Parameter.Name] = $"__objects{index}";
            output.Line($"var __objects{index} = new {types.Object(item.Type)}[{item.Parameter.Length}];");
        }
        output.Line($"{locals[item.Parameter.Name]}[{item.Index}] = {typed};");
    }
}
