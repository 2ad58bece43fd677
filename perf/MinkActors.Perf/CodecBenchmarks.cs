using BenchmarkDotNet.Attributes;
using MinkActors.Cli.Bench;

namespace MinkActors.Perf;

/// <summary>A call with 64 bytes in and out through the codec of both sides, beside a virtual call that copies as much.</summary>
[MemoryDiagnoser]
public class CodecBenchmarks
{
    private readonly Codec _codec = new();
    private readonly PlainTarget _plain = PlainTarget.Create();
    private readonly byte[] _input = new byte[Codec.Bytes];
    private readonly byte[] _output = new byte[Codec.Bytes];

    [Benchmark(Baseline = true, Description = "virtual call, 64 B copied in and out")]
    public int Floor() => _plain.Call(_input, _output);

    [Benchmark(Description = "codec, call and reply of 64 B")]
    public bool RoundTrip() => _codec.RoundTrip();
}
