using MinkActors.Emulator.OpTee;
using MinkActors.Emulator.OpTee.Mediator;
using MinkActors.Protocol.OpTee;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Sisters.Tests.OpTee;

/// <summary>Guests that die at any moment, and guests whose tasks do (M30, D-145).</summary>
public sealed class DestroyedGuestTests
{
    [Fact]
    public void Check09_M30_Given_suspended_calls_and_buffers_When_the_guest_is_destroyed_Then_all_pins_are_gone_and_the_machine_last() => GuestWorld.Run(async world =>
    {
        var (guest, cpu) = await world.StartRawGuestAsync(0);
        for (var i = 0u; i < 3; i++) await SuspendedCall(cpu, guest, i, hasRpcBuffer: i < 2);
        for (var i = 0u; i < 5; i++) await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, cpu.Buffer(3, 100 + i, OpTeeParameterType.TemporaryOutput, out _, out _));
        Assert.Equal((3, 2, 5, 15 + 2), (guest.Calls, guest.RpcBuffers, guest.SharedBuffers, guest.Memory.Pins));

        await guest.DestroyAsync();

        Assert.True(guest.IsClean);
        Assert.Equal([1u], world.Secure.DestroyedClients);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void M30_Given_a_busy_guest_When_it_is_destroyed_at_any_moment_Then_nothing_is_left_and_its_neighbour_does_not_notice(ulong seed) => GuestWorld.Run(async world =>
    {
        var (dying, driver) = await world.StartGuestAsync(0);
        var (_, neighbour) = await world.StartGuestAsync(1);
        await using var session = await neighbour.OpenSessionAsync(TestTa.Uuid);
        var victim = await driver.OpenSessionAsync(TestTa.Uuid);
        var calls = new List<Task>
        {
            victim.InvokeAsync(TestTa.Sleep, OpTeeArgument.Value(1000)),
            victim.InvokeAsync(TestTa.Borrow, OpTeeArgument.Value(1, 100_000)),
            victim.InvokeAsync(TestTa.Both),
            driver.ShareMemoryAsync(40_000),
        };
        for (var i = 0; i < (int)seed * 4; i++) await Task.Yield();

        await dying.DestroyAsync();
        var works = await session.InvokeAsync(TestTa.Both);
        foreach (var call in calls) await Record.ExceptionAsync(() => call);

        Assert.True(dying.IsClean && works.IsSuccess);
        Assert.Equal([2u], world.Secure.Clients);
    }, seed: seed);

    [Fact]
    public void M30_Given_an_application_that_asks_on_and_on_or_never_comes_back_When_the_guest_is_destroyed_Then_OP_TEE_drops_its_threads() => GuestWorld.Run(async world =>
    {
        var (guest, driver) = await world.StartGuestAsync(0);
        var stubborn = await driver.OpenSessionAsync(TestTa.Uuid);
        var silent = await driver.OpenSessionAsync(SilentTa.Uuid);
        var calls = new[] { stubborn.InvokeAsync(TestTa.UntilCancelled), silent.InvokeAsync(0) };
        await Task.Delay(TimeSpan.FromMilliseconds(100), world.Actors.Time);

        await guest.DestroyAsync();
        foreach (var call in calls) await Record.ExceptionAsync(() => call);

        Assert.True(guest.IsClean);
        Assert.Equal([1u], world.Secure.DestroyedClients);
    }, options => options.Load<SilentTa>(SilentTa.Uuid));

    [Fact]
    public void D145_Given_sixteen_abandoned_calls_When_the_tasks_death_is_seen_Then_the_slots_come_back_and_calls_work() => GuestWorld.Run(async world =>
    {
        var (guest, cpu) = await world.StartRawGuestAsync(0);
        for (var i = 0u; i < 16; i++) await SuspendedCall(cpu, guest, i, hasRpcBuffer: i % 2 == 0);
        Assert.Equal(1u, (await cpu.SendAsync(cpu.Message(OpTeeCommand.CloseSession)))[0]);

        Assert.Equal(16, await guest.AbandonCallsAsync());
        await Task.Delay(TimeSpan.FromSeconds(1), world.Actors.Time);

        Assert.Equal((0, 0, 0), (guest.Calls, guest.RpcBuffers, world.Secure.ThreadsInUse));
        Assert.Equal(0u, (await cpu.SendAsync(cpu.Message(OpTeeCommand.CloseSession)))[0]);
    });

    [Fact]
    public void Given_a_destroyed_guest_When_its_driver_goes_on_Then_its_calls_fail_and_it_can_stop() => GuestWorld.Run(async world =>
    {
        var (guest, driver) = await world.StartGuestAsync(0);
        var session = await driver.OpenSessionAsync(TestTa.Uuid);
        await guest.DestroyAsync();

        await Assert.ThrowsAnyAsync<MinkTransportException>(() => session.InvokeAsync(TestTa.Both));
        await driver.StopAsync();

        Assert.Empty(world.Mediator.Guests);
    });

    private static async Task SuspendedCall(RawCaller cpu, OpTeeGuest guest, uint number, bool hasRpcBuffer)
    {
        var session = await cpu.OpenAsync(TestTa.Uuid);
        var back = await cpu.SendAsync(cpu.Message((uint)OpTeeCommand.InvokeCommand, session, hasRpcBuffer ? TestTa.Sleep : TestTa.Interrupts, OpTeeParameter.Value(OpTeeParameterType.ValueInput, 1)));
        if (hasRpcBuffer) back = await cpu.CallAsync(OpTeeRegisters.ResumeAllocate(back, guest.Memory.Allocate(4096)!.PhysicalAddress, 50 + number));
        Assert.True(OpTeeReturnWord.IsRpc(back[0], out _));
    }

    /// <summary>Never answers.</summary>
    private sealed class SilentTa : OpTeeApplication
    {
        public static readonly Guid Uuid = new("8aaaf2fe-2450-11e4-abe2-0002a5d5c51b");

        public override async ValueTask<TeeResult> InvokeAsync(OpTeeCall call)
        {
            await new TaskCompletionSource().Task;
            return TeeResult.Success;
        }
    }
}
