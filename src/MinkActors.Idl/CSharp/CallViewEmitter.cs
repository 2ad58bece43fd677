using MinkActors.Idl.Checked;
using MinkActors.Idl.Dumps;
using MinkActors.Idl.Lowered;

namespace MinkActors.Idl.CSharp;

/// <summary>
/// The arguments of one served call as properties over the message. A view and not a parameter list, because a method that
/// awaits could not take spans, and copying them for its sake would cost every call that does not.
/// </summary>
internal sealed class CallViewEmitter(LoweredMethod method, DocComment documentation, CSharpTypes types, IndentedText output)
{
    private NameSet _names = new();

    public void Emit(string name)
    {
        _names = new NameSet([.. CSharpNames.ObjectMembers, name]);
        var primary = method.Parameters.ToDictionary(p => p.Name, p => _names.Take(CSharpNames.Pascal(p.Name)), StringComparer.Ordinal);
        output.Line($"/// <summary>One call of <c>{method.Name}</c>.</summary>");
        output.Braces($"public readonly struct {name}", () =>
        {
            output.Line($"private readonly {RuntimeSurface.IncomingCall} __call;");
            output.Line();
            output.Line($"internal {name}({RuntimeSurface.IncomingCall} call) => __call = call;");
            output.Line();
            output.Line("/// <summary>The call itself.</summary>");
            output.Line($"public {RuntimeSurface.IncomingCall} {_names.Take("Call")} => __call;");
            foreach (var (buffer, index) in method.In.Buffers.Select((b, i) => (b, i)))
            {
                foreach (var member in buffer.Members) Input(buffer, index, member, primary[member.Parameter.Name]);
            }
            foreach (var (buffer, index) in method.Out.Buffers.Select((b, i) => (b, i)))
            {
                foreach (var member in buffer.Members) Output(buffer, index, member, primary[member.Parameter.Name]);
            }
            foreach (var (item, index) in method.In.Objects.Select((o, i) => (o, i))) InputObject(item, index, primary[item.Parameter.Name]);
            foreach (var (item, index) in method.Out.Objects.Select((o, i) => (o, i))) OutputObject(item, index, primary[item.Parameter.Name]);
        });
    }

    private void Summary(CheckedParameter parameter, string text)
    {
        output.Line();
        var own = documentation.Of(parameter.Name);
        output.Line($"/// <summary>{(own is null ? $"<c>{parameter.Name}</c>:" : own)} {text}</summary>");
    }

    private void Input(WireBuffer buffer, int index, WireMember member, string name)
    {
        var (parameter, source) = (member.Parameter, RuntimeSurface.Input(index));
        var type = types.Data(parameter.Type);
        if (buffer.Kind == WireBufferKind.Buffer)
        {
            Summary(parameter, "Bytes, valid until the call ends.");
            output.Line($"public {RuntimeSurface.ReadOnlySpan}<byte> {name} => {source};");
        }
        else if (buffer.Kind == WireBufferKind.Array)
        {
            Summary(parameter, "Whole elements, valid until the call ends.");
            output.Line($"public {RuntimeSurface.ReadOnlySpan}<{type}> {name} => __Wire.Elements<{type}>({source}, {buffer.Size});");
        }
        else if (parameter.Type.Objects == 0)
        {
            Summary(parameter, "Input.");
            output.Line($"public {type} {name} => __Wire.Read<{type}>({source}, {member.Offset}, {parameter.Type.Size});");
        }
        else
        {
            Summary(parameter, "Input. Its objects are lent until the call ends; retain what you keep.");
            output.Braces($"public {type} {name}", () => output.Braces("get", () =>
            {
                output.Line($"var __value = {type}.__Read({source});");
                foreach (var (item, at) in method.In.Objects.Select((o, i) => (o, i)))
                {
                    if (item.Parameter == parameter) output.Line($"__value{StructEmitter.Way((StructType)parameter.Type, item.Fields)} = {RuntimeSurface.BorrowObject($"{at}")};");
                }
                output.Line("return __value;");
            }));
        }
    }

    private void Output(WireBuffer buffer, int index, WireMember member, string name)
    {
        var (parameter, target) = (member.Parameter, RuntimeSurface.Filled(index));
        var type = types.Data(parameter.Type);
        if (!buffer.IsFixed)
        {
            Variable(buffer, index, name);
        }
        else if (parameter.Type.Objects == 0)
        {
            Summary(parameter, "Output; zero until set.");
            output.Line($"public {type} {name} {{ set => __Wire.Write<{type}>({target}, {member.Offset}, {parameter.Type.Size}, value); }}");
        }
        else
        {
            Summary(parameter, "Output. Its objects move to the caller.");
            output.Braces($"public {type} {name}", () => output.Braces("set", () =>
            {
                output.Line($"value.__Write({target});");
                foreach (var (item, at) in method.Out.Objects.Select((o, i) => (o, i)))
                {
                    if (item.Parameter == parameter) output.Line(RuntimeSurface.SetObject($"{at}", "value" + StructEmitter.Way((StructType)parameter.Type, item.Fields)) + ";");
                }
            }));
        }
    }

    private void Variable(WireBuffer buffer, int index, string name)
    {
        var (parameter, capacity, target) = (buffer.Parameter, RuntimeSurface.Capacity(index), RuntimeSurface.Filled(index));
        var isBytes = buffer.Kind == WireBufferKind.Buffer;
        var type = isBytes ? "byte" : types.Data(parameter.Type);
        var count = _names.Take(name + "Count");
        if (isBytes)
        {
            Summary(parameter, "Room for the answer; say how much is used.");
            output.Line($"public {RuntimeSurface.Span}<byte> {name} => {target};");
        }
        Summary(parameter, "How many elements the caller offers room for.");
        output.Line($"public int {_names.Take(name + "Capacity")} => {capacity} / {buffer.Size};");
        Summary(parameter, "How many elements are the answer, 0 until set; more than offered is answered SIZE_OUT.");
        output.Line($"public int {count} {{ set => {RuntimeSurface.SetSize(index, $"__Wire.Reported(value, {capacity}, {buffer.Size})")}; }}");
        Summary(parameter, "Copies the answer; more than offered is answered SIZE_OUT.");
        output.Braces($"public void {_names.Take("Set" + name)}({RuntimeSurface.ReadOnlySpan}<{type}> values)", () =>
        {
            output.Line($"{RuntimeSurface.SetSize(index, $"__Wire.Reported(values.Length, {capacity}, {buffer.Size})")};");
            output.Line($"__Wire.Bytes(values, {buffer.Size}).CopyTo({target});");
        });
    }

    private void InputObject(WireObject item, int index, string name)
    {
        if (item.Fields.Count > 0 || item.Index > 0) return;
        var type = types.Object(item.Type);
        var (arguments, slot) = item.Index < 0 ? ("", $"{index}") : ("int index", $"__Wire.Slot(index, {index}, {item.Parameter.Length})");
        var keep = _names.Take("Take" + name);
        Summary(item.Parameter, $"Lent until the call ends; keep it with <see cref=\"{keep}\"/>. Null is the null object.");
        output.Line(item.Index < 0
            ? $"public {type} {name} => {types.AsObject(item.Type, RuntimeSurface.BorrowObject(slot))};"
            : $"public {type} {name}({arguments}) => {types.AsObject(item.Type, RuntimeSurface.BorrowObject(slot))};");
        Summary(item.Parameter, "Yours from now on, to be disposed.");
        output.Line($"public {type} {keep}({arguments}) => {types.AsObject(item.Type, RuntimeSurface.TakeObject(slot))};");
    }

    private void OutputObject(WireObject item, int index, string name)
    {
        if (item.Fields.Count > 0 || item.Index > 0) return;
        var (arguments, slot) = item.Index < 0 ? ("", $"{index}") : ("int index, ", $"__Wire.Slot(index, {index}, {item.Parameter.Length})");
        var setter = _names.Take("Set" + name);
        Summary(item.Parameter, "Answers a reference, which moves to the caller. Null until set.");
        output.Line($"public void {setter}({arguments}{RuntimeSurface.Capability}? moved) => {RuntimeSurface.SetObject(slot, "moved")};");
        Summary(item.Parameter, "Answers a new object.");
        output.Line($"public void {setter}({arguments}{RuntimeSurface.Implementation} implementation) => {RuntimeSurface.SetObject(slot, "implementation")};");
    }
}
