using System.Text.Json;

namespace MinkActors.Vectors.Tests;

public class BrokenFileTests
{
    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("[1, \"two\", null]")]
    [InlineData("[{\"direction\": 7}]")]
    [InlineData("[{\"direction\": \"sideways\"}]")]
    [InlineData("[{\"direction\": \"\\ud800\"}]")]
    public void Given_a_file_of_no_known_kind_When_run_Then_the_report_has_an_error_and_no_results(string text)
    {
        var report = TransportFile.Run(text);

        Assert.NotNull(report.Error);
        Assert.Empty(report.Results);
        Assert.False(report.AllPassed);
    }

    [Fact]
    public void Given_a_file_that_is_not_there_When_run_Then_the_report_has_an_error()
    {
        var report = VectorRunner.Default.RunFile(TransportFile.PathOf("no-such-file.json"));

        Assert.StartsWith("the file cannot be read", report.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "direction is missing")]
    [InlineData("7", "direction is missing")]
    [InlineData("{\"direction\": \"upwards\"}", "direction upwards is not known")]
    [InlineData("{\"direction\": \"direct-request\"}", "inputs is missing")]
    [InlineData("{\"direction\": \"direct-request\", \"inputs\": {}}", "buffer_size is missing")]
    [InlineData("{\"direction\": \"direct-request\", \"inputs\": {\"buffer_size\": -1}}", "buffer_size is -1")]
    [InlineData("{\"direction\": \"direct-request\", \"inputs\": {\"buffer_size\": 1e99}}", "buffer_size is no number")]
    [InlineData("{\"direction\": \"direct-request\", \"inputs\": {\"buffer_size\": 8}, \"hex\": \"0\"}", "hex is not hexadecimal")]
    [InlineData("{\"direction\": \"direct-request\", \"inputs\": {\"buffer_size\": 1}, \"hex\": \"0000\"}", "hex has 2 bytes, limit 1")]
    [InlineData("{\"direction\": \"direct-request\", \"inputs\": {\"buffer_size\": 8}, \"hex\": \"\"}", "object is missing")]
    [InlineData("{\"direction\": \"final-outbound\", \"inputs\": {\"buffer_size\": 8, \"async\": 3}, \"hex\": \"\"}", "async is no list")]
    [InlineData("{\"direction\": \"final-outbound\", \"inputs\": {\"buffer_size\": 8, \"expect\": {}}, \"hex\": \"\"}", "nothing that can be checked")]
    [InlineData("{\"direction\": \"final-outbound\", \"inputs\": {\"buffer_size\": 8, \"expect\": {\"ob\": []}}, \"hex\": \"\"}", "expect.ob has no meaning")]
    [InlineData("{\"direction\": \"final-outbound\", \"inputs\": {\"buffer_size\": 8, \"expect\": {\"mood\": 1}}, \"hex\": \"\"}", "expect.mood is not known")]
    [InlineData("{\"direction\": \"direct-response\", \"inputs\": {\"buffer_size\": 8, \"expect\": {}, \"request\": \"00\"}, \"hex\": \"\"}", "request is not sound")]
    public void Given_one_broken_vector_among_good_ones_When_run_Then_it_alone_fails_with_a_clear_reason(string vector, string reason)
    {
        const string good = """{"direction": "final-outbound", "inputs": {"buffer_size": 16}, "hex": ""}""";

        var report = TransportFile.Run($"[{good}, {vector}, {good}]");

        Assert.Null(report.Error);
        Assert.Equal([true, false, true], report.Results.Select(result => result.Passed));
        Assert.Contains(reason, report.Results[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Given_every_prefix_of_a_golden_file_When_run_Then_nothing_is_thrown_and_none_passes()
    {
        var text = TransportFile.Alone("transport.json", "c05-callback-plus-release-of-3").ToJsonString();

        for (var length = 0; length < text.Length; length++)
            Assert.False(TransportFile.Run(text[..length]).AllPassed);
    }

    [Fact]
    public void Given_a_suite_that_throws_When_run_Then_the_report_keeps_what_came_before()
    {
        var runner = new VectorRunner(new BrittleSuite());

        var report = runner.Run("test", "{}"u8.ToArray());

        Assert.Contains("to its end", report.Error, StringComparison.Ordinal);
        Assert.Equal("first", Assert.Single(report.Results).Name);
        Assert.False(report.AllPassed);
    }

    private sealed class BrittleSuite : IVectorSuite
    {
        public string Name => "brittle";

        public bool CanRun(JsonElement root) => true;

        public IEnumerable<VectorResult> Run(JsonElement root)
        {
            yield return VectorResult.Pass("first");
            throw new InvalidOperationException("broken on purpose");
        }
    }
}
