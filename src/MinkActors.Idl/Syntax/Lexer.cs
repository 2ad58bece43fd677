using System.Text;

namespace MinkActors.Idl.Syntax;

/// <summary>Text to tokens; the longest match decides (spec/07 section 1). Never fails: what is no token becomes a bad one.</summary>
internal sealed class Lexer
{
    private readonly SourceFile _file;
    private readonly string _text;
    private readonly DiagnosticBag _diagnostics;
    private int _at;

    private Lexer(SourceFile file, DiagnosticBag diagnostics)
    {
        _file = file;
        _text = file.Text;
        _diagnostics = diagnostics;
    }

    public static List<Token> Read(SourceFile file, DiagnosticBag diagnostics)
    {
        var lexer = new Lexer(file, diagnostics);
        var tokens = new List<Token>();
        do tokens.Add(lexer.Next());
        while (tokens[tokens.Count - 1].Kind != TokenKind.EndOfFile);
        return tokens;
    }

    private char Current => _at < _text.Length ? _text[_at] : '\0';

    private Token Next()
    {
        var trivia = SkipTrivia();
        var start = _at;
        var kind = Scan(out var text);
        var span = TextSpan.Between(start, _at);
        text ??= _text.Substring(start, _at - start);
        var spaceAfter = _at < _text.Length && IsSpace(_text[_at]);
        return new Token(kind, span, text, trivia.Documentation, spaceAfter, trivia.HasComment, trivia.NewLine);
    }

    private (string? Documentation, bool HasComment, bool NewLine) SkipTrivia()
    {
        string? documentation = null;
        var hasComment = false;
        var newLine = _at == 0;
        while (_at < _text.Length)
        {
            var c = _text[_at];
            if (IsSpace(c))
            {
                newLine |= c is '\r' or '\n';
                _at++;
            }
            else if (c == '/' && Peek(1) == '/')
            {
                while (_at < _text.Length && _text[_at] is not ('\r' or '\n')) _at++;
                (documentation, hasComment) = (null, true);
            }
            else if (c == '/' && Peek(1) == '*')
            {
                var start = _at;
                var end = _text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
                if (end < 0)
                {
                    _diagnostics.Add(IdlRule.Grammar, _file, new TextSpan(start, 2), "This comment is never closed; end it with \"*/\".");
                    _at = _text.Length;
                    return (null, true, newLine);
                }
                _at = end + 2;
                documentation = Idl.Syntax.Documentation.Read(_text, start, _at);
                hasComment = true;
            }
            else
            {
                break;
            }
        }
        return (documentation, hasComment, newLine);
    }

    private TokenKind Scan(out string? text)
    {
        text = null;
        if (_at >= _text.Length) return TokenKind.EndOfFile;
        var c = _text[_at];
        if (IsLetter(c)) return Name();
        if (IsDigit(c) || (c == '-' && IsDigit(Peek(1)))) return Number();
        switch (c)
        {
            case '"': return Path(out text);
            case '#': return Attribute(out text);
            case '{': return One(TokenKind.OpenBrace);
            case '}': return Pair(TokenKind.CloseBrace, TokenKind.LoneCloseBrace);
            case '(': return One(TokenKind.OpenParen);
            case ')': return Pair(TokenKind.CloseParen, TokenKind.LoneCloseParen);
            case '[': return One(TokenKind.OpenBracket);
            case ']': return One(TokenKind.CloseBracket);
            case ';': return One(TokenKind.Semicolon);
            case ',': return One(TokenKind.Comma);
            case ':': return One(TokenKind.Colon);
            case '=': return One(TokenKind.Equals);
            default: return Bad();
        }
    }

    private TokenKind One(TokenKind kind)
    {
        _at++;
        return kind;
    }

    private TokenKind Pair(TokenKind whole, TokenKind lone)
    {
        _at++;
        if (Current != ';') return lone;
        _at++;
        return whole;
    }

    private TokenKind Name()
    {
        while (IsNamePart(Current)) _at++;
        return TokenKind.Name;
    }

    private TokenKind Number()
    {
        if (Current == '-') _at++;
        if (Current == '0' && Peek(1) == 'x' && IsHexDigit(Peek(2)))
        {
            _at += 2;
            while (IsHexDigit(Current)) _at++;
            return TokenKind.Number;
        }
        while (IsDigit(Current)) _at++;
        if (Current == '.' && IsDigit(Peek(1)))
        {
            _at++;
            while (IsDigit(Current)) _at++;
        }
        return TokenKind.Number;
    }

    /// <summary>Up to the first ".idl", which a quote must follow; any other characters but line breaks may stand before it.</summary>
    private TokenKind Path(out string? text)
    {
        text = null;
        var start = _at + 1;
        var lineEnd = _text.IndexOfAny(['\r', '\n'], start);
        if (lineEnd < 0) lineEnd = _text.Length;
        var extension = _text.IndexOf(".idl", start, lineEnd - start, StringComparison.Ordinal);
        if (extension > start && extension + 4 < lineEnd && _text[extension + 4] == '"')
        {
            text = _text.Substring(start, extension + 4 - start);
            _at = extension + 5;
            return TokenKind.Path;
        }
        var close = _text.IndexOf('"', start, lineEnd - start);
        _at = close < 0 ? lineEnd : close + 1;
        return TokenKind.Bad;
    }

    /// <summary>"#[version" {WS} "=" {WS} digits "." digits "]"; the text of the token becomes "digits.digits".</summary>
    private TokenKind Attribute(out string? text)
    {
        text = null;
        const string opening = "#[version";
        var start = _at;
        if (string.CompareOrdinal(_text, _at, opening, 0, opening.Length) == 0)
        {
            _at += opening.Length;
            SkipSpace();
            if (Current == '=')
            {
                _at++;
                SkipSpace();
                var number = _at;
                if (Digits() && Current == '.' && One(TokenKind.Bad) == TokenKind.Bad && Digits() && Current == ']')
                {
                    text = _text.Substring(number, _at - number);
                    _at++;
                    return TokenKind.Attribute;
                }
            }
        }
        _at = start + 1;
        if (Current == '[')
        {
            while (_at < _text.Length && Current is not (']' or '\r' or '\n' or ';' or '{')) _at++;
            if (Current == ']') _at++;
        }
        return TokenKind.Bad;
    }

    private bool Digits()
    {
        var start = _at;
        while (IsDigit(Current)) _at++;
        return _at > start;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && IsSpace(_text[_at])) _at++;
    }

    private TokenKind Bad()
    {
        if (Current == '_') Name();
        else if (char.IsHighSurrogate(Current) && char.IsLowSurrogate(Peek(1))) _at += 2;
        else _at++;
        return TokenKind.Bad;
    }

    private char Peek(int distance) => _at + distance < _text.Length ? _text[_at + distance] : '\0';

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\r' or '\n';

    private static bool IsLetter(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z');

    private static bool IsDigit(char c) => c is >= '0' and <= '9';

    private static bool IsHexDigit(char c) => IsDigit(c) || c is (>= 'a' and <= 'f') or (>= 'A' and <= 'F');

    private static bool IsNamePart(char c) => IsLetter(c) || IsDigit(c) || c == '_';
}
