namespace MinkActors.Tests;

/// <summary>Ends a hang with a word; no test that does not hang depends on it.</summary>
/// <remarks>It counts a timer's ticks: while the process is stopped, or gets no processor, one tick passes and no more.</remarks>
internal static class HangGuard
{
    private const int TicksMax = 600;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    /// <summary>The task's outcome; fails when there is none in a minute of running.</summary>
    public static async Task OrHang(this Task task)
    {
        using var clock = new PeriodicTimer(Tick);
        for (var ticks = 0; !task.IsCompleted; ticks++)
        {
            if (ticks == TicksMax) throw new TimeoutException($"It hangs: no end after {TicksMax * Tick} of running.");
            await Task.WhenAny(task, clock.WaitForNextTickAsync().AsTask());
        }
        await task;
    }

    /// <summary>Waits until it holds; false when it never did in half of that time, so that a test can say what is wrong before it hangs.</summary>
    public static async Task<bool> Until(Func<bool> holds)
    {
        using var clock = new PeriodicTimer(Tick);
        for (var ticks = 0; ticks < TicksMax / 2; ticks++)
        {
            var tick = clock.WaitForNextTickAsync().AsTask();
            while (!tick.IsCompleted)
            {
                if (holds()) return true;
                await Task.Yield();
            }
        }
        return holds();
    }
}
