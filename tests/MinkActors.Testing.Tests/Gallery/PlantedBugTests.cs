using Xunit.Abstractions;

namespace MinkActors.Testing.Tests.Gallery;

/// <summary>How good the standard campaign is: bugs planted in the runtime, and how many seeds it takes to find each.</summary>
/// <remarks>MINK_GALLERY=all plants all of them, as the pipeline does; otherwise a few stand for the rest. MINK_GALLERY_SECONDS is the budget of each.</remarks>
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    private const int FewOf = 9;

    private static TimeSpan Budget => TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("MINK_GALLERY_SECONDS"), out var seconds) ? seconds : 60);

    [Fact]
    public void Given_the_runtime_as_it_is_When_compiled_like_a_mutant_Then_the_campaign_finds_nothing()
    {
        var result = MutantRunner.Run(null, Budget, lastSeed: 3);

        Assert.True(result.IsClean, string.Join("\n", result.Failures));
    }

    [Fact]
    public void Given_bugs_planted_in_the_runtime_When_the_standard_campaign_runs_Then_it_finds_them()
    {
        var planted = Environment.GetEnvironmentVariable("MINK_GALLERY") switch
        {
            "all" => Mutations.All,
            null or "" => [.. Mutations.All.Where((_, index) => index % FewOf == 0)],
            var name => [.. Mutations.All.Where(mutation => mutation.Name.Contains(name, StringComparison.OrdinalIgnoreCase))],
        };
        var seeds = new List<ulong>();
        var missed = new List<Mutation>();

        foreach (var mutation in planted)
        {
            var result = MutantRunner.Run(mutation, Budget);
            if (result.Failures is [var failure, ..])
            {
                seeds.Add(failure.Seed + 1);
                output.WriteLine($"found  {mutation}: {failure.Seed + 1} seeds, {result.Runs} runs, {result.Seconds:F1} s: {failure.Scenario}, {failure.Message}");
            }
            else
            {
                missed.Add(mutation);
                output.WriteLine($"MISSED {mutation}: {result.Runs} runs, {result.Seconds:F1} s");
            }
        }

        seeds.Sort();
        output.WriteLine($"{seeds.Count}/{planted.Count} found, median {(seeds.Count > 0 ? seeds[seeds.Count / 2] : 0)} seeds");
        Assert.True(missed.Count * 10 <= planted.Count, $"Missed: {string.Join(", ", missed)}");
    }
}
