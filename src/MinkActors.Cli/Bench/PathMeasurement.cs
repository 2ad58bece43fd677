using System.Diagnostics;

namespace MinkActors.Cli.Bench;

/// <summary>One path under measurement: a loop over its operation, run in rounds between those of all other paths, so that what else
/// happens on the machine meets them all alike.</summary>
/// <param name="id">For scripts.</param>
/// <param name="name">For people.</param>
/// <param name="loop">Runs the operation that many times.</param>
/// <param name="isBaseline">One of the things compared with.</param>
/// <param name="step">Operations that belong together: only multiples of it are run.</param>
internal sealed class PathMeasurement(string id, string name, Func<int, ValueTask> loop, bool isBaseline = false, int step = 1)
{
    private readonly Rounds _rounds = new();
    private readonly Histogram _single = new();
    private int _perRound;

    /// <summary>Runs it for some time, so that it is compiled, and finds how often it fits into a round.</summary>
    public async Task WarmUpAsync(TimeSpan time, TimeSpan round)
    {
        var start = Stopwatch.GetTimestamp();
        var (count, took) = (step, TimeSpan.Zero);
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            var before = Stopwatch.GetTimestamp();
            await loop(count);
            took = Stopwatch.GetElapsedTime(before);
            if (took < round / 8) count = checked(count * 2);
        }
        _perRound = Math.Max(step, (int)(count * (round / took)) / step * step);
    }

    public async Task RunRoundAsync()
    {
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var start = Stopwatch.GetTimestamp();
        await loop(_perRound);
        var took = Stopwatch.GetElapsedTime(start);
        _rounds.Add(_perRound, took.TotalNanoseconds, GC.GetTotalAllocatedBytes(precise: true) - bytes);
    }

    /// <summary>Single operations (or steps), for the percentiles.</summary>
    public async Task SampleAsync(TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        var now = start;
        while (Stopwatch.GetElapsedTime(start, now) < time)
        {
            var before = Stopwatch.GetTimestamp();
            await loop(step);
            now = Stopwatch.GetTimestamp();
            _single.Add((long)(Stopwatch.GetElapsedTime(before, now).TotalNanoseconds / step));
        }
    }

    public PathResult Result() =>
        _rounds.Result(id, name, isBaseline, (_single.Percentile(50), _single.Percentile(90), _single.Percentile(99), _single.Percentile(99.9)));
}
