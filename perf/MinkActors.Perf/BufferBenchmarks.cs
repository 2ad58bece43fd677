using BenchmarkDotNet.Attributes;
using MinkActors.Cli.Bench;

namespace MinkActors.Perf;

/// <summary>An invocation with one buffer in and one out, beside a virtual call that copies as much.</summary>
[MemoryDiagnoser]
public class BufferBenchmarks
{
    private const int Operations = 256;

    private readonly PlainTarget _plain = PlainTarget.Create();
    private BenchWorld _world = null!;
    private byte[] _input = [];
    private byte[] _output = [];

    /// <summary>Bytes in each direction.</summary>
    [Params(64, 1024, 64 * 1024)]
    public int Size { get; set; }

    [GlobalSetup]
    public async Task SetUp()
    {
        _world = await BenchWorld.StartAsync();
        (_input, _output) = (new byte[Size], new byte[Size]);
    }

    [GlobalCleanup]
    public async Task CleanUp() => await _world.DisposeAsync();

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations, Description = "virtual call, copied in and out")]
    public int Floor()
    {
        var sum = 0;
        for (var i = 0; i < Operations; i++) sum += _plain.Call(_input, _output);
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Operations, Description = "invocation")]
    public ValueTask Echo() => Paths.Echo(_world.Target, Operations, _input, _output);
}
