using MinkActors.Idl.Syntax;

namespace MinkActors.Idl.Checked;

/// <summary>All names of a unit's files: structs and interfaces in one space, constants in another (spec/07 section 6).</summary>
internal sealed class Scope(bool lostNames, DiagnosticBag diagnostics)
{
    private readonly Dictionary<string, (IdlType Type, IdlLocation At)> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IdlLocation> _constants = new(StringComparer.Ordinal);

    public void Declare(CheckedConstant constant)
    {
        if (_constants.TryGetValue(constant.Name, out var first)) Duplicate(constant.File, constant.Syntax.Name, "constant", first);
        else _constants[constant.Name] = new IdlLocation(constant.File, constant.Syntax.Name.Span);
    }

    public void Declare(CheckedStruct definition) => DeclareType(definition.File, definition.Syntax.Name, new StructType(definition));

    public void Declare(CheckedInterface definition) => DeclareType(definition.File, definition.Syntax.Name, new ObjectType(definition));

    public IdlType? Find(string name) => _types.TryGetValue(name, out var found) ? found.Type : null;

    /// <summary>A field's or parameter's type. Primitive names win over declared ones, and so does <c>buffer</c> in parameters.</summary>
    public IdlType? Resolve(SourceFile file, NameSyntax name, bool isParameter)
    {
        if (PrimitiveType.Find(name.Text) is { } primitive) return primitive;
        if (name.Text == "interface") return ObjectType.Untyped;
        if (isParameter && name.Text == "buffer") return BufferType.Instance;
        if (Find(name.Text) is { } declared) return declared;
        if (!lostNames)
        {
            diagnostics.Add(IdlRule.UnknownType, file, name.Span, name.Text == "buffer"
                ? "'buffer' is for parameters only; a struct holds arrays of fixed length, as in uint8[16]."
                : $"There is no type '{name.Text}'; declare it, include the file that does, or use a primitive type, 'interface'{(isParameter ? " or 'buffer'" : "")}.");
        }
        return null;
    }

    public void UnknownBase(CheckedInterface derived, NameSyntax name)
    {
        if (Find(name.Text) is StructType) diagnostics.Add(IdlRule.UnknownBase, derived.File, name.Span, $"'{name.Text}' is a struct; an interface can only extend an interface.");
        else if (!lostNames) diagnostics.Add(IdlRule.UnknownBase, derived.File, name.Span, $"There is no interface '{name.Text}'; declare it or include the file that does.");
    }

    private void DeclareType(SourceFile file, NameSyntax name, IdlType type)
    {
        if (_types.TryGetValue(name.Text, out var first)) Duplicate(file, name, "struct or interface", first.At);
        else _types[name.Text] = (type, new IdlLocation(file, name.Span));
    }

    private void Duplicate(SourceFile file, NameSyntax name, string what, IdlLocation first) =>
        diagnostics.Add(IdlRule.DuplicateName, file, name.Span, $"There is a {what} '{name.Text}' already; names are shared by all included files, so rename one.", first);
}
