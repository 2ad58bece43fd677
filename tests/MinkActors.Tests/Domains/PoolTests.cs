namespace MinkActors.Tests.Domains;

public sealed class PoolTests
{
    [Fact]
    public void Given_a_lane_of_its_own_When_another_thread_returns_what_was_rented_there_Then_it_is_rented_there_again()
    {
        const int Lane = 0;
        var pool = new Pool<Thing>(() => new Thing(), lanes: 1, ownLanes: 1);
        var (first, second) = (pool.Rent(Lane), pool.Rent(Lane));

        var returning = new Thread(() => pool.Return(first, Lane));
        returning.Start();
        returning.Join();

        Assert.NotSame(first, second);
        Assert.Same(first, pool.Rent(Lane));
    }

    [Fact]
    public void Given_a_thing_that_will_never_come_back_When_forgotten_Then_its_place_gets_another()
    {
        const int Lane = 0;
        var pool = new Pool<Thing>(() => new Thing(), lanes: 1, ownLanes: 1);
        var lost = pool.Rent(Lane);

        pool.Forget(lost, Lane);

        var other = pool.Rent(Lane);
        pool.Return(other, Lane);
        Assert.NotSame(lost, other);
        Assert.Same(other, pool.Rent(Lane));
    }

    [Fact]
    public void Given_more_threads_than_lanes_of_their_own_When_all_rent_and_return_each_others_things_Then_none_is_out_twice()
    {
        const int Rounds = 2_000, Own = 8, Shared = 2, Threads = 24;
        var pool = new Pool<Thing>(() => new Thing(), Own + Shared, Own);
        var doubles = 0;
        Thing? passedOn = null;
        using var allBegun = new Barrier(Threads);
        var threads = Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
        {
            var lane = thread < Own ? thread : Own + thread % Shared;
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
    }

    private sealed class Thing
    {
        public int IsOut;
        public int Lane;
    }
}
