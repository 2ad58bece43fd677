using BenchmarkDotNet.Attributes;
using MinkActors.Cli.Bench;
using MinkActors.Testing;

namespace MinkActors.Perf;

/// <summary>One step of a simulation: a choice, a delivery, a turn, its share of the digest. The engine alone, then both worlds without and with the checks.</summary>
/// <remarks>dotnet run -c Release --project perf/MinkActors.Perf -- --filter '*SimulatedSteps*'</remarks>
[MemoryDiagnoser]
public class SimulatedSteps
{
    private const int Steps = 10_000;
    private const uint Add = 1;     // of the world's test application

    private ulong _seed;

    [Benchmark(OperationsPerInvoke = Steps, Description = "engine alone, with digest")]
    public long Engine() => SimulationLoad.Run(_seed++, Steps);

    [Benchmark(OperationsPerInvoke = Steps, Description = "both worlds, with digest")]
    public long Worlds() => Run(checks: false);

    [Benchmark(OperationsPerInvoke = Steps, Description = "both worlds, every invariant after every step")]
    public long Checked() => Run(checks: true);

    /// <summary>Calls until so many steps were made; a run of a campaign starts and ends a world as well.</summary>
    private long Run(bool checks) => SimulationCampaign.Run(new CampaignOptions
    {
        OwnScenarios =
        [
            new Scenario("calls", "Calls with bytes", async world =>
            {
                while (world.Actors.Steps < Steps) (await world.CallAsync(world.App, Add, Argument.In(1u, 2u), Argument.Out<uint>()))?.Dispose();
            }),
        ],
        FirstSeed = ++_seed,
        LastSeed = _seed,
        Strategy = "random",
        Faults = "none",
        ChecksEveryStep = checks,
    }).Steps;
}
