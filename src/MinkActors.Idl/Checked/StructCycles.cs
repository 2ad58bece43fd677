namespace MinkActors.Idl.Checked;

/// <summary>Finds which fields close a cycle among structs that could not be laid out; structs that only use a cycle are innocent.</summary>
internal static class StructCycles
{
    public static void Report(List<CheckedStruct> suspects, DiagnosticBag diagnostics)
    {
        var finished = new HashSet<CheckedStruct>();
        var open = new HashSet<CheckedStruct>();
        var path = new Stack<(CheckedStruct Struct, int NextField)>();
        foreach (var start in suspects)
        {
            if (finished.Contains(start)) continue;
            path.Push((start, 0));
            open.Add(start);
            while (path.Count > 0)
            {
                var (definition, next) = path.Pop();
                if (next == definition.Fields.Count)
                {
                    open.Remove(definition);
                    finished.Add(definition);
                    continue;
                }
                path.Push((definition, next + 1));
                if (definition.Fields[next].Type is not StructType { Definition: var inner } || finished.Contains(inner)) continue;
                if (open.Add(inner))
                {
                    path.Push((inner, 0));
                    continue;
                }
                var field = definition.Fields[next];
                diagnostics.Add(IdlRule.StructCycle, definition.File, field.Syntax.Name.Span, inner == definition
                    ? $"Struct '{definition.Name}' contains itself; remove field '{field.Name}'."
                    : $"Field '{field.Name}' makes struct '{inner.Name}' contain itself, through '{definition.Name}'; break the circle.");
            }
        }
    }
}
