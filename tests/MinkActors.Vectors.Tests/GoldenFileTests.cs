namespace MinkActors.Vectors.Tests;

public class GoldenFileTests
{
    public static TheoryData<string, string> Vectors()
    {
        var data = new TheoryData<string, string>();
        foreach (var file in new[] { "transport.json", "transport-malformed.json" })
        foreach (var vector in TransportFile.Load(file)) data.Add(file, (string)vector!["name"]!);
        return data;
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Given_a_golden_vector_When_run_Then_it_passes(string file, string name)
    {
        var report = VectorRunner.Default.RunFile(TransportFile.PathOf(file));

        var result = report.Results.Single(candidate => candidate.Name == name);

        Assert.True(result.Passed, result.Reason);
    }

    [Theory]
    [InlineData("transport.json", 36)]
    [InlineData("transport-malformed.json", 35)]
    public void Given_a_golden_file_When_run_Then_there_is_one_result_for_each_vector(string file, int count)
    {
        var report = VectorRunner.Default.RunFile(TransportFile.PathOf(file));

        Assert.Null(report.Error);
        Assert.Equal("transport", report.Suite);
        Assert.Equal(count, report.Results.Count);
        Assert.True(report.AllPassed);
    }
}
