using MinkActors.Protocol;

namespace MinkActors.Testing.Tests;

public sealed class ShrinkingTests
{
    private static readonly Scenario Wrong = new("wrong", "Expects that no call is ever refused", async world =>
    {
        for (var i = 0; i < 20; i++)
        {
            using var reply = await world.CallAsync(world.App, 0);
            world.Require(reply is not null, "A call was refused");
        }
    });

    [Fact]
    public void Given_a_failure_under_many_faults_When_shrunk_Then_one_fault_is_left_and_none_can_be_removed()
    {
        var result = SimulationCampaign.Run(Campaign("transport-entry:refuse:p=0.2,value=0;transport-exit:delay:p=0.5;transport-entry:delay:p=0.3"));

        var failure = Assert.Single(result.Failures);
        Assert.StartsWith("transport-entry:refuse:at=", failure.Faults);
        Assert.DoesNotContain(';', failure.Faults);
        Assert.True(failure.IsReproducible);
        Assert.NotEmpty(failure.Timeline);
    }

    [Fact]
    public void Given_a_reported_failure_When_run_from_its_own_line_Then_it_fails_the_same_way()
    {
        var failure = Assert.Single(SimulationCampaign.Run(Campaign("transport-entry:refuse:p=0.2,value=0;transport-exit:delay:p=0.5")).Failures);

        var again = SimulationCampaign.Run(Campaign(failure.Faults) with { FirstSeed = failure.Seed, LastSeed = failure.Seed, Choices = failure.Choices, ShrinkRuns = 0 });

        var same = Assert.Single(again.Failures);
        Assert.Equal((failure.Invariant, failure.Message, failure.Digest), (same.Invariant, same.Message, same.Digest));
    }

    [Fact]
    public void Given_a_failure_that_takes_two_faults_When_shrunk_Then_both_are_left_and_neither_can_be_removed()
    {
        var greedy = new Scenario("greedy", "Bears one refusal", async world =>
        {
            var refused = 0;
            for (var i = 0; i < 20; i++)
            {
                using var reply = await world.CallAsync(world.App, 0);
                if (reply is null) refused++;
            }
            world.Require(refused < 2, "Two calls were refused");
        });
        var options = new CampaignOptions { OwnScenarios = [greedy], LastSeed = 9, FailuresMax = 1, Faults = "transport-entry:refuse:p=0.3,value=0;transport-exit:delay:p=0.5;release:delay:p=0.5" };

        var failure = Assert.Single(SimulationCampaign.Run(options).Failures);

        var faults = FaultPlan.Parse(failure.Faults).Rules;
        Assert.Equal(2, faults.Count);
        Assert.All(faults, rule => Assert.NotNull(rule.At));
        foreach (var kept in faults)
        {
            var fewer = SimulationCampaign.Run(options with { Plan = new FaultPlan { Rules = [kept] }, FirstSeed = failure.Seed, LastSeed = failure.Seed, Strategy = "replay", Choices = failure.Choices });
            Assert.True(fewer.IsClean);
        }
    }

    private static CampaignOptions Campaign(string faults) => new() { OwnScenarios = [Wrong], LastSeed = 9, Faults = faults, FailuresMax = 1 };
}
