using System.Diagnostics;
using System.Runtime.InteropServices;
using MinkActors.Actors;

namespace MinkActors.Cli.Bench;

/// <summary>Runs everything that <c>mink bench</c> measures, in under a minute on a machine that is otherwise quiet.</summary>
internal static class BenchRunner
{
    private const int Rounds = 9;

    /// <param name="engine">One of <see cref="Engines.Known"/>.</param>
    /// <param name="isQuick">A few seconds, up to 100,000 objects instead of a million: for a look, not for a claim.</param>
    /// <param name="progress">Told what is being done.</param>
    public static async Task<BenchReport> RunAsync(string engine, bool isQuick, Action<string> progress)
    {
        var round = TimeSpan.FromMilliseconds(isQuick ? 10 : 50);
        var paths = await MeasurePathsAsync(engine, round, progress);
        var scale = new List<ScaleResult>();
        foreach (var objects in isQuick ? (int[])[1_000, 100_000] : [1_000, 100_000, 1_000_000])
        {
            // A million Akka actors with their trees take gigabytes; that figure is no news.
            if (engine == Engines.Akka && objects > 100_000) continue;
            progress($"{objects:N0} live objects");
            scale.Add(await ScaleMeasurement.RunAsync(engine, objects, round));
        }
        progress("one core, several cores");
        var cores = await CoresMeasurement.RunAsync(engine, round * 4);
        progress("simulation");
        return new BenchReport(engine, Engines.HasAkka, isQuick, Environment.ProcessorCount, RuntimeInformation.FrameworkDescription,
            paths, scale, cores, SimulatedStepsPerSecond(round * 10));
    }

    private static async Task<IReadOnlyList<PathResult>> MeasurePathsAsync(string engine, TimeSpan round, Action<string> progress)
    {
        await using var set = await PathSet.CreateAsync(engine);
        // Twice, with a pause: the runtime compiles hot code anew in the background, and starts on it only when nothing else is compiled.
        for (var pass = 0; pass < 2; pass++)
        {
            progress("warming up");
            foreach (var path in set.All) await path.WarmUpAsync(round * 2);
            await Task.Delay(250);
        }
        for (var index = 0; index < Rounds; index++)
        {
            progress($"round {index + 1} of {Rounds}");
            foreach (var path in set.All) await path.RunRoundAsync();
        }
        progress("single operations");
        foreach (var path in set.All) await path.SampleAsync(round * 2);
        var results = set.All.Select(path => path.Result()).ToList();
        Ratios.Fill(results);
        return results;
    }

    private static double SimulatedStepsPerSecond(TimeSpan time)
    {
        var (steps, start) = (0L, Stopwatch.GetTimestamp());
        for (ulong seed = 0; Stopwatch.GetElapsedTime(start) < time; seed++) steps += SimulationLoad.Run(seed);
        return steps / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
