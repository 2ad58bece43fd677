using MinkActors.Idl.Checked;

namespace MinkActors.Idl.Lowered;

/// <summary>Checked model to lowered model: numbers and places (spec/07 sections 7, 9 and 10).</summary>
internal sealed class Lowerer(IdlOptions options, DiagnosticBag diagnostics)
{
    private const int FirstError = 10;

    private readonly Dictionary<CheckedInterface, LoweredInterface> _lowered = [];

    public LoweredUnit Lower(CheckedUnit source)
    {
        var unit = new LoweredUnit(source);
        foreach (var definition in source.Interfaces)
        {
            var lowered = new LoweredInterface(definition);
            _lowered[definition] = lowered;
            unit.Interfaces.Add(lowered);
        }
        foreach (var lowered in unit.Interfaces) Fill(lowered);
        ApplySpecs(unit);
        return unit;
    }

    private void Fill(LoweredInterface lowered)
    {
        var definition = lowered.Checked;
        lowered.Base = definition.Base is null ? null : _lowered[definition.Base];
        var (op, code) = (0, FirstError);
        for (var parent = definition.Base; parent is not null; parent = parent.Base)
        {
            op += parent.Methods.Count;
            code += parent.Errors.Count;
        }
        foreach (var method in definition.Methods)
        {
            if (Lower(definition.File, method, op++) is { } one) lowered.Methods.Add(one);
        }
        foreach (var error in definition.Errors) lowered.Errors.Add(new LoweredError(error.Name.Text, code++, error.Documentation));
    }

    private LoweredMethod? Lower(SourceFile file, CheckedMethod method, int op)
    {
        if (method.Parameters is not { } parameters) return null;
        var inputs = Lower(file, method, parameters, isOut: false);
        var outputs = Lower(file, method, parameters, isOut: true);
        return inputs is null || outputs is null ? null : new LoweredMethod(method, op, parameters, inputs, outputs);
    }

    private Direction? Lower(SourceFile file, CheckedMethod method, IReadOnlyList<CheckedParameter> parameters, bool isOut)
    {
        var direction = DirectionLowering.Lower(parameters.Where(p => p.IsOut == isOut), options.BundleParametersBySize, out var tooMany, out var padding);
        var way = isOut ? "out" : "in";
        if (tooMany is not null)
        {
            diagnostics.Add(IdlRule.TooManyArguments, file, method.Syntax.Name.Span,
                $"Method '{method.Name}' needs {tooMany} '{way}', and a message carries {DirectionLowering.ArgumentsMax} of a kind; put data into structs or split the method.");
        }
        if (padding is not null)
        {
            diagnostics.Add(IdlRule.BundlePadding, file, method.Syntax.Name.Span,
                $"Sorted by size, '{padding}' needs padding before it, which compilers disagree about; do not bundle by size, or pad the struct before it.");
        }
        return direction;
    }

    /// <summary>Cuts interfaces of the root file down to a version; numbers are given by now and stay.</summary>
    private void ApplySpecs(LoweredUnit unit)
    {
        foreach (var spec in options.Specs)
        {
            var named = unit.Interfaces.Find(i => i.Name == spec.Interface && i.Checked.File == unit.Checked.Syntax.Root.File);
            if (named is null)
            {
                diagnostics.Add(new IdlDiagnostic(IdlRule.UnknownSpec, $"The root file has no interface '{spec.Interface}'; the spec for it does nothing.", null));
                continue;
            }
            var version = new IdlVersion(spec.Major, spec.Minor);
            if (version.CompareTo(named.Version) >= 0) continue;
            named.Methods.RemoveAll(m => m.Checked.Version is { } own && own.CompareTo(version) > 0);
            named.Version = named.Methods.Aggregate(IdlVersion.Default, (largest, m) => m.Checked.Version is { } own && own.CompareTo(largest) > 0 ? own : largest);
        }
    }
}
