using MinkActors.Actors;

namespace MinkActors.Cli.Bench;

/// <summary>Eight relays that pass eight batons: at every step the seed decides between several deliveries.</summary>
internal static class SimulationLoad
{
    public static long Run(ulong seed, int turns = 10_000)
    {
        const int actors = 8;
        var system = new SimulationActorSystem(new SimulationOptions { Seed = seed, RecordChoices = false });
        var relays = Enumerable.Range(0, actors).Select(_ => system.Spawn(new RelayActor())).ToArray();
        for (var index = 0; index < actors; index++) relays[index].Next = relays[(index + 1) % actors];
        foreach (var relay in relays) relay.Tell(new Baton { Left = turns / actors });
        system.RunUntilIdle();
        return system.Steps;
    }
}
