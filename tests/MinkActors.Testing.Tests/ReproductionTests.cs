using System.Diagnostics;

namespace MinkActors.Testing.Tests;

/// <summary>What a seed decides, it decides in every process; and a reported failure is one line away.</summary>
public sealed class ReproductionTests
{
    [Fact]
    public void Given_equal_seeds_When_run_in_two_processes_Then_the_digests_are_equal_and_other_seeds_give_others()
    {
        const string Campaign = "sim --scenario exchange,release-storm,hostile-secure-world --json --seeds ";

        var one = Run(Campaign + "0..1");
        var two = Run(Campaign + "0..1");
        var other = Run(Campaign + "2..3");

        Assert.Equal((one.Digest, one.Steps), (two.Digest, two.Steps));
        Assert.NotEqual(one.Digest, other.Digest);
    }

    [Fact]
    public void Given_a_failure_that_the_command_reports_When_its_line_is_run_Then_it_fails_the_same_way_to_the_digest()
    {
        var found = Assert.Single(Run("sim --scenario first-call --seeds 1..1 --steps-max 60 --json").Failures);

        var again = Assert.Single(Run($"{found.Command["mink ".Length..].Replace("'", "", StringComparison.Ordinal)} --json").Failures);

        Assert.True(found.IsReproducible);
        Assert.Equal((found.Invariant, found.Message, found.Digest), (again.Invariant, again.Message, again.Digest));
    }

    private static CampaignResult Run(string arguments)
    {
        var start = new ProcessStartInfo("dotnet", $"\"{Path.Combine(AppContext.BaseDirectory, "mink.dll")}\" {arguments}") { RedirectStandardOutput = true };
        using var mink = Process.Start(start)!;
        var output = mink.StandardOutput.ReadToEnd();
        mink.WaitForExit();
        return CampaignResult.FromJson(output);
    }
}
