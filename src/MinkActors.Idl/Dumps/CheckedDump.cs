using System.Globalization;
using MinkActors.Idl.Checked;

namespace MinkActors.Idl.Dumps;

internal static class CheckedDump
{
    public static void Write(CheckedUnit unit, IndentedText output)
    {
        foreach (var constant in unit.Constants) Write(constant, output);
        foreach (var definition in unit.Structs) Write(definition, output);
        foreach (var definition in unit.Interfaces) Write(definition, output);
    }

    private static void Write(CheckedConstant constant, IndentedText output) =>
        output.Line($"const {constant.Type} {constant.Name} = {Value(constant)}");

    private static string Value(CheckedConstant constant) => constant.Value switch
    {
        null => "(refused)",
        { } value when constant.Type.Kind == PrimitiveKind.Float => value.Number.ToString("R", CultureInfo.InvariantCulture),
        { } value when constant.Type.Kind == PrimitiveKind.Signed => ((long)value.Bits).ToString(CultureInfo.InvariantCulture),
        { } value => value.Bits.ToString(CultureInfo.InvariantCulture),
    };

    private static void Write(CheckedStruct definition, IndentedText output) =>
        output.Block(definition.IsLaidOut
            ? $"struct {definition.Name}: size {definition.Size}, alignment {definition.Alignment}, objects {definition.Objects}"
            : $"struct {definition.Name}: not laid out", () =>
        {
            foreach (var field in definition.Fields)
            {
                output.Line($"{(definition.IsLaidOut ? $"{field.Offset}: " : "")}{field.Type}{(field.Count > 1 ? $"[{field.Count}]" : "")} {field.Name}");
            }
        });

    private static void Write(CheckedInterface definition, IndentedText output) =>
        output.Block($"interface {definition.Name}{(definition.Base is null ? "" : $" : {definition.Base.Name}")}, version {definition.Version}", () =>
        {
            foreach (var constant in definition.Constants) Write(constant, output);
            foreach (var error in definition.Errors) output.Line($"error {error.Name.Text}");
            foreach (var method in definition.Methods)
            {
                var version = method.Version is { } own ? $", version {own}" : "";
                output.Block($"method {method.Name}{version}{(method.Parameters is null ? " (refused)" : "")}", () =>
                {
                    foreach (var parameter in method.Parameters ?? [])
                    {
                        var suffix = parameter.Form switch { ParameterForm.Array => "[]", ParameterForm.ObjectArray => $"[{parameter.Length}]", _ => "" };
                        output.Line($"{(parameter.IsOut ? "out" : "in")} {parameter.Type}{suffix} {parameter.Name}: {parameter.Form}");
                    }
                });
            }
        });
}
