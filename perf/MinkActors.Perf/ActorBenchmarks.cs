using BenchmarkDotNet.Attributes;
using MinkActors.Actors;
using MinkActors.Cli.Bench;

namespace MinkActors.Perf;

/// <summary>The engine alone: ask, tell, spawn; idle actors inline, and every hop through the pool.</summary>
[MemoryDiagnoser]
public class ActorBenchmarks
{
    private const int Operations = 1024;

    private readonly Ping _ping = new();
    private ThreadPoolActorSystem _engine = null!;
    private ChannelActor _channel = null!;
    private EchoActor _echo = null!;

    /// <summary>Whether an idle actor runs on the teller's thread.</summary>
    [Params(true, false)]
    public bool Inline { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _engine = new ThreadPoolActorSystem(new ThreadPoolOptions { Inline = Inline });
        _channel = new ChannelActor();
        _echo = _engine.Spawn(new EchoActor());
    }

    [GlobalCleanup]
    public async Task CleanUp()
    {
        await _channel.DisposeAsync();
        await _engine.DisposeAsync();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations, Description = "channel actor, ask")]
    public async Task Channel()
    {
        for (var i = 0; i < Operations; i++) await _channel.Ask();
    }

    [Benchmark(OperationsPerInvoke = Operations, Description = "ask")]
    public async Task Ask()
    {
        for (var i = 0; i < Operations; i++)
        {
            await _echo.Ask(_ping);
            _ping.Reset();
        }
    }

    [Benchmark(OperationsPerInvoke = Operations, Description = "tell, the last one awaited")]
    public async Task Tell()
    {
        for (var i = 1; i < Operations; i++) _echo.Tell(new Note());
        await _echo.Ask(_ping);
        _ping.Reset();
    }

    [Benchmark(OperationsPerInvoke = Operations, Description = "spawn and stop")]
    public void SpawnAndStop()
    {
        for (var i = 0; i < Operations; i++) _engine.Stop(_engine.Spawn(new EchoActor()));
    }
}
