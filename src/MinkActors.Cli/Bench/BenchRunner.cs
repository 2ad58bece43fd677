using System.Diagnostics;
using System.Runtime;
using System.Runtime.InteropServices;
using MinkActors.Actors;

namespace MinkActors.Cli.Bench;

/// <summary>Runs everything that <c>mink bench</c> measures, in under a minute on a machine that is otherwise quiet.</summary>
internal static class BenchRunner
{
    // Short and many, between those of all other paths: on a machine that does other things too, some of each path's meet nobody.
    private const int Rounds = 45;

    private const int WarmUpsMax = 8;

    // A million of them take half a minute to make.
    private const int AkkaActors = 100_000;

    // So few methods compiled in a whole pass are the framework's own, and change nothing.
    private const int StillMethods = 8;

    /// <param name="engine">One of <see cref="Engines.Known"/>.</param>
    /// <param name="isQuick">A few seconds, up to 100,000 objects instead of a million: for a look, not for a claim.</param>
    /// <param name="progress">Told what is being done.</param>
    public static async Task<BenchReport> RunAsync(string engine, bool isQuick, Action<string> progress)
    {
        var time = TimeSpan.FromMilliseconds(isQuick ? 10 : 50);
        var paths = await MeasurePathsAsync(engine, time, progress);
        progress("an intercepted program");
        var (intercepted, missing) = await InterceptedMeasurement.RunAsync(Rounds, time / 5);
        paths.AddRange(intercepted);
        Ratios.Fill(paths);
        var scale = new List<ScaleResult>();
        foreach (var objects in isQuick ? (int[])[1_000, 100_000] : [1_000, 100_000, 1_000_000])
        {
            // A million Akka actors with their trees take gigabytes; that figure is no news.
            if (engine == Engines.Akka && objects > 100_000) continue;
            progress($"{objects:N0} live objects");
            scale.Add(await ScaleMeasurement.RunAsync(engine, objects, time));
        }
        AkkaCrowd? crowd = null;
        if (Engines.HasAkka && !isQuick)
        {
            progress($"{AkkaActors:N0} live Akka actors");
            crowd = Engines.MeasureAkkaCrowd(AkkaActors);
            var like = scale.FindIndex(ours => ours.Objects == AkkaActors);
            scale[like] = scale[like] with { CollectionToAkka = scale[like].FullCollectionMilliseconds / crowd.FullCollectionMilliseconds };
        }
        progress("one core, several cores");
        var cores = await CoresMeasurement.RunAsync(engine, time * 2);
        progress("simulation");
        return new BenchReport(engine, Engines.HasAkka, isQuick, Environment.ProcessorCount, RuntimeInformation.FrameworkDescription,
            paths, missing, scale, cores, SimulatedStepsPerSecond(time * 10)) { AkkaCrowd = crowd };
    }

    private static async Task<List<PathResult>> MeasurePathsAsync(string engine, TimeSpan time, Action<string> progress)
    {
        await using var set = await PathSet.CreateAsync(engine);
        await WarmUpAsync(set, time, progress);
        for (var index = 0; index < Rounds; index++)
        {
            if (index % 5 == 0) progress($"round {index} of {Rounds}");
            foreach (var path in set.All) await path.RunRoundAsync();
        }
        progress("single operations");
        foreach (var path in set.All) await path.SampleAsync(time * 2);
        return set.All.Select(path => path.Result()).ToList();
    }

    /// <summary>Runs all paths until the compiler has nothing more to do for them: hot code is compiled anew in the background, twice, and
    /// only while nothing else is compiled.</summary>
    private static async Task WarmUpAsync(PathSet set, TimeSpan time, Action<string> progress)
    {
        for (var pass = 1; pass <= WarmUpsMax; pass++)
        {
            progress($"warming up, {pass}");
            var before = JitInfo.GetCompiledMethodCount();
            foreach (var path in set.All) await path.WarmUpAsync(time * 2, time / 5);
            while (true)
            {
                var seen = JitInfo.GetCompiledMethodCount();
                await Task.Delay(200);
                if (JitInfo.GetCompiledMethodCount() == seen) break;
            }
            if (JitInfo.GetCompiledMethodCount() - before <= StillMethods) return;
        }
    }

    private static double SimulatedStepsPerSecond(TimeSpan time)
    {
        var (steps, start) = (0L, Stopwatch.GetTimestamp());
        for (ulong seed = 0; Stopwatch.GetElapsedTime(start) < time; seed++) steps += SimulationLoad.Run(seed);
        return steps / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
