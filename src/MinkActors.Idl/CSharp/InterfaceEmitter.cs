using MinkActors.Idl.Checked;
using MinkActors.Idl.Dumps;
using MinkActors.Idl.Lowered;

namespace MinkActors.Idl.CSharp;

/// <summary>What both sides share of an interface: its numbers, its errors, its constants, and its exception.</summary>
internal sealed class InterfaceEmitter(CSharpTypes types, IndentedText output)
{
    public void Emit(LoweredInterface contract)
    {
        var stem = CSharpNames.Stem(contract.Name);
        var hides = contract.Base is null ? "" : "new ";
        var names = new NameSet("Ops", "Errors", "InterfaceVersion", $"I{stem}");
        var parent = contract.Base is null ? "" : $" : {types.Marker(contract.Base.Checked)}";

        DocComment.Summary(output, contract.Checked.Syntax.Documentation, $"<c>{contract.Name}</c>: its numbers. Call it through <see cref=\"{stem}Proxy\"/>, serve it through <see cref=\"{stem}Skeleton\"/>.");
        output.Braces($"{types.Visibility} interface I{stem}{parent}", () =>
        {
            output.Line($"/// <summary>Version {contract.Version} as it travels: major, minor and patch in 10, 10 and 12 bits.</summary>");
            output.Line($"{hides}public const uint InterfaceVersion = 0x{contract.Version.Word:x8}u;");
            foreach (var constant in contract.Checked.Constants) Constant(constant, names.Take(CSharpNames.Pascal(constant.Name)));
            output.Line("/// <summary>Method numbers, inherited ones included.</summary>");
            output.Braces($"{hides}public static class Ops", () =>
            {
                var taken = new NameSet([.. CSharpNames.ObjectMembers, "Ops"]);
                foreach (var at in contract.Chain().Reverse())
                {
                    foreach (var method in at.Methods)
                    {
                        output.Line($"/// <summary><c>{method.Name}</c>, counts 0x{method.CountsWord:x4}.</summary>");
                        output.Line($"public const ushort {taken.Take(CSharpNames.Pascal(method.Name))} = {method.Op};");
                    }
                }
            });
            Errors(contract, hides);
        });
        output.Line();
        Exception(contract, stem);
    }

    public void Constant(CheckedConstant constant, string name)
    {
        if (constant.Value is not { } value) return;
        DocComment.Summary(output, constant.Syntax.Documentation, $"<c>{constant.Name}</c>.");
        output.Line($"public const {CSharpTypes.Primitive(constant.Type)} {name} = {CSharpTypes.Literal(constant.Type, value)};");
    }

    private void Errors(LoweredInterface contract, string hides)
    {
        output.Line("/// <summary>Result codes of the interface's own, inherited ones included.</summary>");
        output.Braces($"{hides}public static class Errors", () =>
        {
            var taken = new NameSet([.. CSharpNames.ObjectMembers, "Errors", "NameOf"]);
            var all = contract.Chain().Reverse().SelectMany(i => i.Errors).ToList();
            foreach (var error in all)
            {
                DocComment.Summary(output, error.Documentation, $"<c>{error.Name}</c>.");
                output.Line($"public const {RuntimeSurface.Code} {taken.Take(CSharpNames.Pascal(error.Name))} = ({RuntimeSurface.Code}){error.Code};");
            }
            output.Line("/// <summary>The name the interface gives a code, or null.</summary>");
            output.Braces($"public static string? NameOf({RuntimeSurface.Code} code) => (int)code switch", () =>
            {
                foreach (var error in all) output.Line($"{error.Code} => \"{error.Name}\",");
                output.Line("_ => null,");
            }, "};");
        });
    }

    private void Exception(LoweredInterface contract, string stem)
    {
        output.Line($"/// <summary>An object behind <c>{contract.Name}</c> answered a code other than 0; <see cref=\"I{stem}.Errors\"/> names its own.</summary>");
        output.Braces($"{types.Visibility} sealed class {stem}Exception : {RuntimeSurface.Error}", () =>
        {
            output.Line("/// <summary>Made by proxies.</summary>");
            output.Line($"public {stem}Exception({RuntimeSurface.Code} code, string method)");
            output.Line($"    : base(code, $\"{contract.Name}.{{method}} answered {{(int)code}}{{(I{stem}.Errors.NameOf(code) is {{ }} name ? \", \" + name : \"\")}}.\") => Method = method;");
            output.Line();
            output.Line("/// <summary>The method as the IDL names it.</summary>");
            output.Line("public string Method { get; }");
        });
        output.Line();
    }
}
