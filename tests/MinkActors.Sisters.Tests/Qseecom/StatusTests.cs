using MinkActors.Protocol.Qseecom;
using MinkActors.Sisters.Qseecom;

namespace MinkActors.Sisters.Tests.Qseecom;

/// <summary>Spec/08 sections 4 to 6: statuses, results, and the three basic calls (checks 2 to 5).</summary>
public class StatusTests
{
    private static void OnSend(Func<ScmRegisters, int, ScmRegisters?> script, Func<QseeRig, QseecomApp, Task> then, Action<QseecomOptions>? options = null) =>
        QseeRig.Script(async rig =>
        {
            var app = await rig.System.FindAppAsync("app");
            await then(rig, app);
        }, new ScriptedQsee((smc, n) => smc[0] == 1 || ScriptedQsee.Is(smc, QseecomCall.AppSend) ? script(smc, n) : null), options);

    private static Action<QseecomOptions> Mode(QseecomMode mode) => o => o.Mode = mode;

    [Fact]
    public void Check02_Given_a_name_of_63_bytes_When_looked_up_Then_it_is_sent_and_with_64_it_is_refused_without_a_call()
    {
        QseeRig.Simulate(async rig =>
        {
            Assert.NotEqual(0u, (await rig.System.FindAppAsync(new string('n', 63))).Id);
            Assert.Equal(QseecomErrno.EINVAL, await QseeRig.ErrnoOf(rig.System.FindAppAsync(new string('n', 64))));
            Assert.Equal("app-lookup", rig.Calls);
        }, qsee => qsee.Load(new string('n', 63), () => new CodeApp(_ => default)));
    }

    [Theory]
    [InlineData(ScmStatus.Error, QseecomErrno.EIO)]
    [InlineData(ScmStatus.BadArgument, QseecomErrno.EINVAL)]
    [InlineData(ScmStatus.BadAddress, QseecomErrno.EINVAL)]
    [InlineData(ScmStatus.NotSupported, QseecomErrno.EOPNOTSUPP)]
    [InlineData(ScmStatus.NoMemory, QseecomErrno.ENOMEM)]
    [InlineData((ScmStatus)(-77), QseecomErrno.EINVAL)]
    public void Check03_Given_a_status_When_a_call_returns_it_Then_the_caller_gets_its_errno(ScmStatus status, QseecomErrno errno)
    {
        OnSend((_, _) => ScriptedQsee.Status(status), async (_, app) =>
        {
            var failure = await Assert.ThrowsAsync<QseecomException>(() => QseeRig.SayAsync(app, "x"));
            Assert.Equal(errno, failure.Errno);
            Assert.True(failure.IsRetrySafe);
        });
    }

    [Theory]
    [InlineData(QseecomMode.Basic, 21)]
    [InlineData(QseecomMode.Full, 67)]
    public void Check03_Given_a_busy_firmware_When_the_last_try_succeeds_Then_the_call_does(QseecomMode mode, int busy)
    {
        OnSend((_, n) => n < busy ? ScriptedQsee.Status(ScmStatus.Busy) : null, async (rig, app) =>
        {
            var begun = rig.Actors.Elapsed;
            await QseeRig.SayAsync(app, "x");
            Assert.Equal(TimeSpan.FromMilliseconds(30 * busy), rig.Actors.Elapsed - begun);
        }, Mode(mode));
    }

    [Theory]
    [InlineData(QseecomMode.Basic, 22)]
    [InlineData(QseecomMode.Full, 68)]
    public void Check03_Given_a_busy_firmware_When_it_stays_busy_Then_the_call_ends_EBUSY_after_so_many_calls(QseecomMode mode, int calls)
    {
        OnSend((_, _) => ScriptedQsee.Status(ScmStatus.Busy), async (rig, app) =>
        {
            Assert.Equal(QseecomErrno.EBUSY, await QseeRig.ErrnoOf(QseeRig.SayAsync(app, "x")));
            Assert.Equal(calls, rig.Smcs.Count(smc => ScriptedQsee.Is(smc, QseecomCall.AppSend)));
        }, Mode(mode));
    }

    [Theory]
    [InlineData(QseecomMode.Full, 2, QseecomErrno.Ok)]
    [InlineData(QseecomMode.Basic, 1, QseecomErrno.EIO)]
    public void Check03_Given_a_busy_application_When_called_Then_only_full_mode_tries_again(QseecomMode mode, int calls, QseecomErrno errno)
    {
        OnSend((_, n) => n == 0 ? ScriptedQsee.Answer(QseecomResult.AppBusy) : null, async (rig, app) =>
        {
            if (errno == QseecomErrno.Ok) await QseeRig.SayAsync(app, "x");
            else Assert.Equal(errno, await QseeRig.ErrnoOf(QseeRig.SayAsync(app, "x")));
            Assert.Equal(calls, rig.Smcs.Count(smc => ScriptedQsee.Is(smc, QseecomCall.AppSend)));
        }, Mode(mode));
    }

    [Fact]
    public void Check03_Given_two_interruptions_When_a_call_returns_Then_it_is_repeated_at_once_with_x0_1_and_the_x6_that_came_back()
    {
        OnSend((smc, n) =>
        {
            if (smc[0] == 1 && n == 1) return null;
            var interrupted = ScriptedQsee.Status(ScmStatus.Interrupted);
            interrupted[6] = smc[0] == 1 ? 0xBEEFu : 0xCAFEu;
            return interrupted;
        }, async (rig, app) =>
        {
            await QseeRig.SayAsync(app, "x");
            var made = rig.Smcs.Skip(rig.Before + 1).ToList();
            Assert.Equal(3, made.Count);
            Assert.Equal((0ul, 1ul, 0xCAFEul, 1ul, 0xBEEFul), (made[0][6], made[1][0], made[1][6], made[2][0], made[2][6]));
            for (var i = 1; i <= 5; i++) Assert.True(made[0][i] == made[1][i] && made[1][i] == made[2][i], $"x{i} changed");
        });
    }

    [Fact]
    public void Check03_Given_calls_that_sleep_in_QSEE_When_the_context_is_woken_Then_each_is_resumed_and_ends()
    {
        QseeRig.Simulate(async rig =>
        {
            rig.Qsee!.SleepNext(1, TimeSpan.FromMilliseconds(5));
            var app = await rig.System.FindAppAsync(QseeRig.Echo);
            Assert.Equal("hello", await QseeRig.SayAsync(app, "hello"));
            Assert.Equal("app-lookup app-send waitq-resume", rig.Calls);
        });
    }

    [Fact]
    public void Check03_Given_a_sleep_on_another_context_than_0_When_a_call_returns_Then_EINVAL()
    {
        OnSend((_, _) => new QseecomResponse(1, 9, 0).ToRegisters(ScmStatus.WaitQueueSleep),
            async (rig, app) =>
            {
                rig.LeavesSomething = true;    // the call sleeps there and may go on some day
                var failure = await Assert.ThrowsAsync<QseecomException>(() => QseeRig.SayAsync(app, "x"));
                Assert.Equal((QseecomErrno.EINVAL, false), (failure.Errno, failure.IsRetrySafe));
                Assert.Equal(4096, rig.System.Driver.Domain.Buffers.Quarantined);
            });
    }

    [Theory]
    [InlineData(QseecomResult.Failure, 0ul, QseecomErrno.ENOENT)]
    [InlineData(ulong.MaxValue, 0ul, QseecomErrno.EINVAL)]
    [InlineData(QseecomResult.Success, QseecomResponseType.ListenerId, QseecomErrno.EINVAL)]
    [InlineData(QseecomResult.Incomplete, QseecomResponseType.ListenerId, QseecomErrno.EINVAL)]
    public void Check04_Given_an_answer_to_a_look_up_When_it_is_not_an_application_Then_its_errno(ulong result, ulong type, QseecomErrno errno)
    {
        var peer = new ScriptedQsee((smc, _) => ScriptedQsee.Is(smc, QseecomCall.AppLookup) && smc[3] == 3 ? ScriptedQsee.Answer(result, type, 5) : null);
        QseeRig.Script(async rig => Assert.Equal(errno, await QseeRig.ErrnoOf(rig.System.FindAppAsync("app"))), peer);
    }

    [Theory]
    [InlineData(QseecomResult.Incomplete)]
    [InlineData(QseecomResult.BlockedOnListener)]
    public void Check05_Given_basic_mode_When_an_application_needs_a_listener_Then_EIO_and_one_warning_and_no_further_call(ulong result)
    {
        OnSend((_, _) => ScriptedQsee.Answer(result, QseecomResponseType.ListenerId, 0x2000), async (rig, app) =>
        {
            rig.LeavesSomething = true;    // the application may still write to the buffers
            Assert.Equal(QseecomErrno.EIO, await QseeRig.ErrnoOf(QseeRig.SayAsync(app, "x")));
            Assert.Single(rig.Log.Warnings);
            Assert.Equal("app-lookup app-send", rig.Calls);
            Assert.True(rig.System.Driver.Domain.Buffers.Quarantined > 0);
        }, Mode(QseecomMode.Basic));
    }

    [Theory]
    [InlineData(QseecomResult.Failure)]
    [InlineData(QseecomResult.CallbackRequest)]
    [InlineData(99ul)]
    public void Given_any_other_result_of_a_send_When_it_returns_Then_EIO(ulong result)
    {
        OnSend((_, _) => ScriptedQsee.Answer(result), async (rig, app) =>
        {
            rig.LeavesSomething = result == QseecomResult.CallbackRequest;
            Assert.Equal(QseecomErrno.EIO, await QseeRig.ErrnoOf(QseeRig.SayAsync(app, "x")));
        });
    }

    [Fact]
    public void Check01_Given_a_send_When_it_is_made_Then_its_registers_and_its_one_block_are_those_of_the_specification()
    {
        var peer = new ScriptedQsee((_, _) => null);
        QseeRig.Script(async rig =>
        {
            var app = await rig.System.FindAppAsync("app");
            await app.SendAsync(new byte[13], new byte[24]);
            var smc = rig.Smcs[^1];
            Assert.Equal((0x70000001ul, 0x885ul, 7ul, 13ul), (smc[0], smc[1], smc[2], smc[4]));
            Assert.Equal((0ul, 0ul), (smc[6], smc[7]));
            // Request at 0, response at the next multiple of 8, the extension block behind both, in one region.
            Assert.Equal(smc[3] + 40, smc[5]);
            Assert.All(rig.Smcs, made => Assert.Equal(0ul, (made[0] >> 16) & 0xFF));
        }, peer);
    }
}
