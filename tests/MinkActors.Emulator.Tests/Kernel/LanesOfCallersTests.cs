using MinkActors.Actors;
using MinkActors.Emulator.Tests.Applications;

namespace MinkActors.Emulator.Tests.Kernel;

public sealed class LanesOfCallersTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Given_threads_that_called_and_have_ended_When_another_calls_Then_it_has_a_lane_of_its_own(bool inline)
    {
        await using var actors = new ThreadPoolActorSystem(new ThreadPoolOptions { Inline = inline });
        await using var mink = await KernelMink.StartAsync(actors, new Callback());
        for (var index = 0; index < 2 * actors.OwnLaneCount; index++) LaneOfCaller(actors, mink.Root);

        // Other tests' threads may have all of them for a while.
        Assert.True(SpinWait.SpinUntil(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return LaneOfCaller(actors, mink.Root) < actors.OwnLaneCount;
        }, Hang.Max));
    }

    private static int LaneOfCaller(ThreadPoolActorSystem actors, Capability target)
    {
        var lane = -1;
        var thread = new Thread(() =>
        {
            lane = actors.Lane;
            target.InvokeAsync(1).AsTask().GetAwaiter().GetResult().Dispose();
        });
        thread.Start();
        thread.Join();
        return lane;
    }
}
