using BenchmarkDotNet.Attributes;
using MinkActors.Cli.Bench;

namespace MinkActors.Perf;

/// <summary>Objects that cross: called back, handed over, made and ended; beside the null invocation that carries them.</summary>
[MemoryDiagnoser]
public class ObjectBenchmarks
{
    private const int Operations = 512;
    private const int Batch = 34 * Counts.Handful;

    private readonly BenchCallback _callback = new();
    private BenchWorld _world = null!;
    private Capability _handedOver = null!;

    [GlobalSetup]
    public async Task SetUp()
    {
        _world = await BenchWorld.StartAsync();
        _handedOver = _world.Mink.Export(_callback);
        await Paths.KeepOne(_world, _callback);
    }

    [GlobalCleanup]
    public async Task CleanUp()
    {
        _handedOver.Dispose();
        await _world.DisposeAsync();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations, Description = "null invocation")]
    public ValueTask Null() => Paths.Null(_world.Target, Operations);

    [Benchmark(OperationsPerInvoke = Operations, Description = "with one callback")]
    public ValueTask Callback() => Paths.CallBack(_world.Target, Operations);

    [Benchmark(OperationsPerInvoke = Operations, Description = "hands one object over, released")]
    public ValueTask HandOver() => Paths.HandOver(_world.Target, Operations, _handedOver);

    [Benchmark(OperationsPerInvoke = Operations, Description = "object made, exported, released")]
    public ValueTask LifeOfOne() => Paths.ExportAndReleaseOne(_world, Operations, _callback);

    [Benchmark(OperationsPerInvoke = Batch, Description = "objects made, exported 15 a call, released")]
    public ValueTask Life() => Paths.ExportAndRelease(_world, Batch, _callback);
}

/// <summary>The same life with many others alive: what the object tables cost when they are full.</summary>
[MemoryDiagnoser]
public class TableBenchmarks
{
    private const int Operations = 512;

    private readonly BenchCallback _callback = new();
    private BenchWorld _world = null!;

    /// <summary>Live callback objects meanwhile.</summary>
    [Params(1_000, 100_000, 1_000_000)]
    public int Alive { get; set; }

    [GlobalSetup]
    public async Task SetUp()
    {
        _world = await BenchWorld.StartAsync();
        await Paths.KeepOne(_world, _callback);
        await Paths.KeepMany(_world, Alive, _callback);
    }

    [GlobalCleanup]
    public async Task CleanUp() => await _world.DisposeAsync();

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations, Description = "null invocation")]
    public ValueTask Null() => Paths.Null(_world.Target, Operations);

    [Benchmark(OperationsPerInvoke = Operations, Description = "with one callback")]
    public ValueTask Callback() => Paths.CallBack(_world.Target, Operations);

    [Benchmark(OperationsPerInvoke = Operations, Description = "object made, exported, released")]
    public ValueTask LifeOfOne() => Paths.ExportAndReleaseOne(_world, Operations, _callback);
}
