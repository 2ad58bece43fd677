using BenchmarkDotNet.Attributes;
using MinkActors.Cli.Bench;
using MinkActors.Protocol;

namespace MinkActors.Perf;

/// <summary>A method with two numbers in and one out: packed by hand, and by the proxy generated from IDL. The object is the same.</summary>
[MemoryDiagnoser]
public class ProxyBenchmarks
{
    private const int Operations = 1024;

    private static readonly ArgumentCounts InAndOut = Counts.BufferInAndOut;
    private BenchWorld _world = null!;
    private Capability _adder = null!;

    [GlobalSetup]
    public async Task SetUp()
    {
        _world = await BenchWorld.StartAsync();
        _adder = await _world.OpenAsync(new Adder());
    }

    [GlobalCleanup]
    public async Task CleanUp()
    {
        _adder.Dispose();
        await _world.DisposeAsync();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations, Description = "packed by hand")]
    public async Task<uint> ByHand()
    {
        uint sum = 0;
        for (var i = 0u; i < Operations; i++)
        {
            using var reply = await _adder.Call(0, InAndOut).In(i | (1ul << 32)).Out<uint>().SendAsync();
            sum += reply.Read<uint>();
        }
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Operations, Description = "generated proxy")]
    public async Task<uint> Generated()
    {
        var proxy = new AdderProxy(_adder);
        uint sum = 0;
        for (var i = 0u; i < Operations; i++) sum += await proxy.AddAsync(i, 1);
        return sum;
    }

    private sealed class Adder : IMinkObject
    {
        public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            var both = call.Read<ulong>(0);
            call.Write(0, (uint)both + (uint)(both >> 32));
            return new(ResultCode.Ok);
        }
    }
}
