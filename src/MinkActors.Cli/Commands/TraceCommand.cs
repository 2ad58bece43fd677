using System.CommandLine;
using MinkActors.Cli.Screen;
using MinkActors.Linux.Tracing;

namespace MinkActors.Cli.Commands;

/// <summary>Reads what mink run --trace wrote.</summary>
internal static class TraceCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { Description = "A trace: JSON lines written by mink run --trace." };
        var show = new Command("show", "Prints the timeline of a trace, and the capability graph that it implies.") { file };
        show.SetAction(parsed => Show(parsed.GetRequiredValue(file)));
        var command = new Command("trace", "Looks at traces of mink run.");
        command.Subcommands.Add(show);
        return command;
    }

    private static int Show(FileInfo file)
    {
        if (!file.Exists)
        {
            Output.Error($"there is no file {file}");
            return ExitCode.Unusable;
        }
        using var text = file.OpenText();
        try
        {
            var entries = TraceReader.Read(text);
            TraceReport.WriteTimeline(entries, Console.Out);
            Console.Out.WriteLine();
            TraceReport.WriteGraph(entries, Console.Out);
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or System.Text.Json.JsonException)
        {
            Output.Error($"{file.Name}: {e.Message}");
            return ExitCode.Unusable;
        }
    }
}
