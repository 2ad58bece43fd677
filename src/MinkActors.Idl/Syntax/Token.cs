namespace MinkActors.Idl.Syntax;

internal enum TokenKind
{
    EndOfFile,
    Name,
    Number,
    Path,
    Attribute,
    OpenBrace,
    CloseBrace,          // "};"
    LoneCloseBrace,      // "}" without its ";": never right, kept to recover well
    OpenParen,
    CloseParen,          // ");"
    LoneCloseParen,
    OpenBracket,
    CloseBracket,
    Semicolon,
    Comma,
    Colon,
    Equals,
    Bad,
}

/// <summary>One token and what the grammar asks about its surroundings.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Span">Where it is.</param>
/// <param name="Text">As written; the name between the quotes for a path.</param>
/// <param name="Documentation">The last comment before it, if that is a documentation comment (spec/07 section 12).</param>
/// <param name="SpaceAfter">A white-space character follows directly: the grammar's <c>WS</c>.</param>
/// <param name="CommentBefore">Some comment stands before it.</param>
/// <param name="FirstOnLine">Nothing but space stands before it on its line; recovery resumes at such keywords.</param>
internal readonly record struct Token(
    TokenKind Kind, TextSpan Span, string Text, string? Documentation, bool SpaceAfter, bool CommentBefore, bool FirstOnLine)
{
    public bool Is(string name) => Kind == TokenKind.Name && Text == name;
}
