using System.Diagnostics;

namespace MinkActors.Cli.Bench;

/// <summary>Whether independent objects called from several threads are in each other's way; beside it plain calls, which are not:
/// what the machine gives when its cores share caches, clocks and other guests.</summary>
internal static class CoresMeasurement
{
    private const int Repeats = 9;

    private const int Chunk = 256;

    // What one thread writes shares no cache line with what another reads.
    private const int Apart = 256;

    public static async Task<IReadOnlyList<CoresResult>> RunAsync(string engine, TimeSpan round)
    {
        await using var actors = Engines.Create(engine);
        await using var world = await BenchWorld.StartAsync(actors);
        var targets = new Capability[Environment.ProcessorCount];
        for (var index = 0; index < targets.Length; index++) targets[index] = await world.OpenAsync(new BenchApp());
        var counts = new List<int>();
        for (var threads = 1; threads <= targets.Length; threads *= 2) counts.Add(threads);
        var plainCalls = PlainCalls(targets.Length);
        var (called, plain) = (counts.ConvertAll(_ => new Series()), counts.ConvertAll(_ => new Series()));
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            for (var at = 0; at < counts.Count; at++)
            {
                called[at].Add(await RateAsync(counts[at], round, thread => Paths.Null(targets[thread], Chunk)), called[0]);
                plain[at].Add(await RateAsync(counts[at], round, plainCalls), plain[0]);
            }
        }
        foreach (var target in targets) target.Dispose();
        return [.. counts.Select((threads, at) => new CoresResult(threads, Median(called[at].Rates), Median(called[at].ToOne), Median(plain[at].ToOne)))];
    }

    private static Func<int, ValueTask> PlainCalls(int threads)
    {
        var targets = new (PlainTarget Target, byte[] Bytes)[threads];
        for (var index = 0; index < threads; index++) targets[index] = (PlainTarget.Create(), new byte[Apart * 4]);
        return thread =>
        {
            var (target, bytes) = targets[thread];
            for (var i = 0; i < Chunk; i++) target.Call(bytes.AsSpan(Apart, 64), bytes.AsSpan(Apart * 2, 64));
            return default;
        };
    }

    /// <summary>Operations a second of all threads together.</summary>
    private static async Task<double> RateAsync(int threads, TimeSpan round, Func<int, ValueTask> chunk)
    {
        using var start = new Barrier(threads);
        var workers = new Task<double>[threads];
        for (var index = 0; index < threads; index++)
        {
            var thread = index;
            workers[index] = Task.Factory.StartNew(async () =>
            {
                start.SignalAndWait();
                var (began, done) = (Stopwatch.GetTimestamp(), 0L);
                TimeSpan took;
                do
                {
                    await chunk(thread);
                    done += Chunk;
                    took = Stopwatch.GetElapsedTime(began);
                }
                while (took < round);
                return done / took.TotalSeconds;
            }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        }
        return (await Task.WhenAll(workers)).Sum();
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>The rates of one number of threads, each also against one thread right before: what else happens on the machine meets both alike.</summary>
    private sealed class Series
    {
        public List<double> Rates { get; } = [];

        public List<double> ToOne { get; } = [];

        public void Add(double rate, Series one)
        {
            Rates.Add(rate);
            ToOne.Add(rate / one.Rates[^1]);
        }
    }
}
