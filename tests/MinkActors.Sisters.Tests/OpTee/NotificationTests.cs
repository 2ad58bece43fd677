using Microsoft.Extensions.Logging.Abstractions;
using MinkActors.Actors;
using MinkActors.Emulator.OpTee;
using MinkActors.Protocol.OpTee;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Sisters.Tests.OpTee;

/// <summary>Asynchronous notifications (spec 09 sections 2, 6, 7 and 9): by registers, and with a whole driver.</summary>
public sealed class NotificationTests
{
    [Fact]
    public void Given_notifications_built_in_When_asked_by_registers_Then_capability_largest_value_and_values_in_order() => Raw(async (cpu, world) =>
    {
        var capabilities = CapabilityExchange.From(await cpu.FastAsync(OpTeeFunctionId.ExchangeCapabilities));
        world.Raise(7);
        world.Raise(3);
        world.Raise(3);
        var before = await cpu.FastAsync(OpTeeFunctionId.GetNotificationValue);

        var enabled = await cpu.FastAsync(OpTeeFunctionId.EnableNotifications);
        var fetched = new List<NotificationValue>();
        for (var i = 0; i < 3; i++) fetched.Add(NotificationValue.From(await cpu.FastAsync(OpTeeFunctionId.GetNotificationValue)));

        Assert.True(capabilities.Capabilities.HasFlag(OpTeeCapabilities.Notifications));
        Assert.Equal((63u, 0u, 0u), (capabilities.NotificationMax, before[0], before[2]));
        Assert.Equal(0u, enabled[0]);
        Assert.Equal([new(3, true, true), new(7, true, false), default], fetched);
    });

    [Fact]
    public void Given_notifications_built_in_When_stopped_by_a_message_Then_nothing_is_pending_and_the_commands_take_no_parameter() => Raw(async (cpu, world) =>
    {
        await cpu.FastAsync(OpTeeFunctionId.EnableNotifications);
        world.Raise(3);

        var wrong = await cpu.AskAsync(OpTeeCommand.StopNotifications, OpTeeParameter.Value(OpTeeParameterType.ValueInput));
        var alsoWrong = await cpu.AskAsync(OpTeeCommand.DoBottomHalf, OpTeeParameter.Value(OpTeeParameterType.ValueInput));
        var nothingToDo = await cpu.AskAsync(OpTeeCommand.DoBottomHalf);
        var stopped = await cpu.AskAsync(OpTeeCommand.StopNotifications);

        Assert.Equal((TeeResult.BadParameters, TeeResult.BadParameters, TeeResult.Success, TeeResult.Success), (wrong.Result, alsoWrong.Result, nothingToDo.Result, stopped.Result));
        Assert.False(NotificationValue.From(await cpu.FastAsync(OpTeeFunctionId.GetNotificationValue)).IsValid);
        Assert.Equal("nothing is alive", world.ToString());
    });

    [Fact]
    public void Given_a_call_that_waits_When_OP_TEE_notifies_Then_the_driver_fetches_the_value_and_wakes_it() => Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        var waiting = session.InvokeAsync(TestTa.Wait, OpTeeArgument.Value(5));
        await Pause(world);

        world.Secure.Raise(6);
        await Pause(world);
        Assert.False(waiting.IsCompleted);
        world.Secure.Raise(5);

        Assert.True((await waiting).IsSuccess);
        // The other value waits for whoever asks for it.
        Assert.True((await session.InvokeAsync(TestTa.Wait, OpTeeArgument.Value(6, 100))).IsSuccess);
    });

    [Fact]
    public void Given_an_application_that_notifies_without_a_return_When_another_waits_Then_it_goes_on() => Run(async world =>
    {
        await using var waiter = await world.System.OpenSessionAsync(TestTa.Uuid);
        await using var sender = await world.System.OpenSessionAsync(TestTa.Uuid);
        var waiting = waiter.InvokeAsync(TestTa.Wait, OpTeeArgument.Value(9));
        await Pause(world);

        await sender.InvokeAsync(TestTa.Raise, OpTeeArgument.Value(9));

        Assert.True((await waiting).IsSuccess);
    });

    [Fact]
    public void Given_the_value_zero_When_fetched_Then_one_bottom_half_runs_in_a_thread_and_wakes_who_waits()
    {
        var bottomHalves = 0;
        Run(async world =>
        {
            await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);
            var waiting = session.InvokeAsync(TestTa.Wait, OpTeeArgument.Value(12));
            await Pause(world);

            world.Secure.Raise(NotificationValue.BottomHalf);
            world.Secure.Raise(NotificationValue.BottomHalf);

            Assert.True((await waiting).IsSuccess);
        }, emulator => emulator.BottomHalf = async call =>
        {
            bottomHalves++;
            await call.InterruptAsync();
            await call.NotifyAsync(12);
        });
        Assert.Equal(1, bottomHalves);
    }

    [Fact]
    public void Given_a_bottom_half_that_runs_When_another_is_asked_for_Then_they_run_one_after_the_other()
    {
        var (begun, atOnce, most) = (0, 0, 0);
        Run(async world =>
        {
            world.Secure.Raise(NotificationValue.BottomHalf);
            await Task.Delay(TimeSpan.FromMilliseconds(50), world.Actors.Time);
            world.Secure.Raise(NotificationValue.BottomHalf);
            await Task.Delay(TimeSpan.FromMilliseconds(500), world.Actors.Time);
        }, emulator => emulator.BottomHalf = async call =>
        {
            begun++;
            most = Math.Max(most, ++atOnce);
            await call.SleepAsync(100);
            atOnce--;
        });
        Assert.Equal((2, 1), (begun, most));
    }

    [Fact]
    public void Given_every_thread_in_a_wait_When_the_bottom_half_is_due_Then_a_slot_is_left_for_it() => Run(async world =>
    {
        var sessions = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => world.System.OpenSessionAsync(TestTa.Uuid)));
        var waiting = sessions.Select((session, i) => session.InvokeAsync(TestTa.Wait, OpTeeArgument.Value(20 + (ulong)i))).ToArray();
        await Pause(world);

        world.Secure.Raise(NotificationValue.BottomHalf);

        Assert.All(await Task.WhenAll(waiting), reply => Assert.True(reply.IsSuccess));
    }, emulator =>
    {
        emulator.Threads = 2;
        emulator.BottomHalf = async call =>
        {
            for (var i = 0u; i < 3; i++) await call.NotifyAsync(20 + i);
        };
    });

    [Fact]
    public void Given_a_bottom_half_that_panics_When_it_ran_Then_nothing_of_it_is_left_and_the_next_works()
    {
        var runs = 0;
        Run(async world =>
        {
            for (var i = 0; i < 2; i++)
            {
                world.Secure.Raise(NotificationValue.BottomHalf);
                await Pause(world);
            }
            Assert.Equal((2, 0, 0), (runs, world.Secure.ThreadsInUse, world.Secure.Instances));
        }, emulator => emulator.BottomHalf = _ => ++runs == 1 ? throw new InvalidOperationException("as asked") : ValueTask.CompletedTask);
    }

    [Fact]
    public void Given_an_OP_TEE_that_always_has_another_value_When_it_interrupts_Then_the_driver_stops_fetching_at_the_limit() => OpTeeWorld.Run(async world =>
    {
        var entries = world.Link.Entries;
        world.Link.Lies = registers => registers[0] == OpTeeFunctionId.GetNotificationValue.Value ? new NotificationValue(5000, true, true).ToRegisters() : null;

        world.Secure.Raise(1);
        await Pause(world);

        // 64 values and the bottom half, and the one that shows that it never ends.
        Assert.Equal(65, world.Link.Entries - entries);
        world.Link.Lies = null;
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        Assert.True((await session.InvokeAsync(TestTa.Wait, OpTeeArgument.Value(1, 100))).Result is TeeResult.BadParameters);
    }, Notifying);

    [Theory]
    [InlineData(63u, TeeResult.Success)]
    [InlineData(64u, TeeResult.BadParameters)]
    public void Given_the_largest_value_of_the_exchange_When_waited_for_Then_larger_ones_are_refused(uint value, TeeResult expected) => Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        await session.InvokeAsync(TestTa.Notify, OpTeeArgument.Value(value));

        Assert.Equal(expected, (await session.InvokeAsync(TestTa.Wait, OpTeeArgument.Value(value, 10))).Result);
    });

    [Fact]
    public void Given_a_driver_that_stops_When_notifications_were_on_Then_they_are_stopped_before_the_cache_is_drained() => Run(async world =>
    {
        var last = new List<string>();
        world.Link.Entering = registers => last.Add(new OpTeeFunctionId(registers[0]) == OpTeeFunctionId.CallWithArg ? "message" : "fast");

        await world.System.StopAsync();

        Assert.Equal(["message", "fast"], last);
        Assert.Throws<ArgumentOutOfRangeException>(() => world.Secure.Raise(1000));
    });

    [Fact]
    public void Given_an_OP_TEE_that_offers_notifications_and_refuses_them_When_started_Then_it_is_used_without() => OpTeeWorld.Run(async world =>
    {
        Assert.False(world.System.HasNotifications);
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);
    }, Notifying, options => options.WrapSecureWorld((inner, _) => new WatchedWorld(inner)
    {
        Lies = registers => registers[0] == OpTeeFunctionId.EnableNotifications.Value ? OpTeeRegisters.Return(OpTeeReturn.NotAvailable) : null,
    }));

    private static void Notifying(OpTeeEmulatorOptions emulator) => (emulator.HasNotifications, emulator.NotificationMax) = (true, 63);

    private static void Run(Func<OpTeeWorld, Task> test, Action<OpTeeEmulatorOptions>? configure = null) => OpTeeWorld.Run(async world =>
    {
        Assert.True(world.System.HasNotifications);
        await test(world);
    }, emulator =>
    {
        Notifying(emulator);
        configure?.Invoke(emulator);
    });

    private static void Raw(Func<RawCaller, EmulatedOpTee, Task> test)
    {
        var actors = new SimulationActorSystem(new SimulationOptions { Seed = 3 });
        actors.Run(async () =>
        {
            var memory = new PhysicalMemory();
            var world = EmulatedOpTee.Start(new SecureWorldContext(actors, memory, NullLogger.Instance), options =>
            {
                Notifying(options);
                options.Interrupt = () => { };
            });
            await test(new RawCaller(actors, world, memory), world);
        });
    }

    private static Task Pause(OpTeeWorld world) => Task.Delay(TimeSpan.FromMilliseconds(10), world.Actors.Time);
}
