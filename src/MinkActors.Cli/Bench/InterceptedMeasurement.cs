namespace MinkActors.Cli.Bench;

/// <summary>What an unmodified program pays for a null invocation under <c>mink run</c>, beside a bare intercepted ioctl that moves the same bytes.</summary>
/// <remarks>Apart from the other paths, since the client's clock counts: rounds of both in turn.</remarks>
internal static class InterceptedMeasurement
{
    public const string BareName = "bare intercepted ioctl, same copies", NullName = "intercepted null invocation, mink run";

    private const int SamplesMax = 65536;

    /// <param name="rounds">Of each.</param>
    /// <param name="round">About how long one takes.</param>
    /// <returns>Both paths, or for both why they were not measured.</returns>
    public static async Task<(IReadOnlyList<PathResult> Paths, IReadOnlyList<MissingPath> Missing)> RunAsync(int rounds, TimeSpan round)
    {
        try
        {
            await using var pair = await InterceptedPair.StartAsync();
            var (bare, served) = (new Side(PathSet.Ids.BareIoctl, BareName, pair.Bare, round), new Side(PathSet.Ids.Intercepted, NullName, pair.Served, round));
            for (var index = 0; index < rounds; index++)
            {
                bare.RunRound();
                served.RunRound();
            }
            return ([bare.Result(isBaseline: true), served.Result(isBaseline: false)], []);
        }
        catch (NotMeasurableException lack)
        {
            return ([], [new MissingPath(PathSet.Ids.BareIoctl, BareName, lack.Message), new MissingPath(PathSet.Ids.Intercepted, NullName, lack.Message)]);
        }
    }

    /// <summary>One of the two clients and what it has said.</summary>
    private sealed class Side
    {
        private readonly string _id;
        private readonly string _name;
        private readonly InterceptedClient _client;
        private readonly Rounds _rounds = new();
        private readonly int _perRound;

        /// <summary>Warms up until a round of calls takes as long as it should: the host's way of serving them is compiled by then.</summary>
        public Side(string id, string name, InterceptedClient client, TimeSpan round)
        {
            (_id, _name, _client) = (id, name, client);
            var (count, took) = (64, 0L);
            for (var warmed = 0L; warmed < (round * 20).TotalNanoseconds || took < round.TotalNanoseconds / 8; warmed += took)
            {
                if (took < round.TotalNanoseconds / 8) count *= 2;
                took = client.Run(InterceptedClient.Null, count);
            }
            _perRound = Math.Max(1, (int)(count * (round.TotalNanoseconds / took)));
        }

        public void RunRound()
        {
            var bytes = GC.GetTotalAllocatedBytes(precise: true);
            var took = _client.Run(InterceptedClient.Null, _perRound);
            _rounds.Add(_perRound, took, GC.GetTotalAllocatedBytes(precise: true) - bytes);
        }

        public PathResult Result(bool isBaseline)
        {
            var single = _client.Sample(InterceptedClient.Null, Math.Min(SamplesMax, _perRound * 10));
            return _rounds.Result(_id, _name, isBaseline, (single[0], single[1], single[2], single[3]));
        }
    }
}
