using MinkActors.Actors;

namespace MinkActors.Tests.Domains;

public sealed class PoolTests
{
    [Fact]
    public void Given_a_lane_of_its_own_When_another_thread_returns_what_was_rented_there_Then_it_is_rented_there_again()
    {
        var actors = new ThreadPoolActorSystem();
        var pool = new Pool<Thing>(() => new Thing(), actors);
        var lane = actors.Lane;
        var (first, second) = (pool.Rent(lane), pool.Rent(lane));

        var returning = new Thread(() => pool.Return(first, lane));
        returning.Start();
        returning.Join();

        Assert.NotSame(first, second);
        Assert.Same(first, pool.Rent(lane));
    }

    [Fact]
    public void Given_a_thing_that_will_never_come_back_When_forgotten_Then_its_place_gets_another()
    {
        var actors = new ThreadPoolActorSystem();
        var pool = new Pool<Thing>(() => new Thing(), actors);
        var lane = actors.Lane;
        var lost = pool.Rent(lane);

        pool.Forget(lost, lane);

        var other = pool.Rent(lane);
        pool.Return(other, lane);
        Assert.NotSame(lost, other);
        Assert.Same(other, pool.Rent(lane));
    }

    [Fact]
    public void Given_more_threads_than_lanes_of_their_own_When_all_rent_and_return_each_others_things_Then_none_is_out_twice()
    {
        const int Rounds = 2_000;
        LetGoOfLanes();
        var actors = new ThreadPoolActorSystem();
        var pool = new Pool<Thing>(() => new Thing(), actors);
        var (lanes, doubles) = (new HashSet<int>(), 0);
        Thing? passedOn = null;
        using var allBegun = new Barrier(actors.OwnLaneCount + 16);
        var threads = Enumerable.Range(0, actors.OwnLaneCount + 16).Select(_ => new Thread(() =>
        {
            var lane = actors.Lane;
            lock (lanes) lanes.Add(lane);
            allBegun.SignalAndWait();
            for (var round = 0; round < Rounds; round++)
            {
                var thing = pool.Rent(lane);
                if (Interlocked.Exchange(ref thing.IsOut, 1) != 0) Interlocked.Increment(ref doubles);
                thing.Lane = lane;
                // Whoever comes next returns it.
                if (Interlocked.Exchange(ref passedOn, thing) is not { } other) continue;
                Volatile.Write(ref other.IsOut, 0);
                pool.Return(other, other.Lane);
            }
        })).ToList();

        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.Equal(0, doubles);
        Assert.Contains(lanes, lane => lane < actors.OwnLaneCount);
        Assert.Contains(lanes, lane => lane >= actors.OwnLaneCount);
    }

    /// <summary>Of threads that have ended.</summary>
    private static void LetGoOfLanes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private sealed class Thing
    {
        public int IsOut;
        public int Lane;
    }
}
