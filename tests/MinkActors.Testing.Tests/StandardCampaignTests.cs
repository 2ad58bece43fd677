namespace MinkActors.Testing.Tests;

public sealed class StandardCampaignTests
{
    public static TheoryData<string> Scenarios => new(ScenarioCatalog.All.Select(scenario => scenario.Name));

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Given_a_standard_scenario_When_run_with_and_without_faults_Then_every_invariant_holds(string scenario)
    {
        var result = SimulationCampaign.Run(new CampaignOptions { Scenarios = scenario, LastSeed = 15 });

        Assert.True(result.IsClean, string.Join("\n", result.Failures));
        Assert.Equal(16, result.Runs);
    }

    [Fact]
    public void Given_equal_seeds_When_run_twice_on_different_numbers_of_threads_Then_the_digests_are_equal()
    {
        var options = new CampaignOptions { LastSeed = 3 };

        var one = SimulationCampaign.Run(options);
        var two = SimulationCampaign.Run(options with { Jobs = 2 });
        var others = SimulationCampaign.Run(options with { FirstSeed = 4, LastSeed = 7 });

        Assert.Equal(one.Digest, two.Digest);
        Assert.NotEqual(one.Digest, others.Digest);
    }

    [Fact]
    public void Given_a_campaign_in_two_shards_When_merged_as_json_Then_it_equals_the_whole()
    {
        var options = new CampaignOptions { Scenarios = "first-call,release-storm", LastSeed = 5 };
        var whole = SimulationCampaign.Run(options);

        var shards = Enumerable.Range(0, 2).Select(index => SimulationCampaign.Run(options with { ShardCount = 2, ShardIndex = index }).ToJson()).ToList();
        var merged = CampaignResult.FromJson(shards[0]).Merge(CampaignResult.FromJson(shards[1]));

        Assert.Equal((whole.Runs, whole.Steps, whole.Digest), (merged.Runs, merged.Steps, merged.Digest));
        Assert.Equal(whole.States.Order(), merged.States.Order());
        Assert.Equal(whole.Transitions, merged.Transitions);
        Assert.Equal(whole.FaultsHit, merged.FaultsHit);
    }

    [Fact]
    public void Given_a_link_that_loses_and_damages_messages_When_run_Then_the_normal_worlds_own_invariants_hold()
    {
        var result = SimulationCampaign.Run(new CampaignOptions { Scenarios = "first-call,release-storm,memory-orders", LastSeed = 7, Faults = "hostile", FailuresMax = 1 });

        Assert.True(result.IsClean, string.Join("\n", result.Failures));
    }
}
