using MinkActors.Conformance;

namespace MinkActors.Actors.Tests.Simulation;

/// <summary>The conformance suite under simulation, each test under several seeds.</summary>
public abstract class SimulationConformance(Func<ulong, SimulationOptions> options) : EngineConformance
{
    private const ulong Seeds = 20;

    protected override Task OnEngine(Func<Bench, Task> test)
    {
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            var system = new SimulationActorSystem(options(seed));
            system.Run(() => test(new SimulationBench(system)));
        }
        return Task.CompletedTask;
    }

    private sealed class SimulationBench(SimulationActorSystem system) : Bench(system)
    {
        /// <summary>A whit more, so that what is due at that very moment comes first.</summary>
        public override Task PassTime(TimeSpan time) => Task.Delay(time + TimeSpan.FromTicks(1), System.Time);

        /// <summary>Time moves only when nothing can run.</summary>
        public override Task Settle() => Task.Delay(TimeSpan.FromTicks(1), System.Time);
    }
}

public sealed class RandomWalkConformance() : SimulationConformance(seed => new SimulationOptions { Seed = seed });

public sealed class FirstComeFirstServedConformance()
    : SimulationConformance(seed => new SimulationOptions { Seed = seed, Strategy = new FirstComeFirstServed(), SendersMayOvertake = false });

public sealed class PriorityConformance()
    : SimulationConformance(seed => new SimulationOptions { Seed = seed, Strategy = new PriorityStrategy(3, 200), CollectMetrics = true });
