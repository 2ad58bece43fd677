using MinkActors.Conformance;

namespace MinkActors.Actors.Tests.Simulation;

public sealed class SearchTests
{
    [Theory]
    [InlineData(1, 1, 2)]
    [InlineData(2, 1, 3)]
    [InlineData(2, 2, 6)]
    [InlineData(3, 2, 10)]
    public void Given_two_senders_to_one_actor_When_searched_Then_every_merge_of_their_messages_is_seen_once(int first, int second, int merges)
    {
        var seen = new List<string>();
        var search = new ExhaustiveSearch();

        do
        {
            var system = new SimulationActorSystem(new() { Strategy = search });
            var order = "";
            var receiver = system.Spawn(new Scripted { OnReceive = (_, message) => order += ((Text)message).Value });
            Sender(system, receiver, "a", first);
            Sender(system, receiver, "b", second);
            system.RunUntilIdle();
            seen.Add(order);
        }
        while (search.MoveNext());

        Assert.Equal(merges, seen.Distinct().Count());
        Assert.Equal(merges, seen.Count);
        Assert.False(search.WasCut);
    }

    [Fact]
    public void Given_choices_of_the_program_When_searched_Then_all_combinations_are_seen()
    {
        var seen = new HashSet<(int, int)>();
        var search = new ExhaustiveSearch();

        do
        {
            var system = new SimulationActorSystem(new() { Strategy = search });
            seen.Add((system.Choose(3), system.Choose(4)));
        }
        while (search.MoveNext());

        Assert.Equal((12, 12L), (seen.Count, search.Runs));
    }

    [Fact]
    public void Given_a_depth_When_searched_Then_choices_beyond_it_are_not_and_that_is_said()
    {
        var search = new ExhaustiveSearch(depthMax: 1);

        do
        {
            var system = new SimulationActorSystem(new() { Strategy = search });
            Assert.InRange(system.Choose(3), 0, 2);
            Assert.Equal(0, system.Choose(4));
        }
        while (search.MoveNext());

        Assert.Equal(3, search.Runs);
        Assert.True(search.WasCut);
    }

    [Fact]
    public void Given_a_race_of_depth_two_When_priorities_change_Then_the_bad_order_is_found_and_its_choices_show_it_again()
    {
        var found = Enumerable.Range(0, 200).Select(seed => Race(new PriorityStrategy(2, 20), (ulong)seed)).First(run => run.Bad);

        Assert.True(Race(new ReplayChoices(found.Choices), 0).Bad);
    }

    /// <summary>Bad when b's message comes between a's two.</summary>
    private static (bool Bad, IReadOnlyList<int> Choices) Race(ISimulationStrategy strategy, ulong seed)
    {
        var system = new SimulationActorSystem(new() { Seed = seed, Strategy = strategy });
        var order = "";
        var receiver = system.Spawn(new Scripted { OnReceive = (_, message) => order += ((Text)message).Value });
        var first = system.Spawn(new Scripted
        {
            OnReceive = (self, message) =>
            {
                receiver.Tell(new Text("a"));
                if (message is Text { Value: "go" }) self.Tell(new Text("again"));
            },
        });
        first.Tell(new Text("go"));
        Sender(system, receiver, "b", 1).Tell(new Text("go"));
        system.RunUntilIdle();
        return (order.StartsWith("aba", StringComparison.Ordinal), system.Choices);
    }

    /// <summary>Sends from its Started, so that the sending itself is no choice.</summary>
    private static Scripted Sender(ActorSystem system, ActorRef receiver, string text, int count) => system.Spawn(new Scripted
    {
        OnStarted = _ =>
        {
            for (var number = 0; number < count; number++) receiver.Tell(new Text(text));
        },
    });
}
