using System.Text;

namespace MinkActors.Akka;

/// <summary>Names for the Akka tree: the actors' own, in the letters that a path element may have.</summary>
internal static class AkkaNames
{
    /// <summary>Letters, digits, dots, dashes and underscores stay; a run of others becomes one dash; a remark in brackets goes.</summary>
    public static string PathElement(string name)
    {
        var end = name.IndexOf(" (", StringComparison.Ordinal);
        var text = new StringBuilder(name.Length);
        foreach (var letter in end > 0 ? name.AsSpan(0, end) : name)
        {
            if (char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-') text.Append(letter);
            else if (text.Length > 0 && text[^1] != '-') text.Append('-');
        }
        while (text.Length > 0 && text[^1] == '-') text.Length--;
        return text.Length == 0 ? "actor" : text.ToString();
    }
}
