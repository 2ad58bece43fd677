using MinkActors.Cli.Bench;
using static MinkActors.Cli.Bench.PathSet;

namespace MinkActors.Cli.Tests.Bench;

public sealed class RatiosTests
{
    [Theory]
    [InlineData(25, true)]
    [InlineData(26, false)]
    public void Given_a_promise_of_a_quarter_of_an_ask_When_filled_Then_it_is_kept_up_to_the_quarter(double best, bool isMet)
    {
        var path = Path(Ids.Null, best);

        Fill(path, Path(Ids.Ask, 100));

        Assert.Equal(isMet, path.IsGoalMet);
        Assert.Equal("0.25 x Akka Ask", path.Goal);
    }

    [Fact]
    public void Given_a_build_without_akka_When_filled_Then_the_promise_stands_and_nothing_is_said_about_it()
    {
        var path = Path(Ids.Null, 25);

        Fill(path);

        Assert.Null(path.IsGoalMet);
        Assert.Null(path.ToAkka);
        Assert.Equal("0.25 x Akka Ask", path.Goal);
    }

    [Theory]
    [InlineData(30, true)]
    [InlineData(31, false)]
    public void Given_the_codec_When_filled_Then_its_promise_is_measured_against_the_floor(double best, bool isMet)
    {
        var path = Path(Ids.Codec, best);

        Fill(path);

        Assert.Equal(isMet, path.IsGoalMet);
        Assert.Null(path.ToAkka);
        Assert.Null(path.ToChannelActor);
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(201, false)]
    public void Given_an_intercepted_invocation_When_filled_Then_its_promise_is_measured_against_the_bare_ioctl(double best, bool isMet)
    {
        var path = Path(Ids.Intercepted, best);

        Fill(path, Path(Ids.BareIoctl, 100), Path(Ids.Ask, 1));

        Assert.Equal((best / 100, isMet), (path.ToBareIoctl, path.IsGoalMet));
        Assert.Null(path.ToAkka);
    }

    [Fact]
    public void Given_a_path_nothing_was_promised_of_When_filled_Then_it_has_ratios_and_no_goal()
    {
        var path = Path("another", 50);

        Fill(path, Path(Ids.Ask, 100));

        Assert.Equal((5, 2.5, 0.5), (path.ToFloor, path.ToChannelActor, path.ToAkka));
        Assert.Null(path.Goal);
        Assert.Null(path.IsGoalMet);
    }

    [Fact]
    public void Given_sixty_four_outstanding_When_filled_Then_it_is_compared_with_sixty_four_outstanding()
    {
        var path = Path(Ids.Null64, 60);

        Fill(path, Path(Ids.Ask, 1), Path(Ids.Ask64, 120));

        Assert.Equal((1.5, 0.5), (path.ToChannelActor, path.ToAkka));
        Assert.True(path.IsGoalMet);
    }

    [Fact]
    public void Given_rounds_that_differ_When_filled_Then_the_floor_is_compared_by_the_fastest_and_actors_by_the_median()
    {
        var path = Path(Ids.Null, 20) with { Nanoseconds = 50 };

        Fill(path, Path(Ids.Ask, 100) with { Nanoseconds = 250 });

        Assert.Equal((2, 0.2), (path.ToFloor, path.ToAkka));
        Assert.True(path.IsGoalMet);
    }

    /// <summary>Beside the floor of 10 ns and the channel actors of 20 and 40 ns.</summary>
    private static void Fill(params PathResult[] paths) =>
        Ratios.Fill([Path(Ids.Floor, 10), Path(Ids.Channel, 20), Path(Ids.Channel64, 40), .. paths]);

    private static PathResult Path(string id, double best) =>
        new(id, id, IsBaseline: false, Nanoseconds: best, Best: best, BytesPerOperation: 0, P50: 0, P90: 0, P99: 0, P999: 0);
}
