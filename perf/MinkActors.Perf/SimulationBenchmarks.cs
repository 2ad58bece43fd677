using BenchmarkDotNet.Attributes;
using MinkActors.Cli.Bench;

namespace MinkActors.Perf;

/// <summary>One step of a simulation: a choice, a delivery, a turn.</summary>
[MemoryDiagnoser]
public class SimulationBenchmarks
{
    private const int Turns = 10_000;

    private ulong _seed;

    [Benchmark(OperationsPerInvoke = Turns, Description = "simulated step")]
    public long Step() => SimulationLoad.Run(_seed++, Turns);
}
