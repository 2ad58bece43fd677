using System.Globalization;

namespace MinkActors.Perf;

/// <summary>The same as <see cref="InterceptedCallBenchmarks"/> in ten seconds: rounds of both in turn, the fastest of each beside the other.</summary>
/// <remarks>On a machine that does other things too the fastest rounds compare the code, and means the interruptions.</remarks>
internal static class InterceptedComparison
{
    private const int Rounds = 60;
    private const int Calls = 4000;

    public static async Task RunAsync(TextWriter to)
    {
        await using var world = await InterceptedWorld.StartAsync();
        using var bare = new InterceptedClient(new BareDevice());
        using var served = new InterceptedClient(world.Device);
        if (!served.WakesSynchronously) await to.WriteLineAsync("this kernel does not hand the processor over with a notification (Linux 6.6): each figure is mostly wake-ups");
        foreach (var kind in (string[])["null", "data"])
        {
            var (floor, full) = (long.MaxValue, long.MaxValue);
            for (var round = 0; round < Rounds; round++)
            {
                floor = Math.Min(floor, bare.Run(kind, Calls));
                full = Math.Min(full, served.Run(kind, Calls));
            }

            await to.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{kind,-5} bare {(double)floor / Calls / 1000:F2} us   invocation {(double)full / Calls / 1000:F2} us   ratio {(double)full / floor:F2}"));
        }
    }
}
