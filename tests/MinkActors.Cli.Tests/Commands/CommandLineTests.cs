using System.Text.Json;
using MinkActors.Cli.Screen;

namespace MinkActors.Cli.Tests.Commands;

[Collection(MinkProcess.Console)]
public sealed class CommandLineTests
{
    private static readonly string Vectors = Path.Combine(AppContext.BaseDirectory, "vectors", "qseecom.json");
    private static readonly string Missing = Path.Combine(AppContext.BaseDirectory, "no-such-file");

    [Fact]
    public async Task Given_help_When_asked_Then_it_names_the_first_step_and_every_command()
    {
        var help = await MinkProcess.RunAsync("--help");

        Assert.Equal(ExitCode.Ok, help.Code);
        foreach (var command in new[] { "mink demo", "services", "replay", "idl", "sim", "run", "trace", "uefi", "bench", "doctor" }) Assert.Contains(command, help.Output);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("services", "--nonsense")]
    [InlineData("sim", "--depth", "deep")]
    [InlineData("replay")]
    [InlineData("uefi", "list")]
    public async Task Given_arguments_that_make_no_sense_When_run_Then_it_says_so_and_is_unusable(params string[] arguments)
    {
        var outcome = await MinkProcess.RunAsync(arguments);

        Assert.Equal(ExitCode.Unusable, outcome.Code);
        Assert.NotEmpty(outcome.Error);
    }

    [Theory]
    [InlineData("sim", "--seeds", "nine")]
    [InlineData("sim", "--shard", "2/2")]
    [InlineData("sim", "--scenario", "no-such-scenario", "--seeds", "0..0", "--json")]
    public async Task Given_a_campaign_that_makes_no_sense_When_run_Then_it_is_unusable(params string[] arguments)
    {
        var outcome = await MinkProcess.RunAsync(arguments);

        Assert.Equal(ExitCode.Unusable, outcome.Code);
        Assert.StartsWith("mink: ", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Given_services_for_scripts_When_listed_Then_the_output_is_one_document()
    {
        var outcome = await MinkProcess.RunAsync("services", "--json");

        Assert.Equal(ExitCode.Ok, outcome.Code);
        using var services = JsonDocument.Parse(outcome.Output);
        Assert.NotEqual(0, services.RootElement.GetArrayLength());
    }

    [Fact]
    public async Task Given_golden_vectors_When_replayed_Then_the_closing_line_counts_them_and_none_failed()
    {
        var outcome = await MinkProcess.RunAsync("replay", Vectors, "--quiet");

        Assert.Equal(ExitCode.Ok, outcome.Code);
        Assert.Matches(@"[1-9]\d* passed, 0 failed\s*$", outcome.Output);
    }

    [Fact]
    public async Task Given_no_vector_file_When_replayed_Then_it_is_unusable() =>
        Assert.Equal(ExitCode.Unusable, (await MinkProcess.RunAsync("replay", Missing)).Code);

    [Fact]
    public async Task Given_no_trace_When_shown_Then_it_is_unusable_and_the_file_is_named()
    {
        var outcome = await MinkProcess.RunAsync("trace", "show", Missing);

        Assert.Equal(ExitCode.Unusable, outcome.Code);
        Assert.Contains(Missing, outcome.Error);
    }
}
