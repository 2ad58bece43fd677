using MinkActors.Protocol;

namespace MinkActors.Testing.Tests;

/// <summary>Each pair of point and action that a plan may name does something; all others are refused.</summary>
public sealed class FaultPointTests
{
    /// <summary>Scenarios in which every point is passed.</summary>
    private const string Everywhere = "handed-around,memory-orders,first-call";

    public static TheoryData<FaultPoint, FaultAction> Pairs => Of(FaultNames.Actions);

    public static TheoryData<FaultPoint, FaultAction> Others => Of(point => Enum.GetValues<FaultAction>().Except(FaultNames.Actions(point)));

    private static TheoryData<FaultPoint, FaultAction> Of(Func<FaultPoint, IEnumerable<FaultAction>> actions)
    {
        var pairs = new TheoryData<FaultPoint, FaultAction>();
        foreach (var point in Enum.GetValues<FaultPoint>())
        {
            foreach (var action in actions(point)) pairs.Add(point, action);
        }
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Given_a_fault_at_its_point_When_run_Then_it_happens_and_the_run_is_another(FaultPoint point, FaultAction action)
    {
        var isSet = point is FaultPoint.Table or FaultPoint.Time;
        var rule = new FaultRule { Point = point, Action = action, At = isSet ? null : 2, Value = isSet ? 3 : null };
        var options = new CampaignOptions { Scenarios = Everywhere, FirstSeed = 4, LastSeed = 4, Strategy = "random", ShrinkRuns = 0 };

        var without = SimulationCampaign.Run(options with { Plan = FaultPlan.None });
        var with = SimulationCampaign.Run(options with { Plan = new FaultPlan { Rules = [rule] } });

        Assert.Contains($"{FaultNames.Of(point)}:{FaultNames.Of(action)}", with.FaultsHit);
        Assert.NotEqual(without.Digest, with.Digest);
        Assert.True(with.IsClean, string.Join("\n", with.Failures));
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void Given_a_fault_that_its_point_does_not_know_When_parsed_Then_it_is_refused_with_what_there_is(FaultPoint point, FaultAction action)
    {
        var failure = Assert.Throws<FormatException>(() => FaultPlan.Parse($"{FaultNames.Of(point)}:{FaultNames.Of(action)}"));

        Assert.Contains($"at {FaultNames.Of(point)} there are {FaultNames.Of(FaultNames.Actions(point)[0])}", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("transport-entry:refuse:at=0", "from 1")]
    [InlineData("transport-entry:refuse:p=1.5", "from 0 to 1")]
    [InlineData("table:exhaust", "needs a value")]
    [InlineData("time:delay:value=1,at=2", "set when a run starts")]
    public void Given_a_rule_that_could_do_nothing_When_parsed_Then_the_message_says_why(string line, string why)
    {
        Assert.Contains(why, Assert.Throws<FormatException>(() => FaultPlan.Parse(line)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Given_a_json_plan_with_a_pair_that_does_nothing_When_read_Then_it_is_refused()
    {
        Assert.Throws<FormatException>(() => FaultPlan.FromJson("""{ "rules": [ { "point": "client", "action": "corrupt" } ] }"""));
    }

    [Theory]
    [InlineData("none", "0,1", 0)]
    [InlineData("transport-entry:reorder:at=1", "1,0", 0)]
    [InlineData("transport-exit:reorder:at=1", "1,0", 0)]
    public void Given_two_calls_When_the_first_is_reordered_Then_the_second_overtakes_it_and_no_time_passes(string faults, string order, double milliseconds)
    {
        var ended = new List<int>();
        var took = TimeSpan.Zero;
        var overtaken = new Scenario("overtaken", "Two calls", async world =>
        {
            ended.Clear();
            await Task.WhenAll(Enumerable.Range(0, 2).Select(i => world.StartClient($"client-{i}", async () =>
            {
                (await world.CallAsync(world.App, TestApp.Add, Argument.In((uint)i, 1u), Argument.Out<uint>()))?.Dispose();
                ended.Add(i);
            })));
            took = world.Actors.Elapsed;
        });

        var result = SimulationCampaign.Run(new CampaignOptions { OwnScenarios = [overtaken], LastSeed = 0, Strategy = "fifo", Faults = faults });

        Assert.True(result.IsClean, string.Join("\n", result.Failures));
        Assert.Equal((order, milliseconds), (string.Join(',', ended), took.TotalMilliseconds));
    }
}
