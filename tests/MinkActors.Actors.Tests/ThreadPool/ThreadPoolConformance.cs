using MinkActors.Conformance;

namespace MinkActors.Actors.Tests.ThreadPool;

/// <summary>The conformance suite on the thread-pool engine, in each of its ways to place turns.</summary>
public abstract class ThreadPoolConformance(ThreadPoolOptions options) : EngineConformance
{
    protected override async Task OnEngine(Func<Bench, Task> test)
    {
        var time = new ManualTime();
        var system = new ThreadPoolActorSystem(options with { Time = time, Seed = 1 });
        await test(new ThreadPoolBench(system, time)).WaitAsync(Hang.Max);
        await system.DisposeAsync();
    }

    private sealed class ThreadPoolBench(ThreadPoolActorSystem system, ManualTime time) : Bench(system)
    {
        public override Task PassTime(TimeSpan span)
        {
            time.Advance(span);
            return Task.CompletedTask;
        }

        public override async Task Settle()
        {
            for (var round = 0; round < 50; round++) await Task.Yield();
        }
    }
}

public sealed class InlineConformance() : ThreadPoolConformance(new ThreadPoolOptions());

public sealed class EveryHopThroughThePoolConformance() : ThreadPoolConformance(new ThreadPoolOptions { Inline = false });

/// <summary>Limits so small that every hand-over happens all the time.</summary>
public sealed class TightLimitsConformance()
    : ThreadPoolConformance(new ThreadPoolOptions { ThroughputPerActor = 1, TurnsPerTell = 2, LocalQueueMax = 1 });

public sealed class MeasuredConformance() : ThreadPoolConformance(new ThreadPoolOptions { CollectMetrics = true });
