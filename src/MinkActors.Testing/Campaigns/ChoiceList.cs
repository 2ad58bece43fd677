using System.Globalization;
using System.Text;

namespace MinkActors.Testing;

/// <summary>A list of choices as text: numbers with commas between, a run of N equal ones as <c>NxM</c>.</summary>
internal static class ChoiceList
{
    private const int RunMin = 4;

    public static string Format(IReadOnlyList<int> choices)
    {
        var text = new StringBuilder();
        for (var i = 0; i < choices.Count;)
        {
            var run = 1;
            while (i + run < choices.Count && choices[i + run] == choices[i]) run++;
            if (run < RunMin) run = 1;
            if (text.Length > 0) text.Append(',');
            if (run > 1) text.Append(CultureInfo.InvariantCulture, $"{run}x");
            text.Append(CultureInfo.InvariantCulture, $"{choices[i]}");
            i += run;
        }
        return text.Length == 0 ? "0" : text.ToString();
    }

    public static List<int> Parse(string text)
    {
        var choices = new List<int>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var at = part.IndexOf('x');
            var count = at < 0 ? 1 : int.Parse(part.AsSpan(0, at), CultureInfo.InvariantCulture);
            var choice = int.Parse(part.AsSpan(at + 1), CultureInfo.InvariantCulture);
            if (count is < 0 or > 10_000_000 || choice < 0) throw new FormatException($"'{part}' is no choice.");
            choices.AddRange(Enumerable.Repeat(choice, count));
        }
        return choices;
    }
}
