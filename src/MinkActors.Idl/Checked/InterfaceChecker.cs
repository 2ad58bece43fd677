namespace MinkActors.Idl.Checked;

/// <summary>Links interfaces to their bases and cuts cycles, so that every chain ends (spec/07 section 7).</summary>
internal sealed class InterfaceChecker(Scope scope, DiagnosticBag diagnostics)
{
    public void Link(List<CheckedInterface> interfaces)
    {
        foreach (var definition in interfaces)
        {
            if (definition.Syntax.Base is not { } name) continue;
            if (scope.Find(name.Text) is ObjectType { Interface: { } parent }) definition.Base = parent;
            else scope.UnknownBase(definition, name);
        }

        var known = new HashSet<CheckedInterface>();
        foreach (var definition in interfaces)
        {
            var walked = new HashSet<CheckedInterface>();
            for (var at = definition; at is not null && !known.Contains(at); at = at.Base)
            {
                walked.Add(at);
                if (at.Base is not { } parent || !walked.Contains(parent)) continue;
                diagnostics.Add(IdlRule.InheritanceCycle, at.File, at.Syntax.Base!.Span, at == parent
                    ? $"Interface '{at.Name}' extends itself; remove the base."
                    : $"Extending '{parent.Name}' here closes a circle of interfaces; break it.");
                at.Base = null;
            }
            known.UnionWith(walked);
        }
    }
}
