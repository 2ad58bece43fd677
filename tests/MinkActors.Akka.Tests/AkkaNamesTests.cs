namespace MinkActors.Akka.Tests;

public sealed class AkkaNamesTests
{
    [Theory]
    [InlineData("transport", "transport")]
    [InlineData("callback Counter", "callback-Counter")]
    [InlineData("secure 00000005", "secure-00000005")]
    [InlineData("invocation (idle)", "invocation")]
    [InlineData("Box`1[int]", "Box-1-int")]
    [InlineData("$%&", "actor")]
    public void Given_an_actors_name_When_put_into_a_path_Then_it_stays_readable(string name, string expected) =>
        Assert.Equal(expected, AkkaNames.PathElement(name));
}
