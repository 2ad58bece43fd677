namespace MinkActors.Testing.Tests;

/// <summary>Seeds of the hostile world in which guessed RETAINs and RELEASEs of several calls meet: each was once reported as a violation.</summary>
public sealed class HostileSeedTests
{
    [Theory]
    [InlineData(484, "none", "a RETAIN reaches the table behind a RELEASE that came behind it")]
    [InlineData(2694, "none", "an id is retained before the message that carries it leaves")]
    [InlineData(6869, "mixed", "a message is refused whose id was retained")]
    [InlineData(227, "hostile", "a link that loses messages")]
    [InlineData(760, "hostile", "a message is refused whose id was retained, on a link that loses messages")]
    [InlineData(1027, "none", "an object that came with a call that broke off is called by a guess")]
    [InlineData(6176, "mixed", "the same with faults")]
    public void Given_a_seed_in_which_guesses_meet_When_run_Then_every_invariant_holds(ulong seed, string faults, string what)
    {
        var result = SimulationCampaign.Run(new CampaignOptions { Scenarios = "hostile-secure-world", FirstSeed = seed, LastSeed = seed, Faults = faults, ShrinkRuns = 0 });

        Assert.True(result.IsClean, $"{what}: {string.Join("\n", result.Failures)}");
    }
}
