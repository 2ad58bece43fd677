using MinkActors.Actors;

namespace MinkActors.Testing;

/// <summary>What the actors of scenarios have to do: messages and waiting, by name, in virtual time.</summary>
public static class SimulationProfile
{
    /// <summary>Runs each scenario once with each seed, without faults, and adds up the figures of actors of one name.</summary>
    /// <param name="scenarios">Names, by commas; or all.</param>
    /// <param name="firstSeed">The first seed.</param>
    /// <param name="lastSeed">The last one, at least the first.</param>
    /// <returns>By name in ordinal order. Time in receive is zero: virtual time stands still during a turn.</returns>
    /// <exception cref="ArgumentException">There is no such scenario.</exception>
    public static IReadOnlyList<ActorFiguresSnapshot> Run(string scenarios, ulong firstSeed, ulong lastSeed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lastSeed, firstSeed);
        var figures = new SortedDictionary<string, ActorFiguresSnapshot>(StringComparer.Ordinal);
        foreach (var scenario in ScenarioCatalog.Find(scenarios))
        {
            for (var seed = firstSeed; ; seed++)
            {
                var run = ScenarioRun.Execute(scenario, new RunSettings(seed, static () => new RandomWalk(), FaultPlan.None) { CollectsMetrics = true });
                foreach (var one in run.Figures) figures[one.Name] = figures.TryGetValue(one.Name, out var sum) ? Add(sum, one) : one;
                if (seed == lastSeed) break;
            }
        }
        return [.. figures.Values];
    }

    private static ActorFiguresSnapshot Add(in ActorFiguresSnapshot sum, in ActorFiguresSnapshot one) => new(
        one.Name, sum.Messages + one.Messages, sum.TimeInReceive + one.TimeInReceive, sum.TimeInMailbox + one.TimeInMailbox,
        sum.Queued + one.Queued, Math.Max(sum.QueuedMax, one.QueuedMax));
}
