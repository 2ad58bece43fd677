using static MinkActors.Cli.Bench.PathSet;

namespace MinkActors.Cli.Bench;

/// <summary>Puts each path beside what it is compared with, and beside what was promised.</summary>
/// <remarks>To the floor by the fastest round of each, since both are one thread's own work; to a bare ioctl too, since both hand over to
/// the client and back in the same way. To actors that hand over to another thread
/// by the median of rounds taken in turns: one round of those may be several times another, and its fastest is luck.</remarks>
internal static class Ratios
{
    /// <summary>What a path is measured against, mostly its like in Akka, and the most of it the path may take, if something was promised.</summary>
    private static readonly Dictionary<string, (string Anchor, double? AtMost, string Words)> Promises = new()
    {
        [Ids.Null] = (Ids.Ask, 0.25, "0.25 x Akka Ask"),
        [Ids.NullPooled] = (Ids.Ask, 0.6, "0.6 x Akka Ask"),
        [Ids.Null64] = (Ids.Ask64, 0.6, "0.6 x Akka Ask at 64"),
        [Ids.Callback] = (Ids.AskCallback, 0.3, "0.3 x Akka Ask with a callback"),
        [Ids.HandOver] = (Ids.Ask, 0.5, "0.5 x Akka Ask"),
        [Ids.Life] = (Ids.AkkaLife, 0.05, "0.05 x Akka create and stop"),
        [Ids.LifeOfOne] = (Ids.AkkaLifeOfOne, null, ""),
        [Ids.Codec] = (Ids.Floor, 3, "3 x floor"),
        [Ids.Intercepted] = (Ids.BareIoctl, 2, "2 x bare intercepted ioctl"),
    };

    /// <summary>What was promised of a path, in words; null: nothing was.</summary>
    public static string? GoalOf(string id) => Promises.TryGetValue(id, out var promise) && promise.AtMost is not null ? promise.Words : null;

    public static void Fill(IReadOnlyList<PathResult> paths)
    {
        var byId = paths.ToDictionary(path => path.Id);
        foreach (var path in paths)
        {
            path.ToFloor = path.Best / byId[Ids.Floor].Best;
            if (path.Id is not (Ids.Codec or Ids.Floor))
                path.ToChannelActor = path.Nanoseconds / byId[path.Id is Ids.Null64 or Ids.Ask64 or Ids.Channel64 ? Ids.Channel64 : Ids.Channel].Nanoseconds;
            var (anchor, atMost, words) = Promises.GetValueOrDefault(path.Id, (Ids.Ask, null, ""));
            var like = byId.GetValueOrDefault(anchor);
            var ratio = anchor is Ids.Floor or Ids.BareIoctl ? path.Best / like?.Best : path.Nanoseconds / like?.Nanoseconds;
            if (anchor == Ids.BareIoctl) path.ToBareIoctl = ratio;
            else if (anchor != Ids.Floor) path.ToAkka = ratio;
            if (atMost is null) continue;
            path.Goal = words;
            path.IsGoalMet = ratio is { } known ? known <= atMost : null;
        }
    }
}
