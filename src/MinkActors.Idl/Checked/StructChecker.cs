using MinkActors.Idl.Syntax;

namespace MinkActors.Idl.Checked;

/// <summary>Resolves fields, lays structs out, refuses hidden padding and cycles (spec/07 section 5).</summary>
/// <remarks>Works off a queue, inner structs first: how deep they nest is the input's choice and must not be ours to recurse on.</remarks>
internal sealed class StructChecker(Scope scope, DiagnosticBag diagnostics)
{
    private const int LengthMax = 65535;

    /// <summary>Sizes stop growing here, far beyond any memory; a multiple of every alignment, so that it causes no finding of its own.</summary>
    private const long SizeMax = 1L << 60;

    private readonly Dictionary<CheckedStruct, List<CheckedStruct>> _users = [];
    private readonly Dictionary<CheckedStruct, int> _waiting = [];

    public void Check(List<CheckedStruct> structs)
    {
        foreach (var definition in structs) Fields(definition);

        var ready = new Queue<CheckedStruct>();
        foreach (var definition in structs)
        {
            if (Waiting(definition) == 0) ready.Enqueue(definition);
        }
        while (ready.Count > 0)
        {
            var definition = ready.Dequeue();
            LayOut(definition);
            if (!_users.TryGetValue(definition, out var users)) continue;
            foreach (var user in users)
            {
                if (--_waiting[user] == 0) ready.Enqueue(user);
            }
        }
        StructCycles.Report(structs.FindAll(definition => Waiting(definition) > 0), diagnostics);
    }

    private int Waiting(CheckedStruct definition) => _waiting.TryGetValue(definition, out var count) ? count : 0;

    private void Fields(CheckedStruct definition)
    {
        var names = new Dictionary<string, NameSyntax>(StringComparer.Ordinal);
        foreach (var syntax in definition.Syntax.Fields)
        {
            if (names.TryGetValue(syntax.Name.Text, out var first))
            {
                diagnostics.Add(IdlRule.DuplicateField, definition.File, syntax.Name.Span,
                    $"Struct '{definition.Name}' has a field '{syntax.Name.Text}' already; rename one.", new IdlLocation(definition.File, first.Span));
            }
            else
            {
                names[syntax.Name.Text] = syntax.Name;
            }
            var type = scope.Resolve(definition.File, syntax.Type.Name, isParameter: false);
            var count = Length(definition, syntax);
            if (type is null) continue;
            if (type is ObjectType && count > 1)
            {
                diagnostics.Add(IdlRule.ObjectArrayField, definition.File, syntax.Name.Span, $"A struct holds no array of objects; declare {count} fields of type '{type.Name}'.");
            }
            definition.Fields.Add(new CheckedField(syntax, type, Math.Max(count, 1)));
            if (type is not StructType inner) continue;
            if (!_users.TryGetValue(inner.Definition, out var users)) _users[inner.Definition] = users = [];
            users.Add(definition);
            _waiting[definition] = Waiting(definition) + 1;
        }
    }

    private int Length(CheckedStruct definition, FieldSyntax syntax)
    {
        if (syntax.Type.Suffix is not { } suffix) return 1;
        if (suffix.Length is >= 1 and <= LengthMax) return suffix.Length;
        diagnostics.Add(IdlRule.ArrayLength, definition.File, suffix.LengthSpan, $"An array has 1 to {LengthMax} elements.");
        return 0;
    }

    private void LayOut(CheckedStruct definition)
    {
        long offset = 0;
        // After a refusal the other fields are still checked, from where they would stand after the padding. The size is not:
        // the author's own padding changes it.
        var isSound = !definition.Syntax.Broken && definition.Fields.Count == definition.Syntax.Fields.Count;
        var isPadded = true;
        foreach (var field in definition.Fields)
        {
            if (field.Type is StructType { Definition.IsLaidOut: false }) isSound = false;
            if (field.Type is StructType && field.Type.Objects > 0 && field.Count > 1)
            {
                diagnostics.Add(IdlRule.ObjectStructArrayField, definition.File, field.Syntax.Name.Span,
                    $"'{field.Type.Name}' holds objects, so there is no array of it; declare {field.Count} fields.");
            }
            var alignment = field.Type.Alignment;
            definition.Alignment = Math.Max(definition.Alignment, alignment);
            if (isSound && offset % alignment != 0)
            {
                var missing = alignment - offset % alignment;
                diagnostics.Add(IdlRule.FieldOffset, definition.File, field.Syntax.Name.Span,
                    $"Field '{field.Name}' is at offset {offset} but needs a multiple of {alignment}; insert {missing} byte{(missing == 1 ? "" : "s")} of padding before it.");
                offset += missing;
                isPadded = false;
            }
            field.Offset = offset;
            offset = field.Type.Size >= SizeMax / field.Count ? SizeMax : Math.Min(offset + field.Type.Size * field.Count, SizeMax);
            definition.Objects = Saturate((long)definition.Objects + field.Type.Objects * (long)field.Count);
        }
        definition.Size = offset;
        if (isSound && isPadded && offset % definition.Alignment != 0)
        {
            var missing = definition.Alignment - offset % definition.Alignment;
            diagnostics.Add(IdlRule.StructSize, definition.File, definition.Syntax.Name.Span,
                $"Struct '{definition.Name}' has {offset} bytes but needs a multiple of {definition.Alignment}; append {missing} byte{(missing == 1 ? "" : "s")} of padding.");
            isPadded = false;
        }
        definition.IsLaidOut = isSound && isPadded;
    }

    private static int Saturate(long objects) => (int)Math.Min(objects, Number.Huge);
}
