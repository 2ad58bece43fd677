using MinkActors.Idl.Checked;
using MinkActors.Idl.Lowered;
using MinkActors.Idl.Syntax;

namespace MinkActors.Idl.CSharp;

/// <summary>Different IDL names that give one C# name (MIDL070), reported at the second.</summary>
internal sealed class NameClashes
{
    private readonly SourceFile _emitted;
    private readonly DiagnosticBag _diagnostics = new();

    private NameClashes(SourceFile emitted) => _emitted = emitted;

    public static IReadOnlyList<IdlDiagnostic> Find(LoweredUnit unit, SourceFile emitted, CSharpOptions options)
    {
        var clashes = new NameClashes(emitted);
        var types = new Dictionary<string, IdlLocation>(StringComparer.Ordinal);
        foreach (var file in unit.Checked.Syntax.Trees.Select(t => t.File))
        {
            var space = options.NamespaceFor(file);
            if (unit.Checked.Constants.Exists(c => c.File == file)) types[$"{space}.{CSharpNames.OfFile(file.Path)}Constants"] = new IdlLocation(file, default);
        }
        foreach (var definition in unit.Checked.Structs)
        {
            clashes.Take(types, definition.File, definition.Syntax.Name, $"{options.NamespaceFor(definition.File)}.{CSharpNames.Pascal(definition.Name)}");
            var fields = new Dictionary<string, IdlLocation>(StringComparer.Ordinal);
            foreach (var field in definition.Fields) clashes.Take(fields, definition.File, field.Syntax.Name, CSharpNames.Pascal(field.Name));
        }
        foreach (var contract in unit.Interfaces)
        {
            var stem = CSharpNames.Stem(contract.Name);
            foreach (var name in new[] { "I" + stem, stem + "Proxy", stem + "Skeleton", stem + "Exception" })
            {
                clashes.Take(types, contract.Checked.File, contract.Checked.Syntax.Name, $"{options.NamespaceFor(contract.Checked.File)}.{name}");
            }
            clashes.Members(contract);
        }
        var constants = new Dictionary<string, IdlLocation>(StringComparer.Ordinal);
        foreach (var constant in unit.Checked.Constants.Where(c => c.File == emitted)) clashes.Take(constants, emitted, constant.Syntax.Name, CSharpNames.Pascal(constant.Name));
        return clashes._diagnostics.Items;
    }

    private void Members(LoweredInterface contract)
    {
        var methods = new Dictionary<string, IdlLocation>(StringComparer.Ordinal)
        {
            // The proxy's own question for the version.
            ["GetApiVersion"] = new IdlLocation(contract.Checked.File, contract.Checked.Syntax.Name.Span),
        };
        var values = new Dictionary<string, IdlLocation>(StringComparer.Ordinal);
        var errors = new Dictionary<string, IdlLocation>(StringComparer.Ordinal);
        foreach (var at in contract.Chain().Reverse())
        {
            var file = at.Checked.File;
            foreach (var method in at.Checked.Methods)
            {
                Take(methods, file, method.Syntax.Name, CSharpNames.Pascal(method.Name));
                if (at != contract) continue;
                var parameters = new Dictionary<string, IdlLocation>(StringComparer.Ordinal);
                foreach (var parameter in method.Syntax.Parameters) Take(parameters, file, parameter.Name, CSharpNames.Pascal(parameter.Name.Text));
            }
            foreach (var constant in at.Checked.Constants) Take(values, file, constant.Syntax.Name, CSharpNames.Pascal(constant.Name));
            foreach (var error in at.Checked.Errors) Take(errors, file, error.Name, CSharpNames.Pascal(error.Name.Text));
        }
    }

    private void Take(Dictionary<string, IdlLocation> names, SourceFile file, NameSyntax syntax, string name)
    {
        if (!names.TryGetValue(name, out var first)) names[name] = new IdlLocation(file, syntax.Span);
        else if (file == _emitted) _diagnostics.Add(IdlRule.CSharpNames, file, syntax.Span, $"'{syntax.Text}' becomes '{name.Substring(name.LastIndexOf('.') + 1)}' in C#, which is taken; rename one.", first);
    }
}
