using System.Text.Json;

namespace MinkActors.Testing.Tests;

public sealed class FaultPlanTests
{
    [Fact]
    public void Given_the_standard_plan_When_written_as_json_and_read_again_Then_it_is_the_same()
    {
        var read = FaultPlan.FromJson(FaultPlan.Standard.ToJson());

        Assert.Equal(FaultPlan.Standard.Rules, read.Rules);
        Assert.Equal("standard", read.Name);
    }

    [Fact]
    public void Given_a_plan_as_one_line_When_parsed_Then_the_line_comes_back()
    {
        const string Line = "transport-entry:refuse:at=3,value=1;release:delay:p=0.25,times=2";

        Assert.Equal(Line, FaultPlan.Parse(Line).ToString());
    }

    [Theory]
    [InlineData("transport:refuse", "'transport'")]
    [InlineData("transport-entry:explode", "'explode'")]
    [InlineData("transport-entry:refuse:often=3", "'often'")]
    [InlineData("transport-entry", "'transport-entry'")]
    public void Given_a_line_that_is_no_rule_When_parsed_Then_the_message_says_which_word(string line, string word)
    {
        var failure = Assert.Throws<FormatException>(() => FaultPlan.Parse(line));

        Assert.Contains(word, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Given_json_with_an_unknown_member_When_read_Then_it_is_refused()
    {
        Assert.Throws<JsonException>(() => FaultPlan.FromJson("""{ "rules": [ { "point": "time", "action": "delay", "valeu": 3 } ] }"""));
    }

    [Fact]
    public async Task Given_a_table_of_two_ids_as_a_fault_When_three_are_needed_Then_the_call_is_refused()
    {
        var refused = false;

        await Mink.SimulateAsync(1, async world =>
        {
            using var mine = world.Mink.Export(new ProbeObject(world, 1));
            refused = await world.CallAsync(world.App, 0, Argument.In(mine), Argument.In(mine), Argument.In(mine)) is null;
        }, FaultPlan.Parse("table:exhaust:value=2"));

        Assert.True(refused);
    }
}
