using BenchmarkDotNet.Attributes;
using MinkActors.Akka;
using MinkActors.Cli.Bench;

namespace MinkActors.Perf;

/// <summary>The same work by bare Akka, by our runtime on Akka, and by our runtime on its own engine. Only with -p:AkkaEngine=true.</summary>
[MemoryDiagnoser]
public class AkkaBenchmarks
{
    private const int Operations = 512;

    private readonly Ping _ping = new();
    private AkkaBaseline _akka = null!;
    private AkkaActorSystem _engine = null!;
    private BenchWorld _onAkka = null!;
    private BenchWorld _onPool = null!;
    private EchoActor _echo = null!;

    [GlobalSetup]
    public async Task SetUp()
    {
        _akka = new AkkaBaseline();
        _engine = AkkaBaseline.CreateEngine();
        _onAkka = await BenchWorld.StartAsync(_engine);
        _onPool = await BenchWorld.StartAsync();
        _echo = _engine.Spawn(new EchoActor());
    }

    [GlobalCleanup]
    public async Task CleanUp()
    {
        await _onPool.DisposeAsync();
        await _onAkka.DisposeAsync();
        await _engine.Akka.Terminate();
        _akka.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations, Description = "Akka Ask")]
    public ValueTask Ask() => _akka.Ask(Operations);

    [Benchmark(OperationsPerInvoke = Operations, Description = "ask on our Akka engine")]
    public async Task AskOnOurEngine()
    {
        for (var i = 0; i < Operations; i++)
        {
            await _echo.Ask(_ping);
            _ping.Reset();
        }
    }

    [Benchmark(OperationsPerInvoke = Operations, Description = "null invocation on Akka")]
    public ValueTask NullOnAkka() => Paths.Null(_onAkka.Target, Operations);

    [Benchmark(OperationsPerInvoke = Operations, Description = "null invocation on the thread-pool engine")]
    public ValueTask NullOnPool() => Paths.Null(_onPool.Target, Operations);

    [Benchmark(OperationsPerInvoke = Operations, Description = "Akka create and stop")]
    public ValueTask CreateAndStop() => _akka.CreateAndStop(Operations);
}
