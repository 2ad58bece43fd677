using MinkActors.Protocol;

namespace MinkActors.Testing.Tests;

public sealed class StrategyTests
{
    /// <summary>Goes wrong in one order of two events only.</summary>
    private static Scenario Race(bool isSafe) => new("race", "Looks, waits, and then acts on what it saw", async world =>
    {
        var seats = 1;
        async Task BookAsync()
        {
            var isFree = seats > 0;
            if (!isSafe) await world.YieldAsync();
            if (isFree) seats--;
            world.Require(seats >= 0, "One seat was booked twice");
        }
        var other = world.StartClient("other", BookAsync);
        await BookAsync();
        await other;
    });

    [Theory]
    [InlineData("exhaustive", 12)]
    [InlineData("pct", 2)]
    [InlineData("random", 0)]
    public void Given_a_race_of_two_events_When_searched_Then_it_is_found(string strategy, int depth)
    {
        var result = SimulationCampaign.Run(new CampaignOptions { OwnScenarios = [Race(isSafe: false)], Strategy = strategy, Depth = depth, LastSeed = 199, Faults = "none", StopAtFirstFailure = true });

        Assert.Contains("booked twice", Assert.Single(result.Failures).Message, StringComparison.Ordinal);
        Assert.Empty(result.Complete);
    }

    [Fact]
    public void Given_a_scenario_without_a_race_When_every_schedule_was_run_Then_the_result_says_so()
    {
        var result = SimulationCampaign.Run(new CampaignOptions { OwnScenarios = [Race(isSafe: true)], Strategy = "exhaustive", Depth = 30, Faults = "none", Budget = TimeSpan.FromMinutes(2) });

        Assert.True(result.IsClean, string.Join("\n", result.Failures));
        Assert.True(result.Runs > 1);
        Assert.Equal(["race"], result.Complete);
    }

    [Fact]
    public void Given_a_depth_that_cuts_the_search_When_it_ends_Then_nothing_is_called_complete()
    {
        var result = SimulationCampaign.Run(new CampaignOptions { OwnScenarios = [Race(isSafe: true)], Strategy = "exhaustive", Depth = 0, Faults = "none" });

        Assert.Empty(result.Complete);
    }

    [Fact]
    public void Given_replay_without_choices_When_run_Then_it_is_refused()
    {
        Assert.Throws<ArgumentException>(() => SimulationCampaign.Run(new CampaignOptions { Strategy = "replay" }));
    }
}
