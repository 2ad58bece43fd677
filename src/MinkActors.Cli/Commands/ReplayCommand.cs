using System.CommandLine;
using MinkActors.Cli.Replay;
using MinkActors.Cli.Screen;
using MinkActors.Vectors;
using MinkActors.Vectors.Transport;
using Spectre.Console;

namespace MinkActors.Cli.Commands;

/// <summary>Runs golden vectors through the codecs, both ways.</summary>
internal static class ReplayCommand
{
    private static readonly VectorRunner Runner = new(new TeeUapiSuite(), new SisterSuite(), new IdlSuite(), new TransportSuite());

    public static Command Create()
    {
        var files = new Argument<FileInfo[]>("files") { Description = "Vector files: transport, malformed transport, idl, tee-uapi, qseecom, optee. The kind is told by the content.", Arity = ArgumentArity.OneOrMore };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Print only what failed and the closing line." };
        var json = CommonOptions.Json();
        var command = new Command("replay", """
            Runs golden vectors through the codecs in both directions: what is described is encoded and compared with the bytes,
            the bytes are decoded and compared with the description. One line a vector; exit 1 when any failed, 2 when a file is unusable.

            Example:  mink replay tests/vectors/*.json
            """) { files, quiet, json };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(files), parsed.GetValue(quiet), parsed.GetValue(json)));
        return command;
    }

    private static int Run(FileInfo[] files, bool quiet, bool json)
    {
        var reports = files.Select(file => Runner.RunFile(file.FullName)).ToList();
        if (json) Output.Json(reports.Select(report => new { file = Path.GetFileName(report.File), report.Suite, report.Error, report.Passed, report.Failed, vectors = report.Results }));
        else foreach (var report in reports) Print(report, quiet);
        var unusable = reports.Any(report => report.Error is not null);
        if (!json) Output.Plain($"{reports.Sum(report => report.Passed)} passed, {reports.Sum(report => report.Failed)} failed");
        return unusable ? ExitCode.Unusable : reports.All(report => report.AllPassed) ? ExitCode.Ok : ExitCode.Failed;
    }

    private static void Print(VectorReport report, bool quiet)
    {
        AnsiConsole.MarkupLineInterpolated($"[bold]{Path.GetFileName(report.File)}[/] [grey]{report.Suite}[/]");
        if (report.Error is { } error) Output.Error($"{report.File}: {error}");
        foreach (var result in report.Results)
        {
            if (quiet && result.Passed) continue;
            Output.Plain(result.Passed ? $"  ok     {result.Name}" : $"  FAILED {result.Name}: {result.Reason}");
        }
    }
}
