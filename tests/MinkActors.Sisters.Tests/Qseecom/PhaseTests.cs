using MinkActors.Emulator.Qsee;
using MinkActors.Protocol.Qseecom;

namespace MinkActors.Sisters.Tests.Qseecom;

/// <summary>Spec/08 section 9: what runs beside a call that waits for a listener (check 8; Q2, Q3, Q5, Q6).</summary>
public class PhaseTests
{
    private const uint L = 0x2000;

    /// <summary>One application waits for a listener that takes 100 ms; what happens meanwhile is the scenario's.</summary>
    private static void WhileHeld(int phase, Func<QseeRig, Task> meanwhile, Func<QseeRig, Task>? after = null) => QseeRig.Simulate(async rig =>
    {
        await using var listener = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener(async (request, _) =>
        {
            await rig.DelayAsync(100);
            request.Write(0, "done\0"u8);
        }));
        var holder = await rig.System.FindAppAsync("holder");
        var held = QseeRig.SayAsync(holder, "x");
        await rig.DelayAsync(10);
        Assert.False(held.IsCompleted);
        await meanwhile(rig);
        Assert.Equal("done", await held);
        if (after is not null) await after(rig);
    }, Apps, o => o.ReentrancyPhase = phase);

    private static void Apps(QseeOptions qsee) => qsee.Load("holder", () => CodeApp.Asking(L)).Load("other", () => CodeApp.Asking(L)).Load("more", () => new CodeApp(_ => default));

    [Fact]
    public void Check08_Q02_Given_phase_0_When_an_application_waits_for_a_listener_Then_a_second_call_does_not_start_before_the_first_finished()
    {
        WhileHeld(0, async rig =>
        {
            var echo = await LookUp(rig, QseeRig.Echo);
            Assert.True(rig.Actors.Elapsed >= TimeSpan.FromMilliseconds(100));
            Assert.Equal("hi", await QseeRig.SayAsync(echo, "hi"));
            Assert.EndsWith("app-send listener-response app-lookup app-send", rig.Calls);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Check08_Q03_Given_phases_1_to_3_When_an_application_waits_for_a_listener_Then_another_is_called_meanwhile(int phase)
    {
        QseeRig.Simulate(async rig =>
        {
            await using var listener = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener(async (request, _) =>
            {
                await rig.DelayAsync(100);
                request.Write(0, "done\0"u8);
            }));
            var (holder, echo) = (await rig.System.FindAppAsync("holder"), await rig.System.FindAppAsync(QseeRig.Echo));
            var held = QseeRig.SayAsync(holder, "x");
            await rig.DelayAsync(10);
            Assert.Equal("hi", await QseeRig.SayAsync(echo, "hi"));
            Assert.False(held.IsCompleted);
            Assert.Equal("done", await held);
        }, Apps, o => o.ReentrancyPhase = phase);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void Check08_Given_a_held_application_When_another_is_looked_up_Then_phases_1_and_2_wait_and_3_does_not(int phase, bool waits)
    {
        WhileHeld(phase, async rig =>
        {
            await LookUp(rig, QseeRig.Echo);
            Assert.Equal(waits, rig.Actors.Elapsed >= TimeSpan.FromMilliseconds(100));
        });
    }

    [Fact]
    public void Given_two_held_applications_When_a_third_is_called_Then_it_waits_until_one_has_ended()
    {
        WhileHeld(3, async rig =>
        {
            var (other, more) = (await rig.System.FindAppAsync("other"), await rig.System.FindAppAsync("more"));
            var second = QseeRig.SayAsync(other, "x");
            await rig.DelayAsync(10);
            Assert.Equal(2, rig.System.Driver.Gate.Held);
            var third = QseeRig.SayAsync(more, "x");
            await rig.DelayAsync(20);
            Assert.False(third.IsCompleted);
            await third;
            Assert.True(rig.Actors.Elapsed >= TimeSpan.FromMilliseconds(100));
            await second;
        });
    }

    [Fact]
    public void Given_a_held_application_When_it_is_called_again_Then_that_call_waits_for_the_first()
    {
        WhileHeld(3, async rig =>
        {
            Assert.Equal("done", await QseeRig.SayAsync(await rig.System.FindAppAsync("holder"), "x"));
            Assert.True(rig.Actors.Elapsed >= TimeSpan.FromMilliseconds(200));
        });
    }

    [Fact]
    public void Q05_Given_a_listener_that_itself_calls_an_application_When_it_works_Then_both_calls_end()
    {
        QseeRig.Simulate(async rig =>
        {
            var echo = await rig.System.FindAppAsync(QseeRig.Echo);
            await using var listener = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener(async (request, _) =>
                request.Write(0, global::System.Text.Encoding.UTF8.GetBytes(await QseeRig.SayAsync(echo, "inner") + "\0"))));
            Assert.Equal("inner", await QseeRig.SayAsync(await rig.System.FindAppAsync("holder"), "x"));
        }, Apps);
    }

    [Fact]
    public void Q06_Given_an_image_When_started_called_and_shut_down_Then_each_step_does_what_it_says_and_failures_are_EFAULT()
    {
        QseeRig.Simulate(async rig =>
        {
            var app = await rig.System.StartAppAsync("late", "late\0and the rest"u8.ToArray());
            Assert.Equal("late", await QseeRig.SayAsync(app, "x"));
            Assert.Equal(QseecomErrno.EFAULT, await QseeRig.ErrnoOf(rig.System.StartAppAsync("what", "what\0"u8.ToArray())));
            await rig.System.ShutdownAppAsync(app);
            Assert.Equal(QseecomErrno.EFAULT, await QseeRig.ErrnoOf(rig.System.ShutdownAppAsync(app)));
            Assert.Equal(QseecomErrno.ENODEV, await QseeRig.ErrnoOf(QseeRig.SayAsync(app, "x")));
        }, qsee => qsee.Offer("late", () => new CodeApp(call => { call.Respond("late"u8); return default; })));
    }

    [Fact]
    public void Q06_Given_a_start_that_needs_a_listener_When_it_fails_after_that_Then_what_was_started_is_shut_down()
    {
        var peer = new ScriptedQsee((smc, _) => ScriptedQsee.Is(smc, QseecomCall.AppStart) ? ScriptedQsee.Answer(QseecomResult.Incomplete, QseecomResponseType.ListenerId, 0x99)
            : ScriptedQsee.Is(smc, QseecomCall.ListenerResponse) ? ScriptedQsee.Answer(QseecomResult.Success, QseecomResponseType.AppId, 42) : null);
        QseeRig.Script(async rig =>
        {
            Assert.Equal(QseecomErrno.EFAULT, await QseeRig.ErrnoOf(rig.System.StartAppAsync("app", "app\0"u8.ToArray())));
            Assert.Equal("app-start listener-response app-shutdown", rig.Calls);
            Assert.Equal(42ul, rig.Smcs[^1][2]);
        }, peer);
    }

    private static Task<MinkActors.Sisters.Qseecom.QseecomApp> LookUp(QseeRig rig, string name) => rig.System.FindAppAsync(name);
}
