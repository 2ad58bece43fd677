using BenchmarkDotNet.Attributes;
using MinkActors.Cli.Bench;

namespace MinkActors.Perf;

/// <summary>An invocation by an unmodified program, beside an intercepted ioctl that moves the same bytes and does nothing with them.</summary>
[MemoryDiagnoser]
public class InterceptedCallBenchmarks
{
    private const int Operations = 2048;

    private InterceptedPair _pair = null!;

    /// <summary>null: no arguments; data: 64 bytes in and 64 out.</summary>
    [Params(InterceptedClient.Null, InterceptedClient.Data)]
    public string Kind { get; set; } = InterceptedClient.Null;

    [GlobalSetup]
    public async Task SetUp() => _pair = await InterceptedPair.StartAsync();

    [GlobalCleanup]
    public async Task CleanUp() => await _pair.DisposeAsync();

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations, Description = "bare intercepted ioctl")]
    public long Bare() => _pair.Bare.Run(Kind, Operations);

    [Benchmark(OperationsPerInvoke = Operations, Description = "intercepted invocation")]
    public long Served() => _pair.Served.Run(Kind, Operations);
}
