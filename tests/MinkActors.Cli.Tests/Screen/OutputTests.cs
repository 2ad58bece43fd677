using MinkActors.Cli.Screen;

namespace MinkActors.Cli.Tests.Screen;

public sealed class OutputTests
{
    [Theory]
    [InlineData(0, "")]
    [InlineData(0.0001, "▏")]
    [InlineData(0.125, "▌")]
    [InlineData(0.25, "█")]
    [InlineData(0.71875, "██▉")]
    [InlineData(1, "████")]
    [InlineData(-1, "")]
    [InlineData(9, "████")]
    public void Given_a_share_When_drawn_four_wide_Then_the_bar_is_exact_to_an_eighth(double share, string bar) =>
        Assert.Equal(bar, Output.Bar(share, 4));
}
