namespace MinkActors.Idl.Syntax;

/// <summary>Tokens to a tree (spec/07 section 2). Reports what does not fit, takes up the thread again, and never fails.</summary>
/// <remarks>Nesting in the language is fixed, so nothing here recurses and no input can exhaust the stack.</remarks>
internal sealed class Parser
{
    private readonly SyntaxTree _tree;
    private readonly TokenReader _tokens;
    private readonly MemberParser _members;

    private Parser(SourceFile file, DiagnosticBag diagnostics)
    {
        _tree = new SyntaxTree(file);
        _tokens = new TokenReader(file, Lexer.Read(file, diagnostics), diagnostics);
        _members = new MemberParser(_tokens);
    }

    public static SyntaxTree Parse(SourceFile file, DiagnosticBag diagnostics)
    {
        var parser = new Parser(file, diagnostics);
        while (!parser._tokens.AtEnd) parser.TopLevel();
        return parser._tree;
    }

    private static bool StartsDeclaration(Token token) =>
        token.FirstOnLine && (token.Is("const") || token.Is("struct") || token.Is("interface") || token.Is("include"));

    private void TopLevel()
    {
        var token = _tokens.Current;
        if (token.Is("include")) Include();
        else if (token.Is("const")) Keep(_members.Constant(StartsDeclaration));
        else if (token.Is("struct")) Keep(Struct());
        else if (token.Is("interface")) Keep(Interface());
        else Stray();
    }

    private void Keep(DeclarationSyntax? declaration)
    {
        if (declaration is null) _tree.LostNames = true;
        else _tree.Declarations.Add(declaration);
    }

    private void Stray()
    {
        switch (_tokens.Current.Kind)
        {
            case TokenKind.Semicolon:
                _tokens.Error("A semicolon belongs behind constants, errors and fields only; remove it.");
                _tokens.Take();
                return;
            case TokenKind.Attribute:
                _tokens.Error("A version attribute stands before a method only; remove it.");
                _tokens.Take();
                return;
            case TokenKind.CloseBrace or TokenKind.LoneCloseBrace:
                _tokens.Error("This closes nothing; remove it or look for the missing opening brace.");
                _tokens.Take();
                return;
        }
        _tokens.Error(_tokens.At(TokenKind.Name)
            ? $"Expected 'include', 'const', 'struct' or 'interface', each followed by white space, found {_tokens.Seen}."
            : $"Expected a declaration, found {_tokens.Seen}.");
        _tree.LostNames = true;
        _tokens.Take();
        _tokens.SkipStatement(StartsDeclaration);
    }

    private void Include()
    {
        var keyword = _tokens.Take();
        if (_tree.Declarations.Count > 0) _tokens.Error(keyword.Span, "Includes come before all other declarations; move this one up.");
        var path = _tokens.Current;
        if (path.Kind != TokenKind.Path)
        {
            _tokens.Error("Expected a file name in quotes that ends at its first \".idl\", as in: include \"other.idl\".");
            _tree.LostNames = true;
            if (path.Kind == TokenKind.Bad) _tokens.Take();
            return;
        }
        if (!keyword.SpaceAfter || path.CommentBefore) _tokens.Error("White space, and nothing else, stands between 'include' and the file name.");
        _tokens.Take();
        _tree.Includes.Add(new IncludeSyntax(path.Text, path.Span));
    }

    private StructSyntax? Struct()
    {
        var documentation = _tokens.TakeKeyword().Documentation;
        var name = _tokens.ExpectName("the struct's name");
        if (name is { Text: "interface" }) _tokens.Error(name.Span, "A struct cannot be called 'interface', which means an untyped object; choose another name.");
        if (name is null || !_tokens.Expect(TokenKind.OpenBrace, "'{'"))
        {
            _tokens.SkipStatement(StartsDeclaration);
            if (name is null) return null;
            return new StructSyntax(documentation, name, []) { Broken = true };
        }
        var fields = new List<FieldSyntax>();
        var broken = false;
        while (!_tokens.TakeClosing(TokenKind.CloseBrace, TokenKind.LoneCloseBrace, "};"))
        {
            if (_tokens.AtEnd || IsDeclarationNotField())
            {
                _tokens.Error($"Expected \"}};\" to close struct '{name.Text}', found {_tokens.Seen}.");
                broken = true;
                break;
            }
            var before = _tokens.Position;
            if (_members.Field() is { } field)
            {
                fields.Add(field);
                continue;
            }
            broken = true;
            if (_tokens.Position == before) _tokens.Take();
            _tokens.SkipStatement(token => token.FirstOnLine);
        }
        if (fields.Count == 0 && !broken)
        {
            _tokens.Error(name.Span, $"Struct '{name.Text}' needs at least one field.");
            broken = true;
        }
        return new StructSyntax(documentation, name, fields) { Broken = broken };
    }

    /// <summary>Keywords are not reserved, so "const x;" may be a field of a struct named const; two names and no semicolon is none.</summary>
    private bool IsDeclarationNotField() => StartsDeclaration(_tokens.Current) && _tokens.Following.Kind is TokenKind.Name or TokenKind.Path
        && _tokens.Peek(2).Kind != TokenKind.Semicolon;

    private InterfaceSyntax? Interface()
    {
        var keyword = _tokens.TakeKeyword();
        var name = _tokens.ExpectName("the interface's name");
        NameSyntax? parent = null;
        var broken = false;
        if (name is not null && _tokens.At(TokenKind.Colon))
        {
            _tokens.Take();
            parent = _tokens.ExpectName("the name of the base interface");
            broken = parent is null;
        }
        if (name is null || !_tokens.At(TokenKind.OpenBrace))
        {
            _tokens.Error(_tokens.At(TokenKind.Comma) ? "An interface has one base at most." : $"Expected '{{', found {_tokens.Seen}.");
            broken = true;
            while (!_tokens.AtEnd && !_tokens.At(TokenKind.OpenBrace) && !_tokens.At(TokenKind.Semicolon)
                && !_tokens.At(TokenKind.CloseBrace) && !StartsDeclaration(_tokens.Current)) _tokens.Take();
        }
        var members = new List<DeclarationSyntax>();
        if (_tokens.At(TokenKind.OpenBrace))
        {
            _tokens.Take();
            while (!_tokens.TakeClosing(TokenKind.CloseBrace, TokenKind.LoneCloseBrace, "};"))
            {
                if (_tokens.AtEnd || IsNextDeclaration(keyword))
                {
                    _tokens.Error($"Expected \"}};\" to close interface '{name?.Text}', found {_tokens.Seen}.");
                    broken = true;
                    break;
                }
                if (_members.Member() is { } member) members.Add(member);
                else broken = true;
            }
        }
        else if (_tokens.At(TokenKind.Semicolon) || _tokens.At(TokenKind.CloseBrace))
        {
            _tokens.Take();
        }
        return name is null ? null : new InterfaceSyntax(keyword.Documentation, name, parent, members) { Broken = broken };
    }

    /// <summary>A struct or interface that begins no further right than this interface did: its "};" was forgotten.</summary>
    private bool IsNextDeclaration(Token opener)
    {
        var token = _tokens.Current;
        return token.FirstOnLine && (token.Is("struct") || token.Is("interface")) && _tokens.Following.Kind == TokenKind.Name
            && _tree.File.PositionOf(token.Span.Start).Column <= _tree.File.PositionOf(opener.Span.Start).Column;
    }
}
