namespace MinkActors.Idl.Syntax;

/// <summary>The parts of structs and interfaces: fields, constants, errors, methods, parameters.</summary>
internal sealed class MemberParser(TokenReader tokens)
{
    private static bool StartsMember(Token token) =>
        token.Kind == TokenKind.Attribute || (token.FirstOnLine && (token.Is("method") || token.Is("const") || token.Is("error")));

    /// <summary>Null when nothing with a name could be made of it; the reader then stands behind it.</summary>
    public ConstantSyntax? Constant(Func<Token, bool> stop)
    {
        var documentation = tokens.TakeKeyword().Documentation;
        var type = tokens.ExpectName("a primitive type");
        if (type is not null && Checked.PrimitiveType.Find(type.Text) is null)
        {
            tokens.Error(type.Span, $"A constant has a primitive type (uint8 to int64, float32, float64), not '{type.Text}'.");
            type = null;
        }
        var name = type is null ? null : tokens.ExpectName("the constant's name");
        var value = tokens.Current;
        if (name is null || !tokens.Expect(TokenKind.Equals, "'='") || !ExpectValue(out value))
        {
            tokens.SkipStatement(stop);
            return null;
        }
        if (!tokens.Expect(TokenKind.Semicolon, $"';' behind the value (a literal: 12, -3, 0x1F or 2.5)")) tokens.SkipStatement(stop);
        return new ConstantSyntax(documentation, type!, name, value.Text, value.Span);
    }

    public FieldSyntax? Field()
    {
        var type = tokens.ExpectName("a field's type, or \"};\"");
        if (type is null) return null;
        ArraySuffixSyntax? suffix = null;
        if (tokens.At(TokenKind.OpenBracket))
        {
            suffix = Suffix();
            if (suffix is null) return null;
            if (suffix.Digits is null)
            {
                tokens.Error(suffix.Span, "An array in a struct needs its length, as in uint8[16].");
                return null;
            }
            if (tokens.At(TokenKind.OpenBracket))
            {
                tokens.Error("Arrays have one dimension; put the inner array into a struct of its own.");
                return null;
            }
        }
        var name = tokens.ExpectName("the field's name");
        if (name is null) return null;
        if (tokens.At(TokenKind.OpenBracket))
        {
            tokens.Error($"The array length belongs behind the type: {type.Text}[n] {name.Text};");
            return null;
        }
        return tokens.Expect(TokenKind.Semicolon, "';' behind the field") ? new FieldSyntax(new TypeSyntax(type, suffix), name) : null;
    }

    /// <summary>One member of an interface, or null; the reader has moved on in either case.</summary>
    public DeclarationSyntax? Member()
    {
        var first = tokens.Current;
        var attributes = Attributes();
        var token = tokens.Current;
        if (token.Is("method")) return Method(attributes, first.Documentation);
        if (attributes.Count > 0) tokens.Error("A version attribute stands before a method only.");
        if (token.Is("const")) return Constant(StartsMember);
        if (token.Is("error")) return Error();
        if (token.Kind is TokenKind.CloseBrace or TokenKind.LoneCloseBrace or TokenKind.EndOfFile) return null;
        tokens.Error(token.Is("struct") || token.Is("interface")
            ? $"A {token.Text} cannot be declared inside an interface; move it out."
            : $"Expected 'method', 'const' or 'error', each followed by white space, or \"}};\", found {tokens.Seen}.");
        tokens.Take();
        if (token.Kind != TokenKind.Semicolon) tokens.SkipStatement(StartsMember);
        return null;
    }

    private List<AttributeSyntax> Attributes()
    {
        var attributes = new List<AttributeSyntax>();
        while (tokens.At(TokenKind.Attribute) || (tokens.At(TokenKind.Bad) && tokens.Current.Text.StartsWith("#[", StringComparison.Ordinal)))
        {
            var token = tokens.Take();
            if (token.Kind == TokenKind.Bad)
            {
                tokens.Error(token.Span, "The only attribute is #[version = X.Y], with two numbers and white space around '=' only.");
                continue;
            }
            if (!token.SpaceAfter) tokens.Error("Put white space directly behind the attribute.");
            var point = token.Text.IndexOf('.');
            attributes.Add(new AttributeSyntax(token.Text.Substring(0, point), token.Text.Substring(point + 1), token.Span));
        }
        return attributes;
    }

    private ErrorSyntax? Error()
    {
        var documentation = tokens.TakeKeyword().Documentation;
        var name = tokens.ExpectName("the error's name");
        if (name is not null && tokens.Expect(TokenKind.Semicolon, "';' behind the error's name")) return new ErrorSyntax(documentation, name);
        tokens.SkipStatement(StartsMember);
        return name is null ? null : new ErrorSyntax(documentation, name);
    }

    private MethodSyntax? Method(List<AttributeSyntax> attributes, string? documentation)
    {
        tokens.TakeKeyword();
        var name = tokens.ExpectName("the method's name");
        if (name is null || !tokens.Expect(TokenKind.OpenParen, "'('"))
        {
            tokens.SkipStatement(StartsMember);
            return name is null ? null : new MethodSyntax(documentation, attributes, name, []) { Broken = true };
        }
        var parameters = new List<ParameterSyntax>();
        var broken = false;
        if (tokens.TakeClosing(TokenKind.CloseParen, TokenKind.LoneCloseParen, ");")) return Done();
        while (true)
        {
            if (Parameter() is { } parameter) parameters.Add(parameter);
            else broken = true;
            if (!tokens.At(TokenKind.Comma) && !AtEndOfParameters())
            {
                tokens.Error($"Expected ',' or \");\" behind the parameter, found {tokens.Seen}.");
                broken = true;
                while (!tokens.At(TokenKind.Comma) && !AtEndOfParameters()) tokens.Take();
            }
            if (tokens.At(TokenKind.Comma))
            {
                tokens.Take();
                continue;
            }
            if (tokens.TakeClosing(TokenKind.CloseParen, TokenKind.LoneCloseParen, ");")) return Done();
            tokens.Error($"Expected \");\" to end method '{name.Text}', found {tokens.Seen}.");
            broken = true;
            if (tokens.At(TokenKind.Semicolon)) tokens.Take();
            return Done();
        }

        MethodSyntax Done() => new(documentation, attributes, name, parameters) { Broken = broken };
    }

    /// <summary>Also where a list is likely to have ended without its ");": at the next member, or at the end of the body.</summary>
    private bool AtEndOfParameters() => tokens.Current.Kind is TokenKind.CloseParen or TokenKind.LoneCloseParen or TokenKind.Semicolon
        or TokenKind.CloseBrace or TokenKind.LoneCloseBrace or TokenKind.OpenBrace or TokenKind.EndOfFile || StartsMember(tokens.Current);

    private ParameterSyntax? Parameter()
    {
        if (!tokens.Current.Is("in") && !tokens.Current.Is("out"))
        {
            tokens.Error($"A parameter begins with 'in' or 'out', found {tokens.Seen}.");
            while (!tokens.At(TokenKind.Comma) && !AtEndOfParameters()) tokens.Take();
            return null;
        }
        var isOut = tokens.Take().Text == "out";
        var type = tokens.ExpectName("the parameter's type");
        if (type is null) return Lost();
        ArraySuffixSyntax? suffix = null;
        if (tokens.At(TokenKind.OpenBracket) && (suffix = Suffix()) is null) return Lost();
        var name = tokens.ExpectName("the parameter's name");
        return name is null ? Lost() : new ParameterSyntax(isOut, new TypeSyntax(type, suffix), name);

        ParameterSyntax? Lost()
        {
            while (!tokens.At(TokenKind.Comma) && !AtEndOfParameters()) tokens.Take();
            return null;
        }
    }

    private ArraySuffixSyntax? Suffix()
    {
        var open = tokens.Take();
        Token? length = null;
        if (tokens.At(TokenKind.Number) && IsDigits(tokens.Current.Text)) length = tokens.Take();
        else if (!tokens.At(TokenKind.CloseBracket))
        {
            tokens.Error($"An array length is a decimal number, found {tokens.Seen}.");
            return null;
        }
        var close = tokens.Current;
        if (!tokens.Expect(TokenKind.CloseBracket, "']'")) return null;
        var span = TextSpan.Between(open.Span.Start, close.Span.End);
        return new ArraySuffixSyntax(length?.Text, length?.Span ?? span, span);
    }

    private bool ExpectValue(out Token value)
    {
        value = tokens.Current;
        if (value.Kind == TokenKind.Number)
        {
            tokens.Take();
            return true;
        }
        tokens.Error($"A constant's value is a literal (12, -3, 0x1F or 2.5; the sign touches the digits), found {tokens.Seen}.");
        return false;
    }

    private static bool IsDigits(string text)
    {
        foreach (var c in text)
        {
            if (c is < '0' or > '9') return false;
        }
        return true;
    }
}
