using Xunit.Abstractions;

namespace MinkActors.Testing.Tests.Gallery;

/// <summary>How good the standard campaign is: bugs planted in the product, and how many seeds it takes to find each.</summary>
/// <remarks>MINK_GALLERY=all plants all of them, a number every so-manieth, other text those whose name has it; otherwise a few stand
/// for the rest. MINK_GALLERY_SECONDS is the budget of each, MINK_GALLERY_SEEDS
/// another that does not depend on the machine,
/// MINK_GALLERY_LOG a file that says how it goes.</remarks>
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    private const int FewOf = 21;

    public static TheoryData<string> Rooms => ["MinkActors.Protocol", "MinkActors", "MinkActors.Emulator"];

    private static ulong LastSeed => ulong.TryParse(Environment.GetEnvironmentVariable("MINK_GALLERY_SEEDS"), out var seeds) ? seeds - 1 : ulong.MaxValue >> 2;

    private static TimeSpan Budget => TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("MINK_GALLERY_SECONDS"), out var seconds) ? seconds : 60);

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Given_a_room_as_it_is_When_compiled_like_a_mutant_Then_the_campaign_finds_nothing(string room)
    {
        var result = MutantRunner.Run(room, null, Budget, lastSeed: 3);

        Assert.True(result.IsClean, string.Join("\n", result.Failures));
    }

    [Fact]
    public void Given_all_planted_bugs_When_their_place_is_looked_up_Then_each_has_one()
    {
        var lost = Mutations.All.Where(mutation => MutantRoom.Of(mutation.Room).Occurrences(mutation) == 0);

        Assert.Equal([], lost.Select(mutation => $"{mutation} in {mutation.File}: the code has changed, the mutation has to follow"));
    }

    [Fact]
    public void Given_bugs_planted_in_the_product_When_the_standard_campaign_runs_Then_it_finds_them()
    {
        IReadOnlyList<Mutation> planted = Environment.GetEnvironmentVariable("MINK_GALLERY") switch
        {
            "all" => Mutations.All,
            null or "" => Every(FewOf),
            var text when int.TryParse(text, out var few) => Every(few),
            var name => [.. Mutations.All.Where(mutation => mutation.Name.Contains(name, StringComparison.OrdinalIgnoreCase))],
        };
        var seeds = new List<ulong>();
        var missed = new List<Mutation>();

        void Tell(string line)
        {
            output.WriteLine(line);
            if (Environment.GetEnvironmentVariable("MINK_GALLERY_LOG") is { Length: > 0 } log) File.AppendAllLines(log, [line]);
        }

        foreach (var mutation in planted)
        {
            var result = MutantRunner.Run(mutation.Room, mutation, Budget, LastSeed);
            if (result.Failures is [var failure, ..])
            {
                seeds.Add(failure.Seed + 1);
                Tell($"found  {mutation}: {failure.Seed + 1} seeds, {result.Runs} runs, {result.Seconds:F1} s: {failure.Scenario}, {failure.Message}");
            }
            else
            {
                missed.Add(mutation);
                Tell($"MISSED {mutation}: {result.Runs} runs, {result.Seconds:F1} s");
            }
        }

        seeds.Sort();
        Tell($"{seeds.Count}/{planted.Count} found, median {(seeds.Count > 0 ? seeds[seeds.Count / 2] : 0)} seeds");
        Assert.True(missed.Count * 10 <= planted.Count, $"Missed: {string.Join(", ", missed)}");
    }

    private static Mutation[] Every(int few) => [.. Mutations.All.Where((_, index) => index % few == 0)];
}
