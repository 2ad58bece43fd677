using System.Globalization;
using MinkActors.Cli.Bench;

namespace MinkActors.Perf;

/// <summary>The same as <see cref="InterceptedCallBenchmarks"/> in half a minute: rounds of both in turn, the fastest of each beside the other.</summary>
/// <remarks>On a machine that does other things too the fastest rounds compare the code, and means the interruptions. <c>mink bench</c>
/// measures the null invocation the same way.</remarks>
internal static class InterceptedComparison
{
    private const int Rounds = 60;
    private const int Calls = 4000;

    public static async Task RunAsync(TextWriter to)
    {
        await using var pair = await InterceptedPair.StartAsync();
        if (!pair.Served.WakesSynchronously) await to.WriteLineAsync("this kernel does not hand the processor over with a notification (Linux 6.6): each figure is mostly wake-ups");
        foreach (var kind in (string[])[InterceptedClient.Null, InterceptedClient.Data])
        {
            var (floor, full) = (long.MaxValue, long.MaxValue);
            for (var round = 0; round < Rounds; round++)
            {
                floor = Math.Min(floor, pair.Bare.Run(kind, Calls));
                full = Math.Min(full, pair.Served.Run(kind, Calls));
            }

            await to.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{kind,-5} bare {(double)floor / Calls / 1000:F2} us   invocation {(double)full / Calls / 1000:F2} us   ratio {(double)full / floor:F2}"));
        }
    }
}
