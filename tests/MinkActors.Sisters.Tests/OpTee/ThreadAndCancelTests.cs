using MinkActors.Emulator.OpTee;
using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Sisters.Tests.OpTee;

public sealed class ThreadAndCancelTests
{
    [Fact]
    public void Check03_Given_two_threads_that_OP_TEE_does_not_tell_of_When_three_call_Then_the_third_waits_and_does_not_spin() => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        await using var second = await world.System.OpenSessionAsync(TestTa.Uuid);
        await using var third = await world.System.OpenSessionAsync(TestTa.Uuid);
        world.Link.LiesAbout = () => world.Secure.ThreadsInUse >= 2;
        var entries = world.Link.Entries;

        var slow = new[] { session.InvokeAsync(TestTa.Sleep, OpTeeArgument.Value(60_000)), second.InvokeAsync(TestTa.Sleep, OpTeeArgument.Value(60_000)) };
        await Task.Delay(TimeSpan.FromMilliseconds(10), world.Actors.Time);
        var waiting = third.InvokeAsync(TestTa.Add, OpTeeArgument.Value(1, 2), OpTeeArgument.OutValue);
        await Task.Delay(TimeSpan.FromSeconds(30), world.Actors.Time);

        Assert.False(waiting.IsCompleted);
        Assert.True(world.Link.Entries - entries <= 3 + 2 * 2, $"{world.Link.Entries - entries} entries while one waits");
        Assert.Equal(3ul, (await waiting).Value(1).A);
        await Task.WhenAll(slow);
    });

    [Fact]
    public void Given_as_many_slots_as_threads_When_many_call_Then_all_end_and_no_limit_is_met() => OpTeeWorld.Run(async world =>
    {
        var sessions = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => world.System.OpenSessionAsync(TestTa.Uuid)));

        var replies = await Task.WhenAll(sessions.Select(session => session.InvokeAsync(TestTa.Both)));

        Assert.All(replies, reply => Assert.True(reply.IsSuccess));
    }, emulator => emulator.Threads = 2);

    [Fact]
    public void Given_threads_that_somebody_else_holds_When_called_Then_busy_after_a_while_and_a_retry_is_safe() => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        world.Link.LiesAbout = () => true;

        var failed = await Assert.ThrowsAsync<MinkTransportException>(() => session.InvokeAsync(TestTa.Add, OpTeeArgument.Value(1), OpTeeArgument.OutValue));
        world.Link.LiesAbout = null;
        var works = await session.InvokeAsync(TestTa.Add, OpTeeArgument.Value(1), OpTeeArgument.OutValue);

        Assert.Equal((ResultCode.Busy, true, true), (failed.Code, failed.IsRetrySafe, works.IsSuccess));
    });

    [Fact]
    public void Given_a_caller_that_cancels_When_OP_TEE_works_Then_the_wait_ends_and_a_CANCEL_ends_the_call() => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        using var cancel = new CancellationTokenSource();
        var call = session.InvokeAsync(TestTa.UntilCancelled, new CallOptions { CancellationToken = cancel.Token });
        await Task.Delay(TimeSpan.FromMilliseconds(100), world.Actors.Time);

        cancel.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Task.Delay(TimeSpan.FromMilliseconds(100), world.Actors.Time);
        Assert.Equal((0, 0), (world.System.CallsUnderWay, world.Secure.ThreadsInUse));
    });

    [Fact]
    public void Given_a_deadline_When_it_passes_Then_the_transaction_lives_on_and_its_thread_comes_back() => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);

        var late = await Assert.ThrowsAsync<MinkTransportException>(() => session.InvokeAsync(TestTa.Sleep, new CallOptions { Deadline = TimeSpan.FromSeconds(1) }, OpTeeArgument.Value(10_000)));
        var alive = world.Secure.ThreadsInUse;
        await Task.Delay(TimeSpan.FromSeconds(20), world.Actors.Time);

        Assert.Equal((ResultCode.Timeout, false, 1, 0), (late.Code, late.IsRetrySafe, alive, world.Secure.ThreadsInUse));
    });

    [Fact]
    public void Given_a_session_that_opens_after_its_caller_has_left_When_it_opens_Then_it_is_closed_again() => OpTeeWorld.Run(async world =>
    {
        var late = await Assert.ThrowsAsync<MinkTransportException>(() => world.System.OpenSessionAsync(SlowTa.Uuid, new CallOptions { Deadline = TimeSpan.FromSeconds(1) }));
        await Task.Delay(TimeSpan.FromSeconds(20), world.Actors.Time);

        Assert.Equal((ResultCode.Timeout, 0, 0), (late.Code, world.Secure.Sessions, world.System.CallsUnderWay));
    }, emulator => emulator.Load<SlowTa>(SlowTa.Uuid));

    [Fact]
    public void Given_a_wait_for_ever_When_its_caller_leaves_Then_the_wait_ends_and_the_thread_is_free() => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);

        await Assert.ThrowsAsync<MinkTransportException>(() => session.InvokeAsync(TestTa.Wait, new CallOptions { Deadline = TimeSpan.FromSeconds(1) }, OpTeeArgument.Value(9)));
        await Task.Delay(TimeSpan.FromSeconds(1), world.Actors.Time);

        Assert.Equal((0, 0), (world.Secure.ThreadsInUse, world.System.CallsUnderWay));
    });

    [Fact]
    public void Given_calls_under_way_When_the_system_stops_Then_callers_are_told_and_nothing_is_left() => OpTeeWorld.Run(async world =>
    {
        var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        var calls = new[] { session.InvokeAsync(TestTa.UntilCancelled), session.InvokeAsync(TestTa.Wait, OpTeeArgument.Value(3)), session.InvokeAsync(TestTa.Sleep, OpTeeArgument.Value(500)) };
        await Task.Delay(TimeSpan.FromMilliseconds(20), world.Actors.Time);

        await world.System.StopAsync();

        foreach (var call in calls) await Assert.ThrowsAsync<MinkTransportException>(() => call);
    }, emulator => emulator.Load<TestTa>(TestTa.Uuid));

    [Fact]
    public void Given_too_many_arguments_or_a_disposed_buffer_When_called_Then_refused_before_anything_is_sent() => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        var buffer = await world.System.ShareMemoryAsync(1);
        await buffer.DisposeAsync();
        var entries = world.Link.Entries;

        var many = await Assert.ThrowsAsync<MinkTransportException>(() => session.InvokeAsync(TestTa.Add, [OpTeeArgument.None, OpTeeArgument.None, OpTeeArgument.None, OpTeeArgument.None, OpTeeArgument.None]));
        var gone = await Assert.ThrowsAsync<MinkTransportException>(() => session.InvokeAsync(TestTa.Fill, OpTeeArgument.Part(buffer)));

        Assert.True(many.IsRetrySafe && gone.IsRetrySafe);
        Assert.Equal(entries, world.Link.Entries);
    });

    private sealed class SlowTa : OpTeeApplication
    {
        public static readonly Guid Uuid = new("8aaaf2ff-2450-11e4-abe2-0002a5d5c51b");

        public override async ValueTask<TeeResult> OpenSessionAsync(OpTeeCall call) => await call.SleepAsync(5000);

        public override ValueTask<TeeResult> InvokeAsync(OpTeeCall call) => new(TeeResult.Success);
    }
}
