using BenchmarkDotNet.Attributes;
using MinkActors.Actors;
using MinkActors.Cli.Bench;

namespace MinkActors.Perf;

/// <summary>An invocation without arguments, one after the other and with many outstanding, beside the actor one would write without a library.</summary>
[MemoryDiagnoser]
public class NullInvocationBenchmarks
{
    private const int Operations = 1024;

    private BenchWorld _world = null!;
    private ChannelActor _channel = null!;
    private ValueTask<Reply>[] _window = [];
    private Task<int>[] _asked = [];

    /// <summary>Calls under way at once.</summary>
    [Params(1, 8, 64)]
    public int Outstanding { get; set; }

    [GlobalSetup]
    public async Task SetUp()
    {
        _world = await BenchWorld.StartAsync();
        _channel = new ChannelActor();
        _window = new ValueTask<Reply>[Outstanding];
        _asked = new Task<int>[Outstanding];
    }

    [GlobalCleanup]
    public async Task CleanUp()
    {
        await _channel.DisposeAsync();
        await _world.DisposeAsync();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations, Description = "channel actor")]
    public async Task Channel()
    {
        for (var done = 0; done < Operations; done += _asked.Length)
        {
            for (var i = 0; i < _asked.Length; i++) _asked[i] = _channel.Ask();
            for (var i = 0; i < _asked.Length; i++) await _asked[i];
        }
    }

    [Benchmark(OperationsPerInvoke = Operations, Description = "null invocation")]
    public ValueTask Null() => Paths.Outstanding(_world.Target, Operations, _window);
}

/// <summary>The same with every hop through the pool, as other actor libraries do it.</summary>
[MemoryDiagnoser]
public class PooledInvocationBenchmarks
{
    private const int Operations = 1024;

    private ThreadPoolActorSystem _engine = null!;
    private BenchWorld _world = null!;
    private ChannelActor _channel = null!;

    [GlobalSetup]
    public async Task SetUp()
    {
        _engine = new ThreadPoolActorSystem(new ThreadPoolOptions { Inline = false });
        _world = await BenchWorld.StartAsync(_engine);
        _channel = new ChannelActor();
    }

    [GlobalCleanup]
    public async Task CleanUp()
    {
        await _channel.DisposeAsync();
        await _world.DisposeAsync();
        await _engine.DisposeAsync();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations, Description = "channel actor")]
    public async Task Channel()
    {
        for (var i = 0; i < Operations; i++) await _channel.Ask();
    }

    [Benchmark(OperationsPerInvoke = Operations, Description = "null invocation through the pool")]
    public ValueTask Null() => Paths.Null(_world.Target, Operations);
}
