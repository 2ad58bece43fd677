using MinkActors.Idl.Dumps;
using MinkActors.Idl.Lowered;

namespace MinkActors.Idl.CSharp;

/// <summary>The implementation's side: checks every count and size before user code runs (spec/07 section 11), then calls one virtual method.</summary>
internal sealed class SkeletonEmitter(CSharpTypes types, IndentedText output)
{
    public void Emit(LoweredInterface contract)
    {
        var stem = CSharpNames.Stem(contract.Name);
        var bases = contract.Base is null ? RuntimeSurface.Implementation : types.Skeleton(contract.Base.Checked);
        output.Line($"/// <summary>Serves <c>{contract.Name}</c>: override what the object can do; the rest is answered INVALID.</summary>");
        output.Line("/// <remarks>Arguments were checked when a method runs. Another result than 0 goes to the caller unchanged and drops all outputs.</remarks>");
        output.Braces($"{types.Visibility} abstract class {stem}Skeleton : {bases}, I{stem}", () =>
        {
            Dispatch(contract);
            foreach (var method in contract.Methods) Method(method);
        });
        output.Line();
    }

    private void Dispatch(LoweredInterface contract)
    {
        var invalid = $"return new {RuntimeSurface.Task}<{RuntimeSurface.Code}>({RuntimeSurface.Code}.Invalid);";
        output.Line("/// <inheritdoc/>");
        output.Braces($"public {(contract.Base is null ? "virtual" : "override")} {RuntimeSurface.Task}<{RuntimeSurface.Code}> InvokeAsync({RuntimeSurface.IncomingCall} __call)", () =>
        {
            output.Braces($"switch ({RuntimeSurface.Method})", () =>
            {
                foreach (var method in contract.Methods) Case(method);
                output.Line($"case {RuntimeSurface.VersionOp}:");
                output.Line($"    if ({RuntimeSurface.CountsWord} != 0x10u || {RuntimeSurface.Capacity(0)} != 4) break;");
                output.Line($"    {RuntimeSurface.SetSize(0, "4")};");
                output.Line($"    __Wire.Write({RuntimeSurface.Filled(0)}, 0, 4, I{CSharpNames.Stem(contract.Name)}.InterfaceVersion);");
                output.Line($"    return new {RuntimeSurface.Task}<{RuntimeSurface.Code}>({RuntimeSurface.Ok});");
                if (contract.Base is not null)
                {
                    output.Line("default:");
                    output.Line("    return base.InvokeAsync(__call);");
                }
            });
            output.Line(invalid);
        });
    }

    private void Case(LoweredMethod method)
    {
        var pascal = CSharpNames.Pascal(method.Name);
        var wrong = new List<string> { $"{RuntimeSurface.CountsWord} != 0x{method.CountsWord:x}u" };
        var (inputs, outputs) = (method.In.Buffers, method.Out.Buffers);
        for (var i = 0; i < inputs.Count; i++)
        {
            if (inputs[i].IsFixed) wrong.Add($"{RuntimeSurface.Input(i)}.Length != {inputs[i].Size}");
        }
        for (var i = 0; i < outputs.Count; i++)
        {
            if (outputs[i].IsFixed) wrong.Add($"{RuntimeSurface.Capacity(i)} != {outputs[i].Size}");
        }
        output.Line($"case {method.Op}:");
        output.Line($"    if ({string.Join(" || ", wrong)}) break;");
        for (var i = 0; i < outputs.Count; i++) output.Line($"    {RuntimeSurface.SetSize(i, outputs[i].IsFixed ? $"{outputs[i].Size}" : "0")};");
        output.Line($"    return {pascal}Async(new {pascal}Call(__call));");
    }

    private void Method(LoweredMethod method)
    {
        var pascal = CSharpNames.Pascal(method.Name);
        output.Line();
        var doc = new DocComment(method.Checked.Syntax.Documentation, $"Serves <c>{method.Name}</c>.");
        doc.WriteSummary(output);
        output.Line("/// <param name=\"call\">The arguments, and where the answer goes; valid until the task ends.</param>");
        output.Line($"/// <returns>0, or the code the caller is to see.{(doc.Returns is { } returns ? " " + returns : "")}</returns>");
        output.Line($"protected virtual {RuntimeSurface.Task}<{RuntimeSurface.Code}> {pascal}Async({pascal}Call call) => new({RuntimeSurface.Code}.Invalid);");
        output.Line();
        new CallViewEmitter(method, doc, types, output).Emit(pascal + "Call");
    }
}
