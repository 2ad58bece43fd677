using MinkActors.Idl.Syntax;

namespace MinkActors.Idl.Checked;

/// <summary>Which suffix goes with which type, and what may stand together (spec/07 section 8).</summary>
internal sealed class ParameterChecker(Scope scope, DiagnosticBag diagnostics)
{
    private const int LengthMax = 65535;

    /// <summary>Null when a parameter was refused: no layout is computed from the others.</summary>
    public IReadOnlyList<CheckedParameter>? Check(SourceFile file, MethodSyntax method)
    {
        var parameters = new List<CheckedParameter>();
        var names = new Dictionary<string, NameSyntax>(StringComparer.Ordinal);
        foreach (var syntax in method.Parameters)
        {
            if (names.TryGetValue(syntax.Name.Text, out var first))
            {
                diagnostics.Add(IdlRule.DuplicateParameter, file, syntax.Name.Span,
                    $"Method '{method.Name.Text}' has a parameter '{first.Text}' already (inputs and outputs share names); rename one.", new IdlLocation(file, first.Span));
            }
            else
            {
                names[syntax.Name.Text] = syntax.Name;
            }
            if (Check(file, syntax) is { } parameter) parameters.Add(parameter);
        }
        Mixture(file, parameters, isOut: false);
        Mixture(file, parameters, isOut: true);
        return method.Broken || parameters.Count != method.Parameters.Count ? null : parameters;
    }

    private CheckedParameter? Check(SourceFile file, ParameterSyntax syntax)
    {
        var type = scope.Resolve(file, syntax.Type.Name, isParameter: true);
        return type switch
        {
            null => null,
            BufferType => Buffer(file, syntax),
            ObjectType => Object(file, syntax, type),
            _ => Data(file, syntax, type),
        };
    }

    private CheckedParameter? Buffer(SourceFile file, ParameterSyntax syntax)
    {
        if (syntax.Type.Suffix is null) return new CheckedParameter(syntax, ParameterForm.Buffer, BufferType.Instance, 0);
        diagnostics.Add(IdlRule.BufferSuffix, file, syntax.Type.Suffix.Span, "A buffer is an array of bytes already; remove the brackets.");
        return null;
    }

    private CheckedParameter? Object(SourceFile file, ParameterSyntax syntax, IdlType type)
    {
        if (syntax.Type.Suffix is not { } suffix) return new CheckedParameter(syntax, ParameterForm.Object, type, 1);
        if (suffix.Digits is null)
        {
            diagnostics.Add(IdlRule.UnboundedObjects, file, syntax.Type.Name.Span, $"An array of objects needs its length, as in {type.Name}[4].");
            return null;
        }
        if (suffix.Length is < 1 or > LengthMax)
        {
            diagnostics.Add(IdlRule.ArrayLength, file, suffix.LengthSpan, "An array of objects has 1 to 15 elements.");
            return null;
        }
        if (suffix.Length == 1)
        {
            diagnostics.Add(IdlRule.ObjectArrayOfOne, file, suffix.LengthSpan, $"An array of one object travels like a plain object; write '{type.Name} {syntax.Name.Text}'.");
        }
        return new CheckedParameter(syntax, ParameterForm.ObjectArray, type, suffix.Length);
    }

    private CheckedParameter? Data(SourceFile file, ParameterSyntax syntax, IdlType type)
    {
        var isSound = type is not StructType { Definition.IsLaidOut: false };
        if (syntax.Type.Suffix is { } suffix)
        {
            if (suffix.Digits is not null)
            {
                diagnostics.Add(IdlRule.BoundedData, file, syntax.Type.Name.Span,
                    $"An array parameter of data has no fixed length; write {type.Name}[], or put the array into a struct.");
                return null;
            }
            if (type.Objects > 0)
            {
                diagnostics.Add(IdlRule.ObjectStructArray, file, syntax.Type.Name.Span, $"'{type.Name}' holds objects, so there is no array of it; pass the objects as parameters of their own.");
                return null;
            }
            return isSound ? new CheckedParameter(syntax, ParameterForm.Array, type, 0) : null;
        }
        if (type.Objects > 0 && type.Size <= 16 && isSound)
        {
            diagnostics.Add(IdlRule.LoneObjectStruct, file, syntax.Type.Name.Span, $"'{type.Name}' holds one object and nothing else; pass the object itself.");
            return null;
        }
        return isSound ? new CheckedParameter(syntax, ParameterForm.Value, type, 1) : null;
    }

    /// <summary>The second of an object array and a single object; those inside structs do not count.</summary>
    private void Mixture(SourceFile file, List<CheckedParameter> parameters, bool isOut)
    {
        ParameterForm? first = null;
        foreach (var parameter in parameters)
        {
            if (parameter.IsOut != isOut || parameter.Form is not (ParameterForm.Object or ParameterForm.ObjectArray)) continue;
            first ??= parameter.Form;
            if (parameter.Form == first) continue;
            diagnostics.Add(IdlRule.ObjectArrayAndObject, file, parameter.Syntax.Name.Span,
                "Object arrays and single objects do not go together in one direction; make the array longer, or all of them single.");
            return;
        }
    }
}
