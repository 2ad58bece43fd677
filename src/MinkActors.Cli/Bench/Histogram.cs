using System.Numerics;

namespace MinkActors.Cli.Bench;

/// <summary>Counts of times by size: 16 equal steps between each power of two and the next, so that any value is known to 6 %,
/// from 1 ns to centuries, in 8 KiB.</summary>
internal sealed class Histogram
{
    private const int StepBits = 4;
    private const int Steps = 1 << StepBits;

    private readonly long[] _counts = new long[(64 - StepBits + 1) * Steps];

    public long Count { get; private set; }

    public void Add(long value)
    {
        _counts[IndexOf(Math.Max(0, value))]++;
        Count++;
    }

    /// <summary>The middle of the step in which the given share of all values is reached; 0 when there are none.</summary>
    public double Percentile(double percent)
    {
        var wanted = (long)Math.Ceiling(Count * percent / 100);
        long seen = 0;
        for (var index = 0; index < _counts.Length; index++)
        {
            seen += _counts[index];
            if (seen >= wanted && seen > 0) return LowerBound(index) + ((Width(index) - 1) / 2.0);
        }
        return 0;
    }

    internal static int IndexOf(long value)
    {
        if (value < Steps) return (int)value;
        var exponent = BitOperations.Log2((ulong)value) - StepBits;
        return ((exponent + 1) << StepBits) + (int)((value >> exponent) & (Steps - 1));
    }

    /// <summary>How many values a step has. Not by the bound of the next: behind the last one that would be 2^63.</summary>
    private static long Width(int index) => 1L << Math.Max(0, (index >> StepBits) - 1);

    internal static long LowerBound(int index)
    {
        var exponent = (index >> StepBits) - 1;
        return exponent < 0 ? index : (long)(Steps + (index & (Steps - 1))) << exponent;
    }
}
