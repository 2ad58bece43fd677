using MinkActors.Idl.Syntax;

namespace MinkActors.Idl.Dumps;

internal static class SyntaxDump
{
    public static void Write(SyntaxUnit unit, IndentedText output)
    {
        foreach (var tree in unit.Trees)
        {
            output.Block($"file {tree.File.Path}", () =>
            {
                foreach (var include in tree.Includes) output.Line($"include \"{include.Path}\"");
                foreach (var declaration in tree.Declarations) Write(declaration, output);
            });
        }
    }

    private static void Write(DeclarationSyntax declaration, IndentedText output)
    {
        var broken = declaration.Broken ? " (broken)" : "";
        if (declaration.Documentation is { } text) output.Line($"/** {text.Replace("\n", " | ")} */");
        switch (declaration)
        {
            case ConstantSyntax constant:
                output.Line($"const {constant.Type.Text} {constant.Name.Text} = {constant.Value}");
                break;
            case ErrorSyntax error:
                output.Line($"error {error.Name.Text}");
                break;
            case StructSyntax structure:
                output.Block($"struct {structure.Name.Text}{broken}", () =>
                {
                    foreach (var field in structure.Fields) output.Line($"{Type(field.Type)} {field.Name.Text}");
                });
                break;
            case InterfaceSyntax contract:
                output.Block($"interface {contract.Name.Text}{(contract.Base is null ? "" : $" : {contract.Base.Text}")}{broken}", () =>
                {
                    foreach (var member in contract.Members) Write(member, output);
                });
                break;
            case MethodSyntax method:
                var attributes = string.Concat(method.Attributes.Select(a => $"#[version = {a.Major}.{a.Minor}] "));
                output.Block($"{attributes}method {method.Name.Text}{broken}", () =>
                {
                    foreach (var parameter in method.Parameters) output.Line($"{(parameter.IsOut ? "out" : "in")} {Type(parameter.Type)} {parameter.Name.Text}");
                });
                break;
        }
    }

    private static string Type(TypeSyntax type) => type.Suffix is null ? type.Name.Text : $"{type.Name.Text}[{type.Suffix.Digits}]";
}
