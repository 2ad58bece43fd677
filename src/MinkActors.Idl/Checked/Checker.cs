using MinkActors.Idl.Syntax;

namespace MinkActors.Idl.Checked;

/// <summary>Syntax to the checked model. Every file of the unit is checked fully, and every declaration whatever is wrong with the others.</summary>
internal sealed class Checker
{
    private readonly DiagnosticBag _diagnostics;
    private readonly IdlOptions _options;
    private readonly CheckedUnit _unit;
    private readonly Scope _scope;

    private Checker(SyntaxUnit syntax, IdlOptions options, DiagnosticBag diagnostics)
    {
        _diagnostics = diagnostics;
        _options = options;
        _unit = new CheckedUnit(syntax);
        _scope = new Scope(syntax.LostNames, diagnostics);
    }

    public static CheckedUnit Check(SyntaxUnit syntax, IdlOptions options, DiagnosticBag diagnostics)
    {
        var checker = new Checker(syntax, options, diagnostics);
        checker.Declare();
        new StructChecker(checker._scope, diagnostics).Check(checker._unit.Structs);
        new InterfaceChecker(checker._scope, diagnostics).Link(checker._unit.Interfaces);
        var parameters = new ParameterChecker(checker._scope, diagnostics);
        foreach (var definition in checker._unit.Interfaces) checker.Members(definition, parameters);
        MemberNames.Check(checker._unit.Interfaces, diagnostics);
        return checker._unit;
    }

    private void Declare()
    {
        foreach (var tree in _unit.Syntax.Trees)
        {
            foreach (var declaration in tree.Declarations)
            {
                switch (declaration)
                {
                    case ConstantSyntax constant:
                        var value = Constant(tree.File, constant);
                        _scope.Declare(value);
                        _unit.Constants.Add(value);
                        break;
                    case StructSyntax structure:
                        var definition = new CheckedStruct(tree.File, structure);
                        _scope.Declare(definition);
                        _unit.Structs.Add(definition);
                        break;
                    case InterfaceSyntax syntax:
                        var contract = new CheckedInterface(tree.File, syntax);
                        _scope.Declare(contract);
                        _unit.Interfaces.Add(contract);
                        break;
                }
            }
        }
    }

    private CheckedConstant Constant(SourceFile file, ConstantSyntax syntax)
    {
        // The grammar let primitive types through only.
        var type = PrimitiveType.Find(syntax.Type.Text)!;
        var value = ConstantReader.Read(type, syntax.Value, _options.AllowUndefinedBehavior, out var rule, out var message);
        if (rule is not null) _diagnostics.Add(rule, file, syntax.ValueSpan, message);
        return new CheckedConstant(file, syntax, type, value);
    }

    private void Members(CheckedInterface definition, ParameterChecker parameters)
    {
        var versions = new VersionChecker(definition.File, _diagnostics);
        foreach (var member in definition.Syntax.Members)
        {
            switch (member)
            {
                case ConstantSyntax constant:
                    definition.Constants.Add(Constant(definition.File, constant));
                    break;
                case ErrorSyntax error:
                    definition.Errors.Add(error);
                    break;
                case MethodSyntax method:
                    definition.Methods.Add(new CheckedMethod(method, versions.Next(method), parameters.Check(definition.File, method)));
                    break;
            }
        }
        definition.Version = versions.Largest;
    }
}

/// <summary>The version attributes of one interface, top to bottom (spec/07 section 7.1).</summary>
internal sealed class VersionChecker(SourceFile file, DiagnosticBag diagnostics)
{
    public IdlVersion Largest { get; private set; } = IdlVersion.Default;

    /// <summary>Null for a method without attribute: it takes no part in the order.</summary>
    public IdlVersion? Next(MethodSyntax method)
    {
        IdlVersion? version = null;
        foreach (var attribute in method.Attributes)
        {
            var read = new IdlVersion(Number.Saturating(attribute.Major), Number.Saturating(attribute.Minor));
            if (version is { } first)
            {
                if (read == first) diagnostics.Add(IdlRule.VersionRepeated, file, attribute.Span, $"Version {first} is given twice; remove one.");
                else diagnostics.Add(IdlRule.VersionTwice, file, attribute.Span, $"The method has version {first} already; keep one attribute.");
                continue;
            }
            version = read;
            if (read.Major > IdlVersion.MaxNumber || read.Minor > IdlVersion.MaxNumber)
            {
                diagnostics.Add(IdlRule.VersionNumber, file, attribute.Span, $"Both version numbers go up to {IdlVersion.MaxNumber}.");
            }
            else if (read.CompareTo(Largest) < 0)
            {
                diagnostics.Add(IdlRule.VersionOrder, file, attribute.Span,
                    $"Version {read} is below {Largest}, which comes before it (the first is 1.0); new methods go to the end with a higher version.");
            }
            else
            {
                Largest = read;
            }
        }
        return version;
    }
}
