using System.Text.Json;
using MinkActors.Cli.Bench;
using MinkActors.Cli.Tests.Commands;
using Spectre.Console;
using static MinkActors.Cli.Bench.PathSet;

namespace MinkActors.Cli.Tests.Bench;

[Collection(MinkProcess.Console)]
public sealed class BenchScreenTests
{
    private static readonly BenchReport Without = new(
        Engines.ThreadPool, HasAkka: false, IsQuick: true, Processors: 2, "a runtime",
        [new PathResult(Ids.Floor, "floor", IsBaseline: true, 10, 10, 0, 10, 10, 10, 10)],
        [new MissingPath(Ids.Intercepted, InterceptedMeasurement.NullName, "system call interception: refused [here]")],
        [], [], 1);

    [Fact]
    public void Given_a_path_that_was_not_measured_When_shown_Then_its_row_says_why_and_what_was_promised()
    {
        var shown = Show(Without);

        Assert.Contains("not measured: system call interception: refused [here]", shown);
        Assert.Contains("not measured: 2 x bare intercepted ioctl", shown);
    }

    [Fact]
    public void Given_a_path_that_was_not_measured_When_asked_for_json_Then_it_has_no_figures_but_a_reason()
    {
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(Without, JsonSerializerOptions.Web));

        var missing = Assert.Single(json.RootElement.GetProperty("notMeasured").EnumerateArray());
        Assert.Equal((Ids.Intercepted, "system call interception: refused [here]"), (missing.GetProperty("id").GetString(), missing.GetProperty("reason").GetString()));
    }

    private static string Show(BenchReport report)
    {
        var (console, written) = (AnsiConsole.Console, new StringWriter());
        AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(written) });
        AnsiConsole.Profile.Width = 200;
        try
        {
            BenchScreen.Print(report);
            return written.ToString();
        }
        finally
        {
            AnsiConsole.Console = console;
        }
    }
}
