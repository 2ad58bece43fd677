using MinkActors.Idl.Syntax;

namespace MinkActors.Idl.Checked;

/// <summary>Names and number of members over whole chains of interfaces (spec/07 section 7). A clash is reported where it is most derived, once.</summary>
internal static class MemberNames
{
    private const int MethodsMax = 16384;
    private const string VersionMethod = "api_version";

    public static void Check(List<CheckedInterface> interfaces, DiagnosticBag diagnostics)
    {
        var methods = new Dictionary<CheckedInterface, Dictionary<string, NameSyntax>>();
        var values = new Dictionary<CheckedInterface, Dictionary<string, NameSyntax>>();
        foreach (var definition in interfaces)
        {
            methods[definition] = new Dictionary<string, NameSyntax>(StringComparer.Ordinal);
            values[definition] = new Dictionary<string, NameSyntax>(StringComparer.Ordinal);
            foreach (var member in definition.Syntax.Members)
            {
                var isMethod = member is MethodSyntax;
                var own = isMethod ? methods[definition] : values[definition];
                if (own.TryGetValue(member.Name.Text, out var first)) Clash(definition, member, definition, first);
                else own[member.Name.Text] = member.Name;
                if (isMethod && member.Name.Text == VersionMethod)
                {
                    diagnostics.Add(IdlRule.ReservedMethod, definition.File, member.Name.Span, $"Every interface has '{VersionMethod}' built in; choose another name.");
                }
            }
        }
        foreach (var definition in interfaces)
        {
            for (var parent = definition.Base; parent is not null; parent = parent.Base)
            {
                Inherited(definition, parent, methods);
                Inherited(definition, parent, values);
            }
            Count(definition);
        }

        void Inherited(CheckedInterface definition, CheckedInterface parent, Dictionary<CheckedInterface, Dictionary<string, NameSyntax>> names)
        {
            if (names[definition].Count == 0 || names[parent].Count == 0) return;
            foreach (var member in definition.Syntax.Members)
            {
                if ((member is MethodSyntax) == ReferenceEquals(names, methods) && names[parent].TryGetValue(member.Name.Text, out var first)) Clash(definition, member, parent, first);
            }
        }

        void Clash(CheckedInterface definition, DeclarationSyntax member, CheckedInterface where, NameSyntax first)
        {
            var at = new IdlLocation(where.File, first.Span);
            if (member is MethodSyntax) diagnostics.Add(IdlRule.DuplicateMethod, definition.File, member.Name.Span, $"Interface '{where.Name}' has a method '{first.Text}' already, and methods are neither overloaded nor overridden; rename one.", at);
            else diagnostics.Add(IdlRule.DuplicateMember, definition.File, member.Name.Span, $"Interface '{where.Name}' has a constant or error '{first.Text}' already; rename one.", at);
        }

        void Count(CheckedInterface definition)
        {
            long before = 0;
            for (var parent = definition.Base; parent is not null; parent = parent.Base) before += parent.Methods.Count;
            if (before > MethodsMax || before + definition.Methods.Count <= MethodsMax) return;
            var first = definition.Methods[(int)(MethodsMax - before)];
            diagnostics.Add(IdlRule.TooManyMethods, definition.File, first.Syntax.Name.Span,
                $"An interface has at most {MethodsMax} methods, its bases' included; split '{definition.Name}'.");
        }
    }
}
