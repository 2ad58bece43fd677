using System.Diagnostics;

namespace MinkActors.Cli.Bench;

/// <summary>What is alive on the managed heap, and what it costs to find that out.</summary>
internal static class LiveHeap
{
    /// <summary>Bytes that survive a collection.</summary>
    public static long Bytes() => GC.GetTotalMemory(forceFullCollection: true);

    /// <summary>One blocking collection of everything; the shortest of three.</summary>
    /// <remarks>The heap is compacted before: what died while the live ones were made, and the gaps it left, is not what is measured.</remarks>
    public static TimeSpan FullCollection()
    {
        Collect(compacting: true);
        return Enumerable.Range(0, 3).Select(_ => CollectOnce()).Min();
    }

    private static TimeSpan CollectOnce()
    {
        var start = Stopwatch.GetTimestamp();
        Collect(compacting: false);
        return Stopwatch.GetElapsedTime(start);
    }

    private static void Collect(bool compacting) => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting);
}
