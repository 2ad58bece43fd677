namespace MinkActors.Idl.Syntax;

/// <summary>The tokens of a file, a place among them, and how to go on after one that does not fit.</summary>
internal sealed class TokenReader(SourceFile file, List<Token> tokens, DiagnosticBag diagnostics)
{
    private int _at;

    public Token Current => tokens[_at];

    public int Position => _at;

    public Token Following => Peek(1);

    public Token Peek(int distance) => tokens[Math.Min(_at + distance, tokens.Count - 1)];

    public bool AtEnd => Current.Kind == TokenKind.EndOfFile;

    public bool At(TokenKind kind) => Current.Kind == kind;

    public Token Take()
    {
        var token = tokens[_at];
        if (token.Kind != TokenKind.EndOfFile) _at++;
        return token;
    }

    public void Error(string message) => Error(Current.Span, message);

    public void Error(TextSpan span, string message)
    {
        // An unterminated comment swallows the rest of the file and is reported where it starts; the end it causes is no second mistake.
        if (AtEnd && Current.CommentBefore && diagnostics.Items.Exists(d => d.Message.StartsWith("This comment", StringComparison.Ordinal))) return;
        diagnostics.Add(IdlRule.Grammar, file, span, message);
    }

    /// <summary>The current token as a message names it.</summary>
    public string Seen => Current.Kind switch
    {
        TokenKind.EndOfFile => "the end of the file",
        TokenKind.Path => $"\"{Current.Text}\"",
        _ => $"'{(Current.Text.Length > 40 ? Current.Text.Substring(0, 40) + "..." : Current.Text)}'",
    };

    public bool Expect(TokenKind kind, string what)
    {
        if (At(kind))
        {
            Take();
            return true;
        }
        Error($"Expected {what}, found {Seen}.");
        return false;
    }

    public NameSyntax? ExpectName(string what)
    {
        if (At(TokenKind.Name))
        {
            var token = Take();
            return new NameSyntax(token.Text, token.Span);
        }
        var hint = Current.Kind == TokenKind.Bad && Current.Text[0] == '_' ? " A name begins with a letter." : "";
        Error($"Expected {what}, found {Seen}.{hint}");
        return null;
    }

    /// <summary>Takes a keyword and insists on the white space behind it (the grammar's WS).</summary>
    public Token TakeKeyword()
    {
        var keyword = Take();
        if (!keyword.SpaceAfter && !AtEnd) Error(Current.Span, $"Put white space directly behind '{keyword.Text}'.");
        return keyword;
    }

    /// <summary>Passes over one statement: to behind a closing token at this depth, or to before something that <paramref name="stop"/> knows.</summary>
    public void SkipStatement(Func<Token, bool> stop)
    {
        var depth = 0;
        while (!AtEnd)
        {
            if (depth == 0 && (At(TokenKind.CloseBrace) || At(TokenKind.LoneCloseBrace))) return;
            if (depth == 0 && stop(Current)) return;
            var kind = Take().Kind;
            if (kind == TokenKind.OpenBrace) depth++;
            else if (kind is TokenKind.CloseBrace or TokenKind.LoneCloseBrace) depth--;
            if (depth == 0 && kind is TokenKind.Semicolon or TokenKind.CloseParen or TokenKind.CloseBrace) return;
            if (depth == 0 && kind == TokenKind.LoneCloseBrace)
            {
                if (At(TokenKind.Semicolon)) Take();
                return;
            }
        }
    }

    /// <summary>"};" or ");", or its two halves with something between, which is reported.</summary>
    public bool TakeClosing(TokenKind whole, TokenKind lone, string text)
    {
        if (At(whole))
        {
            Take();
            return true;
        }
        if (!At(lone)) return false;
        Error(At(lone) && Following.Kind == TokenKind.Semicolon
            ? $"Write \"{text}\" as one token: nothing may stand between the two characters."
            : $"Expected \"{text}\", found {Seen}; the semicolon belongs to it.");
        Take();
        if (At(TokenKind.Semicolon)) Take();
        return true;
    }
}
