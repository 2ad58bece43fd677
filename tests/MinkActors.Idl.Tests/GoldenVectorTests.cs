using MinkActors.Idl.Vectors;

namespace MinkActors.Idl.Tests;

public class GoldenVectorTests
{
    private static readonly Lazy<IReadOnlyDictionary<string, IdlVectorResult>> Results = new(() => IdlVectors.Run(File()).ToDictionary(r => r.Name));

    public static TheoryData<string> Names => [.. Results.Value.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Given_a_golden_vector_When_replayed_Then_everything_it_states_holds(string name) =>
        Assert.True(Results.Value[name].Passed, Results.Value[name].ToString());

    [Fact]
    public void Given_the_golden_file_When_replayed_Then_no_section_is_skipped()
    {
        var sections = Results.Value.Keys.GroupBy(name => name.Split('/')[0]).ToDictionary(g => g.Key, g => g.Count());

        Assert.Equal(46, sections["vectors"]);
        Assert.Equal(6, sections["versions"]);
        Assert.Equal(172, sections["diagnostics"]);
        Assert.Equal(41, sections["skeleton"]);
    }

    [Theory]
    [InlineData("\"ffffffff02010000\"", "\"ffffffff02010001\"", "vectors/small-struct-lone-in")]
    [InlineData("\"countsWord\": \"0x00002211\"", "\"countsWord\": \"0x00002212\"", "vectors/objects-mixed")]
    [InlineData("\"expect\": \"MIDL063\"", "\"expect\": \"ok\"", "diagnostics/T084")]
    [InlineData("\"word\": \"0x00805000\"", "\"word\": \"0x00805001\"", "versions/2.5")]
    public void Given_a_vector_that_states_something_wrong_When_replayed_Then_it_fails(string right, string wrong, string name)
    {
        var text = System.Text.Encoding.UTF8.GetString(File()).Replace(right, wrong);

        var failed = IdlVectors.Run(System.Text.Encoding.UTF8.GetBytes(text)).Where(r => !r.Passed);

        Assert.Contains(name, failed.Select(f => f.Name));
    }

    private static byte[] File() => System.IO.File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "idl.json"));
}
