using System.Diagnostics;

namespace MinkActors.Cli.Bench;

/// <summary>Whether independent objects called from several threads are in each other's way.</summary>
internal static class CoresMeasurement
{
    public static async Task<IReadOnlyList<CoresResult>> RunAsync(string engine, TimeSpan round)
    {
        await using var actors = Engines.Create(engine);
        await using var world = await BenchWorld.StartAsync(actors);
        var targets = new Capability[Environment.ProcessorCount];
        for (var index = 0; index < targets.Length; index++) targets[index] = await world.OpenAsync(new BenchApp());
        var results = new List<CoresResult>();
        for (var threads = 1; threads <= targets.Length; threads *= 2)
        {
            var rates = new List<double>();
            for (var repeat = 0; repeat < 5; repeat++) rates.Add(await RateAsync(targets.AsMemory(0, threads), round));
            var rate = rates.Order().ElementAt(rates.Count / 2);
            results.Add(new CoresResult(threads, rate, rate / (results.Count == 0 ? rate : results[0].InvocationsPerSecond)));
        }
        foreach (var target in targets) target.Dispose();
        return results;
    }

    private static async Task<double> RateAsync(ReadOnlyMemory<Capability> targets, TimeSpan round)
    {
        const int chunk = 256;
        using var start = new Barrier(targets.Length);
        var workers = new Task<double>[targets.Length];
        for (var index = 0; index < targets.Length; index++)
        {
            var target = targets.Span[index];
            workers[index] = Task.Factory.StartNew(async () =>
            {
                start.SignalAndWait();
                var (began, done) = (Stopwatch.GetTimestamp(), 0L);
                TimeSpan took;
                do
                {
                    await Paths.Null(target, chunk);
                    done += chunk;
                    took = Stopwatch.GetElapsedTime(began);
                }
                while (took < round);
                return done / took.TotalSeconds;
            }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        }
        return (await Task.WhenAll(workers)).Sum();
    }
}
