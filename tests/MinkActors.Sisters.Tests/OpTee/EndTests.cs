using MinkActors.Emulator.OpTee;
using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Sisters.Tests.OpTee;

/// <summary>How things end: sessions nobody was told of (D-146), stops that do not wait for ever, guests that are destroyed.</summary>
public sealed class EndTests
{
    [Fact]
    public void D146_Given_an_open_whose_guest_took_its_page_away_When_it_succeeds_Then_bad_address_and_the_session_is_closed_again() => GuestWorld.Run(async world =>
    {
        var (guest, cpu) = await world.StartRawGuestAsync(0);
        var open = await cpu.BeginOpenAsync(SleepyTa.Uuid);
        var rpc = guest.Memory.Allocate(4096)!;
        var asked = await cpu.CallAsync(OpTeeRegisters.ResumeAllocate(open.Back, rpc.PhysicalAddress, 9));
        OpTeeMessage.WriteOutcome(rpc.Owner, TeeResult.Success, TeeOrigin.None);
        Assert.True(guest.Memory.TryTake(open.Message.PhysicalAddress));

        // The sleep is answered and its buffer freed; then the application is interrupted while it closes the session that nobody got.
        var free = await cpu.CallAsync(OpTeeRegisters.ResumeOf(asked));
        var closing = await cpu.CallAsync(OpTeeRegisters.ResumeOf(free));
        Assert.Equal((0xFFFF_0004u, 1, 1), (closing[0], guest.Calls, world.Secure.ThreadsInUse));
        var ended = await cpu.CallAsync(OpTeeRegisters.ResumeOf(closing));

        Assert.Equal((OpTeeReturn.BadAddress, 0, 0), ((OpTeeReturn)ended[0], world.Secure.Sessions, guest.Calls));
    }, options => options.Load<SleepyTa>(SleepyTa.Uuid));

    [Fact]
    public void D146_Given_an_open_whose_task_has_died_When_it_succeeds_Then_the_session_is_closed_and_the_slot_is_free() => GuestWorld.Run(async world =>
    {
        var (guest, cpu) = await world.StartRawGuestAsync(0);
        await cpu.BeginOpenAsync(SleepyTa.Uuid);

        Assert.Equal(1, await guest.AbandonCallsAsync());
        await Task.Delay(TimeSpan.FromSeconds(1), world.Actors.Time);

        Assert.Equal((0, 0, 0), (guest.Calls, world.Secure.Sessions, world.Secure.Instances));
    }, options => options.Load<SleepyTa>(SleepyTa.Uuid));

    [Fact]
    public void D146_Given_no_thread_for_the_close_of_a_stray_session_When_another_call_comes_through_Then_it_is_closed() => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        await StrayAsync(world);
        Assert.Equal((2, 1), (world.Secure.Sessions, world.System.Domain.Open.Strays));

        world.Link.LiesAbout = null;
        await session.InvokeAsync(TestTa.Add, OpTeeArgument.Value(1), OpTeeArgument.OutValue);
        await Task.Delay(TimeSpan.FromMilliseconds(10), world.Actors.Time);

        Assert.Equal((1, 0), (world.Secure.Sessions, world.System.Domain.Open.Strays));
    }, emulator => emulator.Load<SleepyTa>(SleepyTa.Uuid));

    [Fact]
    public void D146_Given_a_stray_session_that_was_never_closed_When_the_system_stops_Then_it_is_closed() => OpTeeWorld.Run(async world =>
    {
        await StrayAsync(world);
        world.Link.LiesAbout = null;

        var left = await world.System.StopAsync();

        Assert.Equal((true, 0), (left.IsClean, world.Secure.Sessions));
    }, emulator => emulator.Load<SleepyTa>(SleepyTa.Uuid));

    [Fact]
    public void Given_a_registration_that_ends_after_its_caller_has_left_When_it_succeeds_Then_it_is_ended_again() => OpTeeWorld.Run(async world =>
    {
        using var cancel = new CancellationTokenSource();
        var sharing = world.System.ShareMemoryAsync(8192, new CallOptions { CancellationToken = cancel.Token });
        await Task.Yield();
        cancel.Cancel();

        await Record.ExceptionAsync(() => sharing);
        await Task.Delay(TimeSpan.FromSeconds(1), world.Actors.Time);

        Assert.Equal((0, 0, 0), (world.Secure.SharedObjects, world.System.RegisteredBuffers, world.System.CallsUnderWay));
    }, emulator => emulator.InterruptEvery = 1);

    [Fact]
    public void Given_an_OP_TEE_that_never_answers_When_the_system_stops_Then_within_its_deadline_and_it_says_what_is_left() => OpTeeWorld.Run(async world =>
    {
        var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        world.Link.Swallows = true;
        var lost = session.InvokeAsync(TestTa.Add, OpTeeArgument.Value(1), OpTeeArgument.OutValue);
        var before = world.Actors.Elapsed;

        var left = await world.System.StopAsync();

        await Assert.ThrowsAsync<MinkTransportException>(() => lost);
        Assert.Equal(TimeSpan.FromSeconds(3), world.Actors.Elapsed - before);
        Assert.Equal((false, 1), (left.IsClean, left.Calls));
    }, normal: options => options.StopDeadline = TimeSpan.FromSeconds(3), isCleanAtEnd: false);

    [Fact]
    public void Given_two_who_stop_When_at_once_Then_both_get_the_one_report() => OpTeeWorld.Run(async world =>
    {
        var session = await world.System.OpenSessionAsync(TestTa.Uuid);

        var both = await Task.WhenAll(world.System.StopAsync(), world.System.StopAsync());

        Assert.Same(both[0], both[1]);
        Assert.True(both[0].IsClean, both[0].ToString());
    });

    [Fact]
    public void M30_Given_a_driver_that_serves_an_endless_wait_When_its_guest_is_destroyed_Then_the_wait_ends_and_the_driver_stops_at_once() => GuestWorld.Run(async world =>
    {
        var (guest, driver) = await world.StartGuestAsync(0);
        var session = await driver.OpenSessionAsync(TestTa.Uuid);
        var other = await driver.OpenSessionAsync(TestTa.Uuid);
        var waiting = session.InvokeAsync(TestTa.Wait, OpTeeArgument.Value(9));
        var sleeping = other.InvokeAsync(TestTa.Sleep, OpTeeArgument.Value(3_000_000));
        await Task.Delay(TimeSpan.FromMilliseconds(10), world.Actors.Time);

        await guest.DestroyAsync();
        var before = world.Actors.Elapsed;
        await Assert.ThrowsAsync<MinkTransportException>(() => waiting);
        await Assert.ThrowsAsync<MinkTransportException>(() => sleeping);
        var left = await driver.StopAsync();

        Assert.Equal((TimeSpan.Zero, 0), (world.Actors.Elapsed - before, left.Calls));
        Assert.Equal(0, driver.Domain.Notifications.Waiting);
    });

    /// <summary>Takes a while to open and to close.</summary>
    /// <summary>A session opens after its caller has left, and OP-TEE has no thread for its close.</summary>
    private static async Task StrayAsync(OpTeeWorld world)
    {
        var late = world.System.OpenSessionAsync(SleepyTa.Uuid, new CallOptions { Deadline = TimeSpan.FromMilliseconds(20) });
        await Task.Delay(TimeSpan.FromMilliseconds(50), world.Actors.Time);
        world.Link.LiesAbout = () => true;
        await Assert.ThrowsAsync<MinkTransportException>(() => late);
        await Task.Delay(TimeSpan.FromSeconds(10), world.Actors.Time);
    }

    private sealed class SleepyTa : OpTeeApplication
    {
        public static readonly Guid Uuid = new("8aaaf2fd-2450-11e4-abe2-0002a5d5c51b");

        public override async ValueTask<TeeResult> OpenSessionAsync(OpTeeCall call) => await call.SleepAsync(100);

        public override ValueTask<TeeResult> InvokeAsync(OpTeeCall call) => new(TeeResult.Success);

        public override async ValueTask CloseSessionAsync(OpTeeCall call) => await call.InterruptAsync();
    }
}
