using MinkActors.Conformance;

namespace MinkActors.Actors.Tests.Simulation;

public sealed class DeterminismTests
{
    [Fact]
    public void Given_equal_seeds_When_a_program_runs_Then_trace_and_digest_are_equal()
    {
        var (first, second) = (Run(1), Run(1));

        Assert.Equal(first.Trace.ToString(), second.Trace.ToString());
        Assert.Equal(first.System.Digest, second.System.Digest);
        Assert.NotEqual(0, first.System.Steps);
    }

    [Fact]
    public void Given_different_seeds_When_a_program_runs_Then_digests_differ()
    {
        var digests = Enumerable.Range(0, 50).Select(seed => Run((ulong)seed).System.Digest).Distinct();

        Assert.Equal(50, digests.Count());
    }

    [Fact]
    public void Given_an_observer_or_none_When_a_program_runs_Then_the_digest_is_the_same()
    {
        Assert.Equal(Run(3).System.Digest, Run(3, observed: false).System.Digest);
    }

    /// <summary>Holds the digest across processes and machines: a hash code or an address in it would change it.</summary>
    [Fact]
    public void Given_seed_1_When_the_program_runs_anywhere_Then_the_digest_is_this_one()
    {
        Assert.Equal(GoldenDigest, Run(1).System.Digest);
    }

    [Fact]
    public void Given_recorded_choices_When_replayed_Then_the_trace_is_the_same()
    {
        var recorded = Run(5);

        var replayed = Run(5, new ReplayChoices(recorded.System.Choices));

        Assert.Equal(recorded.Trace.ToString(), replayed.Trace.ToString());
        Assert.Equal(recorded.System.Digest, replayed.System.Digest);
    }

    [Fact]
    public void Given_a_prefix_of_the_choices_When_replayed_Then_the_trace_begins_the_same_and_the_program_still_ends()
    {
        var recorded = Run(5);
        var prefix = recorded.System.Choices.Take(10).ToArray();

        var replayed = Run(5, new ReplayChoices(prefix));

        Assert.Equal(recorded.Trace.Steps.Take(10).Select(step => step.ToString()), replayed.Trace.Steps.Take(10).Select(step => step.ToString()));
        Assert.Equal(recorded.System.Choices.Take(10), replayed.System.Choices.Take(10));
    }

    private const ulong GoldenDigest = 7775917040469906451;

    private static (SimulationActorSystem System, SimulationTrace Trace) Run(
        ulong seed, ISimulationStrategy? strategy = null, bool observed = true)
    {
        var trace = new SimulationTrace();
        var system = new SimulationActorSystem(new() { Seed = seed, Strategy = strategy, Observer = observed ? trace : null });
        system.Run(() => Program(system));
        return (system, trace);
    }

    private static async Task Program(SimulationActorSystem system)
    {
        var probe = system.Spawn(new Probe(), "probe");
        for (var sender = 0; sender < 4; sender++)
        {
            var number = sender;
            system.Spawn(new Scripted
            {
                OnReceive = (_, _) =>
                {
                    for (var count = 0; count < 5; count++) probe.Tell(new Numbered(number, count));
                },
            }).Tell(new Text("go"));
        }
        for (var count = 0; count < 20; count++) system.Note($"got {(await probe.Next<Numbered>()).Sender}");
        await Task.Delay(TimeSpan.FromMilliseconds(1 + system.NextRandom() % 5), system.Time);
        system.Note("end");
    }
}
