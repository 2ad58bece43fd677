using MinkActors.Protocol;

namespace MinkActors.Tests.Releases;

/// <summary>spec/01 section 10: RELEASE of secure handles, in order, once, and retried only while S cannot have seen it.</summary>
public sealed class ReleaseQueueTests
{
    private static async Task<List<Capability>> Receive(Rig rig, params uint[] ids)
    {
        var handles = new List<Capability>();
        foreach (var id in ids) handles.Add(await rig.Receive(id));
        return handles;
    }

    [Theory, InlineData(Engine.Simulation), InlineData(Engine.ThreadPool)]
    public Task Section_10_Given_handles_let_go_When_released_Then_one_RELEASE_each_in_order_without_arguments(Engine engine) => Rig.Run(engine, async rig =>
    {
        foreach (var handle in await Receive(rig, 7, 5, 9, 5)) handle.Dispose();
        await rig.Mink.DrainReleasesAsync();
        Assert.Equal([7u, 5u, 9u, 5u], rig.World.Released);
        var message = rig.World.Records[^1].Message;
        Assert.Equal((0xFFFF, 0), (BitConverter.ToInt32(message, 4), BitConverter.ToInt32(message, 8)));
    });

    [Fact]
    public void D30_D73_Section_10_Given_three_refusals_before_S_saw_it_When_the_transport_recovers_Then_S_takes_each_RELEASE_once() => Rig.Simulate(async rig =>
    {
        var taken = new List<uint>();
        var refusals = 3;
        rig.World.OnRelease = call =>
        {
            if (call.Target.Value == 5 && refusals-- > 0) call.Fail(-5);
            else
            {
                taken.Add(call.Target.Value);
                call.Complete();
            }
            return Task.CompletedTask;
        };
        foreach (var handle in await Receive(rig, 4, 5, 6)) handle.Dispose();
        await rig.Mink.DrainReleasesAsync();
        Assert.Equal([4u, 5u, 6u], taken.Order());
    });

    [Fact]
    public void D31_Section_10_Given_1000_refusals_When_time_passes_Then_the_pause_grows_and_other_calls_work() => Rig.Simulate(async rig =>
    {
        var refusals = rig.IsSimulated ? 1000 : 6;
        var times = new List<TimeSpan>();
        var start = rig.Actors.Time.GetTimestamp();
        rig.World.OnRelease = call =>
        {
            times.Add(rig.Actors.Time.GetElapsedTime(start));
            if (times.Count <= refusals) call.Fail(-1);
            else call.Complete();
            return Task.CompletedTask;
        };
        foreach (var handle in await Receive(rig, 4)) handle.Dispose();
        await rig.NextCallWorks();
        await rig.Mink.DrainReleasesAsync();
        var pauses = times.Zip(times.Skip(1), (a, b) => b - a).ToList();
        Assert.Equal(refusals + 1, times.Count);
        if (!rig.IsSimulated)
        {
            Assert.All(pauses.Select((pause, index) => (pause, index)), at => Assert.True(at.pause >= rig.Mink.Limits.ReleaseRetryFirst * (1 << at.index) * 0.5, $"{at}"));
            return;
        }
        Assert.Equal(TimeSpan.FromMilliseconds(10), pauses[0]);
        Assert.True(pauses.Zip(pauses.Skip(1), (a, b) => a <= b).All(grows => grows));
        Assert.Equal(rig.Mink.Limits.ReleaseRetryLongest, pauses[^1]);
    }, seeds: 2);

    [Theory, InlineData(false), InlineData(true)]
    public void Section_10_Given_a_RELEASE_that_S_answered_or_may_have_seen_When_it_failed_Then_it_is_never_sent_again(bool afterCallback) => Rig.Simulate(async rig =>
    {
        rig.World.OnRelease = async call =>
        {
            if (!afterCallback) call.Complete(ResultCode.BadObject);
            else
            {
                await call.CallBack(0x80000000, PrimordialOperation.Yield);
                call.Fail(-1);
            }
        };
        foreach (var handle in await Receive(rig, 4)) handle.Dispose();
        await rig.Mink.DrainReleasesAsync();
        Assert.Equal([4u], rig.World.Released);
        rig.LeavesSomething = afterCallback;    // quarantine
    });

    [Fact]
    public void D32_Given_a_silent_callback_inside_a_release_When_its_deadline_passes_Then_TIMEOUT_and_the_next_releases_go() => Rig.Simulate(async rig =>
    {
        var results = new List<ResultCode>();
        var x = new Callback(async _ =>
        {
            await new TaskCompletionSource().Task;
            return ResultCode.Ok;
        });
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).Dispose();
        rig.World.OnRelease = async call =>
        {
            if (call.Target.Value == 4) results.Add((await call.CallBack(0x80000001)).Result);
            call.Release(0x80000001).Complete();
        };
        foreach (var handle in await Receive(rig, 4, 5, 6)) handle.Dispose();
        await rig.Mink.DrainReleasesAsync();
        await x.WhenReleased;
        Assert.Equal([ResultCode.Timeout], results);
        Assert.Equal([4u, 5u, 6u], rig.World.Released);
    }, new MinkLimits { CallbackDeadline = TimeSpan.FromSeconds(1) });

    [Fact]
    public void Given_a_handle_let_go_deep_inside_a_chain_When_released_Then_the_RELEASE_is_not_part_of_that_chain() => Rig.Simulate(async rig =>
    {
        var x = new Callback(call =>
        {
            call.TakeInput(0)!.Dispose();
            return ResultCode.Ok;
        });
        rig.World.Next(async call =>
        {
            Assert.Equal(ResultCode.Ok, (await call.CallBack(0x80000001, objects: [9])).Result);
            call.Release(0x80000001).Complete();
        });
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).EnsureOk().Dispose();
        await rig.Mink.DrainReleasesAsync();
        Assert.Equal([9u], rig.World.Released);
    }, new MinkLimits { Slots = 2, ChainDepth = 1 });
}
