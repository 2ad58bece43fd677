using System.Text.Json;
using Spectre.Console;

namespace MinkActors.Cli.Screen;

/// <summary>Where results go: tables for people, one document for scripts.</summary>
internal static class Output
{
    /// <summary>Columns a wide table needs. A file or pipe has none of its own, and what is read there later should not be wrapped.</summary>
    private const int RedirectedWidth = 132;

    private static readonly JsonSerializerOptions Style = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Prints a document. Names are written in camel case.</summary>
    public static void Json<T>(T document) => Console.Out.WriteLine(JsonSerializer.Serialize(document, Style));

    /// <summary>Prints a closing line that scripts may look for: no markup, never wrapped.</summary>
    public static void Plain(string line) => Console.Out.WriteLine(line);

    /// <summary>A table without lines at the sides; columns as given.</summary>
    public static Table Table(params ReadOnlySpan<string> columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns) table.AddColumn(column);
        return table;
    }

    /// <summary>Makes room for wide tables where no screen says how wide it is.</summary>
    public static void Widen()
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, RedirectedWidth);
    }

    /// <summary>A bar, exact to an eighth of a character; what is more than nothing is seen.</summary>
    /// <param name="share">Of the whole width; what is outside 0 to 1 counts as the nearer of them.</param>
    /// <param name="width">Characters of a whole bar.</param>
    public static string Bar(double share, int width)
    {
        var eighths = share > 0 ? Math.Max(1, (int)Math.Round(Math.Min(share, 1) * width * 8)) : 0;
        return new string('█', eighths / 8) + (eighths % 8 == 0 ? "" : "▏▎▍▌▋▊▉"[(eighths % 8) - 1].ToString());
    }

    /// <summary>A result as people look for it.</summary>
    public static string Verdict(bool passed) => passed ? "[green]ok[/]" : "[red]FAILED[/]";

    /// <summary>Says what went wrong, on standard error; the exit code is the caller's to return.</summary>
    public static void Error(string message) => Console.Error.WriteLine($"mink: {message}");
}

/// <summary>Exit codes that scripts can trust.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    /// <summary>The work was done and something in it failed.</summary>
    public const int Failed = 1;
    /// <summary>The command could not do its work: bad input, missing file.</summary>
    public const int Unusable = 2;
}
