namespace MinkActors.Actors.Tests.ThreadPool;

public sealed class LaneTests
{
    private readonly ThreadPoolActorSystem _system = new();

    [Fact]
    public void Given_more_threads_than_own_lanes_When_they_live_at_once_Then_no_two_have_one_lane_of_their_own()
    {
        var lanes = new int[_system.LaneCount + 16];
        using var allSeen = new Barrier(lanes.Length);
        var threads = lanes.Select((_, index) => new Thread(() =>
        {
            lanes[index] = _system.Lane;
            allSeen.SignalAndWait();
        })).ToList();

        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        var own = lanes.Where(lane => lane < _system.OwnLaneCount).ToList();
        Assert.Equal(own, own.Distinct());
        Assert.All(lanes, lane => Assert.InRange(lane, 0, _system.LaneCount - 1));
    }

    [Fact]
    public void Given_threads_that_have_ended_When_others_begin_Then_they_get_lanes_of_their_own_again()
    {
        for (var index = 0; index < 2 * _system.OwnLaneCount; index++) LaneOfAnother();

        // Other tests' threads may have all of them for a while.
        Assert.True(SpinWait.SpinUntil(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return LaneOfAnother() < _system.OwnLaneCount;
        }, Hang.Max));
    }

    private int LaneOfAnother()
    {
        var lane = -1;
        var thread = new Thread(() => lane = _system.Lane);
        thread.Start();
        thread.Join();
        return lane;
    }
}
