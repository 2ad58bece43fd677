using MinkActors.Idl.Checked;
using MinkActors.Idl.Lowered;

namespace MinkActors.Idl.CSharp;

/// <summary>The signature of a proxy method: what the caller gives, in declaration order, and what comes back.</summary>
internal sealed class ProxyShape
{
    private readonly List<(string Type, string Name)> _given = [];

    public ProxyShape(LoweredMethod method, CSharpTypes types)
    {
        Pascal = CSharpNames.Pascal(method.Name);
        var taken = new NameSet([.. CSharpNames.ObjectMembers, Pascal + "Result", "PrintMembers", "Deconstruct"]);
        foreach (var parameter in method.Parameters)
        {
            var name = CSharpNames.Parameter(parameter.Name);
            if (!parameter.IsOut)
            {
                _given.Add((InputType(parameter, types), name));
                continue;
            }
            if (parameter.Form is ParameterForm.Buffer or ParameterForm.Array)
            {
                _given.Add(($"{RuntimeSurface.Memory}<{ElementType(parameter, types)}>", name));
                Results.Add(new ProxyResult(parameter, "int", taken.Take(CSharpNames.Pascal(parameter.Name) + "Count")));
                continue;
            }
            var type = parameter.Form switch
            {
                ParameterForm.Object => types.Object((ObjectType)parameter.Type),
                ParameterForm.ObjectArray => types.Object((ObjectType)parameter.Type) + "[]",
                _ => types.Data(parameter.Type),
            };
            Results.Add(new ProxyResult(parameter, type, taken.Take(CSharpNames.Pascal(parameter.Name))));
        }
    }

    public string Pascal { get; }

    public string Name => Pascal + "Async";

    public List<ProxyResult> Results { get; } = [];

    public string Signature => string.Concat(_given.Select(g => $"{g.Type} {g.Name}, ")) + $"{RuntimeSurface.Token} cancellationToken = default";

    public string Arguments => string.Concat(_given.Select(g => $"{g.Name}, ")) + "cancellationToken";

    public string ResultType(string prefix = "") => Results.Count == 1 ? Results[0].Type : $"{prefix}{Pascal}Result";

    public string ReturnType(string prefix = "") => Results.Count == 0 ? RuntimeSurface.Task : $"{RuntimeSurface.Task}<{ResultType(prefix)}>";

    public static string ElementType(CheckedParameter parameter, CSharpTypes types) => parameter.Form == ParameterForm.Buffer ? "byte" : types.Data(parameter.Type);

    private static string InputType(CheckedParameter parameter, CSharpTypes types) => parameter.Form switch
    {
        ParameterForm.Buffer or ParameterForm.Array => $"{RuntimeSurface.ReadOnlySpan}<{ElementType(parameter, types)}>",
        ParameterForm.Object => RuntimeSurface.Capability + "?",
        ParameterForm.ObjectArray => $"{RuntimeSurface.ReadOnlySpan}<{RuntimeSurface.Capability}?>",
        _ => parameter.Type is StructType ? $"in {types.Data(parameter.Type)}" : types.Data(parameter.Type),
    };
}

internal sealed record ProxyResult(CheckedParameter Parameter, string Type, string Name);
