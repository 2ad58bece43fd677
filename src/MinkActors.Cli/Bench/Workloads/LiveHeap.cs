using System.Diagnostics;

namespace MinkActors.Cli.Bench;

/// <summary>What is alive on the managed heap, and what it costs to find that out.</summary>
internal static class LiveHeap
{
    /// <summary>Bytes that survive a collection.</summary>
    public static long Bytes() => GC.GetTotalMemory(forceFullCollection: true);

    /// <summary>One blocking collection of everything; the shortest of three.</summary>
    public static TimeSpan FullCollection() => Enumerable.Range(0, 3).Select(_ => CollectOnce()).Min();

    private static TimeSpan CollectOnce()
    {
        var start = Stopwatch.GetTimestamp();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
        return Stopwatch.GetElapsedTime(start);
    }
}
