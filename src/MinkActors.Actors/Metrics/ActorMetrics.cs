using System.Collections.Concurrent;
using MinkActors.Actors.Metrics;

namespace MinkActors.Actors;

/// <summary>Figures of all actors of one name, at one moment.</summary>
/// <param name="Name">The actors' name; the type's name for those spawned without one.</param>
/// <param name="Messages">Turns run, the engine's own signals included.</param>
/// <param name="TimeInReceive">Sum over all turns, each without the turns that ran inside it, in time of the system's clock (zero under simulation).</param>
/// <param name="TimeInMailbox">Sum over all messages, from Tell to turn.</param>
/// <param name="Queued">Messages waiting now.</param>
/// <param name="QueuedMax">The most that ever waited at once.</param>
public readonly record struct ActorFiguresSnapshot(
    string Name, long Messages, TimeSpan TimeInReceive, TimeSpan TimeInMailbox, long Queued, long QueuedMax);

/// <summary>Figures by actor name; see <see cref="ActorSystem.Metrics"/>.</summary>
public sealed class ActorMetrics
{
    private readonly ConcurrentDictionary<string, ActorFigures> _byName = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;

    internal ActorMetrics(TimeProvider time) => _time = time;

    /// <summary>A copy of all figures, by name in ordinal order. Figures of actors that run meanwhile may differ by a turn.</summary>
    public IReadOnlyList<ActorFiguresSnapshot> Snapshot()
        => [.. _byName.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Value.Snapshot(_time))];

    internal ActorFigures For(string name) => _byName.GetOrAdd(name, static name => new ActorFigures(name));

    internal long Now => _time.GetTimestamp();
}
