using MinkActors.Emulator;
using MinkActors.Protocol;

namespace MinkActors.Tests.Stops;

/// <summary>spec/11 I-21, D-33, D-86, D-87: a stop ends in bounded time and says what is left.</summary>
public sealed class StopTests
{
    [Fact]
    public void D86_D87_Given_S_that_keeps_100_ids_When_the_system_stops_Then_they_are_listed_and_each_release_runs_once() => Rig.Simulate(async rig =>
    {
        var objects = Enumerable.Range(0, 100).Select(_ => new Callback()).ToList();
        foreach (var x in objects)
        {
            using var handle = rig.Mink.Export(x);
            (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).Dispose();
        }
        var region = rig.Mink.ShareMemory(4096);
        (await rig.Mink.Root.InvokeAsync(5, Argument.In(region))).Dispose();
        region.Dispose();
        var report = await rig.Mink.StopAsync();
        Assert.Equal(101, report.HeldBySecureWorld.Count);
        await Task.WhenAll(objects.Select(x => x.WhenReleased));
        Assert.All(objects, x => Assert.Equal(1, x.Releases));
        rig.LeavesSomething = true;
        Assert.Same(report, await rig.Mink.StopAsync());
    }, seeds: 3);

    [Fact]
    public void D86_Given_a_call_that_S_keeps_When_the_system_stops_Then_the_caller_reads_DEFUNCT_and_the_stop_ends_by_its_deadline() => Rig.Simulate(async rig =>
    {
        var inside = new TaskCompletionSource<ScriptedCall>();
        rig.World.Next(inside.SetResult);
        var sent = rig.Mink.Root.InvokeAsync(5);
        var held = await inside.Task;
        var start = rig.Actors.Time.GetTimestamp();
        var report = await rig.Mink.StopAsync();
        rig.Took(rig.Mink.Limits.StopDeadline, start);
        Assert.Equal(1, report.InvocationsUnderWay);
        var failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await sent);
        Assert.Equal((ResultCode.Defunct, Errno.ENODEV), (failure.Code, failure.Errno));
        held.Complete();    // too late, and harmless
        failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await rig.Mink.Root.InvokeAsync(6));
        Assert.Equal((ResultCode.Defunct, 1L), (failure.Code, rig.World.Entered));
        rig.LeavesSomething = true;
    }, new MinkLimits { StopDeadline = TimeSpan.FromSeconds(1) });

    [Fact]
    public void Given_a_callback_that_hangs_When_the_system_stops_Then_S_reads_DEFUNCT_and_the_stop_does_not_wait() => Rig.Simulate(async rig =>
    {
        var entered = new TaskCompletionSource();
        var x = new Callback(async _ =>
        {
            entered.SetResult();
            await new TaskCompletionSource().Task;
            return ResultCode.Ok;
        });
        var results = new List<ResultCode>();
        rig.World.Next(async call =>
        {
            results.Add((await call.CallBack(0x80000001)).Result);
            call.Release(0x80000001).Complete();
        });
        ValueTask<Reply> sent;
        using (var handle = rig.Mink.Export(x)) sent = rig.Mink.Root.InvokeAsync(5, Argument.In(handle));
        await entered.Task;
        var start = rig.Actors.Time.GetTimestamp();
        var report = await rig.Mink.StopAsync();
        Assert.True(report.IsClean, report.ToString());
        rig.Took(TimeSpan.Zero, start);
        await Assert.ThrowsAsync<MinkTransportException>(async () => await sent);
        await x.WhenReleased;
        Assert.Equal([ResultCode.Defunct], results);
    });

    [Fact]
    public void D33_Given_ten_queued_releases_When_the_system_stops_Then_each_is_sent_and_nothing_runs_afterwards() => Rig.Simulate(async rig =>
    {
        var handles = new List<Capability>();
        for (var id = 10u; id < 20; id++) handles.Add(await rig.Receive(id));
        handles.ForEach(handle => handle.Dispose());
        var report = await rig.Mink.StopAsync();
        Assert.True(report.IsClean, report.ToString());
        Assert.Equal(Enumerable.Range(10, 10).Select(id => (uint)id), rig.World.Released);
    });

    [Fact]
    public void D33_Given_S_that_refuses_every_release_When_the_system_stops_Then_they_are_listed_as_pending_by_the_deadline() => Rig.Simulate(async rig =>
    {
        var handles = new List<Capability>();
        for (var id = 10u; id < 15; id++) handles.Add(await rig.Receive(id));
        rig.World.OnRelease = call =>
        {
            call.Fail(-1);
            return Task.CompletedTask;
        };
        handles.ForEach(handle => handle.Dispose());
        var drain = rig.Mink.DrainReleasesAsync();
        var report = await rig.Mink.StopAsync();
        Assert.Equal(5, report.PendingReleases);
        await drain;
        rig.LeavesSomething = true;
        rig.ExpectsFailure = true;    // the books are closed with releases undelivered
    }, new MinkLimits { StopDeadline = TimeSpan.FromSeconds(1) }, seeds: 3);

    [Fact]
    public void Given_a_local_call_whose_code_hangs_When_the_system_stops_Then_its_caller_reads_DEFUNCT() => Rig.Simulate(async rig =>
    {
        using var handle = rig.Mink.Export(new Callback(async _ =>
        {
            await new TaskCompletionSource().Task;
            return ResultCode.Ok;
        }));
        var sent = handle.InvokeAsync(1);
        var report = await rig.Mink.StopAsync();
        Assert.Equal(0, report.InvocationsUnderWay);
        var failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await sent);
        Assert.Equal(ResultCode.Defunct, failure.Code);
        failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await handle.InvokeAsync(1));
        Assert.Equal(ResultCode.Defunct, failure.Code);
    });

    [Fact]
    public async Task Given_everything_left_open_on_the_pool_When_the_system_stops_Then_it_stops() => await Rig.OnThreads(async rig =>
    {
        rig.LeavesSomething = true;
        rig.ExpectsFailure = true;
        var held = rig.Mink.Export(new Callback());
        // S keeps every call; of 16 slots 7 are for deeper calls.
        var (kept, full) = (0, new TaskCompletionSource());
        rig.World.Otherwise = _ =>
        {
            if (Interlocked.Increment(ref kept) == 9) full.SetResult();
            return Task.CompletedTask;
        };
        var sent = Enumerable.Range(0, 50).Select(_ => rig.Mink.Root.InvokeAsync(5, Argument.In(held)).AsTask()).ToList();
        await full.Task;
        var report = await rig.Mink.StopAsync();
        foreach (var call in sent) Assert.Equal(ResultCode.Defunct, (await Assert.ThrowsAsync<MinkTransportException>(() => call)).Code);
        Assert.Single(report.References);
        Assert.InRange(report.InvocationsUnderWay, 9, 50);    // the queue may still be unwinding
    }, new MinkLimits { StopDeadline = TimeSpan.FromMilliseconds(1) });
}
