namespace MinkActors.Cli.Bench;

/// <summary>What the rounds of one path took, however they were made and timed.</summary>
internal sealed class Rounds
{
    private readonly List<double> _nanoseconds = [];
    private double _bytes = double.MaxValue;

    /// <summary>Enters a round.</summary>
    /// <param name="count">How many operations it had.</param>
    /// <param name="nanoseconds">For all of them.</param>
    /// <param name="bytes">Allocated in the whole process meanwhile.</param>
    public void Add(int count, double nanoseconds, long bytes)
    {
        _nanoseconds.Add(nanoseconds / count);
        // The least: what others allocate meanwhile is not this path's.
        _bytes = Math.Min(_bytes, bytes / (double)count);
    }

    /// <param name="id">For scripts.</param>
    /// <param name="name">For people.</param>
    /// <param name="isBaseline">One of the things compared with.</param>
    /// <param name="percentiles">Of single operations, in nanoseconds: 50, 90, 99 and 99.9 %.</param>
    public PathResult Result(string id, string name, bool isBaseline, (double P50, double P90, double P99, double P999) percentiles)
    {
        var sorted = _nanoseconds.Order().ToList();
        return new PathResult(id, name, isBaseline, sorted[sorted.Count / 2], sorted[0], Math.Round(_bytes, 1),
            percentiles.P50, percentiles.P90, percentiles.P99, percentiles.P999);
    }
}
