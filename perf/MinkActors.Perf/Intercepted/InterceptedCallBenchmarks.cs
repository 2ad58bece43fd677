using BenchmarkDotNet.Attributes;

namespace MinkActors.Perf;

/// <summary>An invocation by an unmodified program, beside an intercepted ioctl that moves the same bytes and does nothing with them.</summary>
[MemoryDiagnoser]
public class InterceptedCallBenchmarks
{
    private const int Operations = 2048;

    private InterceptedWorld _world = null!;
    private InterceptedClient _bare = null!;
    private InterceptedClient _served = null!;

    /// <summary>null: no arguments; data: 64 bytes in and 64 out.</summary>
    [Params("null", "data")]
    public string Kind { get; set; } = "null";

    [GlobalSetup]
    public async Task SetUp()
    {
        _world = await InterceptedWorld.StartAsync();
        _bare = new InterceptedClient(new BareDevice());
        _served = new InterceptedClient(_world.Device);
    }

    [GlobalCleanup]
    public async Task CleanUp()
    {
        _bare.Dispose();
        _served.Dispose();
        await _world.DisposeAsync();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations, Description = "bare intercepted ioctl")]
    public long Bare() => _bare.Run(Kind, Operations);

    [Benchmark(OperationsPerInvoke = Operations, Description = "intercepted invocation")]
    public long Served() => _served.Run(Kind, Operations);
}
