using MinkActors.Emulator.Qsee;
using MinkActors.Protocol.Qseecom;
using MinkActors.Sisters.Qseecom;

namespace MinkActors.Sisters.Tests.Qseecom;

/// <summary>Spec/08 sections 8 and 9: incomplete and blocked calls (checks 6 and 7; rules Q1, Q4, Q7 to Q9).</summary>
public sealed class ListenerCallTests
{
    private const uint L = AskingApps.Listener;

    [Fact]
    public void Check06_D134_Given_an_application_that_needs_a_listener_When_called_Then_it_works_and_the_call_completes()
    {
        QseeRig.Simulate(async rig =>
        {
            var seen = "";
            await using var listener = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener((request, _) =>
            {
                seen = global::System.Text.Encoding.UTF8.GetString(request.Copy().AsSpan(0, 5));
                request.Write(0, "done\0"u8);
                return default;
            }));
            Assert.Equal("done", await QseeRig.SayAsync(await rig.System.FindAppAsync("one"), "hello"));
            Assert.Equal("hello", seen);
            Assert.Equal("listener-register-smcinvoke app-lookup app-send listener-response", rig.Calls);
        }, AskingApps.Load);
    }

    [Fact]
    public void Check06_Given_an_application_that_asks_three_times_When_called_Then_three_answers_are_sent()
    {
        QseeRig.Simulate(async rig =>
        {
            var code = new CodeListener();
            await using var listener = await rig.System.RegisterListenerAsync(L, 4096, code);
            Assert.Equal("done", await QseeRig.SayAsync(await rig.System.FindAppAsync("thrice"), "x"));
            Assert.Equal(3, code.Requests);
            Assert.EndsWith("app-send listener-response listener-response listener-response", rig.Calls);
        }, AskingApps.Load);
    }

    [Fact]
    public void Check06_Q01_Given_a_listener_that_is_unregistered_at_work_When_the_call_ends_Then_QSEE_got_FAILURE_and_the_caller_ENODEV()
    {
        QseeRig.Simulate(async rig =>
        {
            var begun = new TaskCompletionSource();
            var listener = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener(async (_, token) =>
            {
                begun.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, rig.Actors.Time, token);
            }));
            var call = QseeRig.SayAsync(await rig.System.FindAppAsync("one"), "x");
            await begun.Task;
            await listener.UnregisterAsync();
            Assert.Equal(QseecomErrno.ENODEV, await QseeRig.ErrnoOf(call));
            var answer = Assert.Single(rig.Smcs, smc => ScriptedQsee.Is(smc, QseecomCall.ListenerResponse));
            Assert.Equal((ulong)L, answer[2]);
            Assert.Equal(QseecomResult.Failure, answer[3]);
        }, AskingApps.Load);
    }

    [Fact]
    public void Check06_Q09_Given_a_listener_that_is_not_known_here_When_QSEE_asks_for_it_Then_it_gets_FAILURE_and_the_caller_EINVAL()
    {
        var peer = new ScriptedQsee((smc, _) => ScriptedQsee.Is(smc, QseecomCall.AppSend) ? ScriptedQsee.Answer(QseecomResult.Incomplete, QseecomResponseType.ListenerId, 0x77) : null);
        QseeRig.Script(async rig =>
        {
            Assert.Equal(QseecomErrno.EINVAL, await QseeRig.ErrnoOf(QseeRig.SayAsync(await rig.System.FindAppAsync("app"), "x")));
            Assert.Equal((0x77ul, QseecomResult.Failure), (rig.Smcs[^1][2], rig.Smcs[^1][3]));
        }, peer);
    }

    [Fact]
    public void Check06_Given_a_listener_that_throws_When_asked_Then_QSEE_goes_on_with_a_failure_and_the_next_request_is_served()
    {
        QseeRig.Simulate(async rig =>
        {
            var calls = 0;
            await using var listener = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener((request, _) =>
            {
                if (calls++ == 0) throw new InvalidOperationException("on purpose");
                request.Write(0, "done\0"u8);
                return default;
            }));
            var app = await rig.System.FindAppAsync("one");
            Assert.Equal(QseecomErrno.ENODEV, await QseeRig.ErrnoOf(QseeRig.SayAsync(app, "x")));
            Assert.Equal("done", await QseeRig.SayAsync(app, "x"));
        }, AskingApps.Load);
    }

    [Theory]
    [InlineData(true, "continue-blocked-smcinvoke")]
    [InlineData(false, "continue-blocked")]
    public void Check07_Q04_Given_two_applications_and_one_listener_When_both_are_called_Then_the_second_waits_and_goes_on(bool hasSessionForms, string form)
    {
        QseeRig.Simulate(async rig =>
        {
            var (code, registration, first, two) = await OccupyAsync(rig);
            await using var listener = registration;
            var second = QseeRig.SayAsync(two, "2");
            Assert.Equal("done", await first);
            Assert.Equal("done", await second);
            Assert.Equal(1, code.MostAtOnce);
            Assert.EndsWith($"app-send app-send listener-response {form} listener-response", rig.Calls);
        }, qsee =>
        {
            AskingApps.Load(qsee);
            qsee.HasSessionForms = hasSessionForms;
        });
    }

    [Fact]
    public void Check07_Given_a_firmware_that_refuses_the_session_form_of_a_continuation_only_When_blocked_Then_the_other_form_is_tried_once()
    {
        var peer = new ScriptedQsee((smc, n) =>
        {
            if (ScriptedQsee.Is(smc, QseecomCall.AppSend)) return ScriptedQsee.Answer(QseecomResult.BlockedOnListener, 5, L);
            if (ScriptedQsee.Is(smc, QseecomCall.ContinueBlockedSession)) return ScriptedQsee.Status(ScmStatus.Error);
            if (ScriptedQsee.Is(smc, QseecomCall.ContinueBlocked)) return ScriptedQsee.Answer(QseecomResult.Incomplete, QseecomResponseType.ListenerId, L);
            return null;
        });
        QseeRig.Script(async rig =>
        {
            await using var listener = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener());
            var app = await rig.System.FindAppAsync("app");
            for (var i = 0; i < 2; i++) await QseeRig.SayAsync(app, "x");
            Assert.EndsWith("app-send continue-blocked-smcinvoke continue-blocked listener-response app-send continue-blocked-smcinvoke continue-blocked listener-response", rig.Calls);
            Assert.Equal((5ul, 7ul), (rig.Smcs[^3][2], rig.Smcs[^2][2]));    // the session, then the application
        }, peer);
    }

    [Fact]
    public void Q08_Given_the_listener_that_was_just_answered_When_QSEE_says_it_is_blocked_by_it_Then_EINVAL()
    {
        var peer = new ScriptedQsee((smc, _) => ScriptedQsee.Is(smc, QseecomCall.AppSend) ? ScriptedQsee.Answer(QseecomResult.Incomplete, QseecomResponseType.ListenerId, L)
            : ScriptedQsee.Is(smc, QseecomCall.ListenerResponse) ? ScriptedQsee.Answer(QseecomResult.BlockedOnListener, 1, L) : null);
        QseeRig.Script(async rig =>
        {
            rig.LeavesSomething = true;
            await using var listener = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener());
            Assert.Equal(QseecomErrno.EINVAL, await QseeRig.ErrnoOf(QseeRig.SayAsync(await rig.System.FindAppAsync("app"), "x")));
        }, peer);
    }

    [Fact]
    public void Given_a_blocked_call_on_a_listener_that_is_not_known_here_Then_ENODATA()
    {
        var peer = new ScriptedQsee((smc, _) => ScriptedQsee.Is(smc, QseecomCall.AppSend) ? ScriptedQsee.Answer(QseecomResult.BlockedOnListener, 1, 0x77) : null);
        QseeRig.Script(async rig =>
        {
            rig.LeavesSomething = true;
            Assert.Equal(QseecomErrno.ENODATA, await QseeRig.ErrnoOf(QseeRig.SayAsync(await rig.System.FindAppAsync("app"), "x")));
        }, peer);
    }

    [Fact]
    public void Given_a_continuation_that_is_answered_with_success_Then_EINVAL()
    {
        var peer = new ScriptedQsee((smc, _) => ScriptedQsee.Is(smc, QseecomCall.AppSend) ? ScriptedQsee.Answer(QseecomResult.BlockedOnListener, 1, L) : null);
        QseeRig.Script(async rig =>
        {
            await using var listener = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener());
            Assert.Equal(QseecomErrno.EINVAL, await QseeRig.ErrnoOf(QseeRig.SayAsync(await rig.System.FindAppAsync("app"), "x")));
        }, peer);
    }

    [Fact]
    public void Q07_Given_a_caller_that_gives_up_while_a_listener_works_Then_it_is_let_go_and_QSEE_gets_FAILURE()
    {
        QseeRig.Simulate(async rig =>
        {
            var wasTold = false;
            await using var listener = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener(async (request, token) =>
            {
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, rig.Actors.Time, token);
                }
                catch (OperationCanceledException)
                {
                    wasTold = true;
                    Assert.Throws<InvalidOperationException>(() => request.Write(0, "late"u8));
                    throw;
                }
            }));
            var app = await rig.System.FindAppAsync("one");
            Assert.Equal(QseecomErrno.ETIMEDOUT, await QseeRig.ErrnoOf(QseeRig.SayAsync(app, "x", new CallOptions { Deadline = TimeSpan.FromMilliseconds(100) })));
            await rig.DelayAsync(10);
            Assert.True(wasTold);
            Assert.Equal(QseecomResult.Failure, Assert.Single(rig.Smcs, smc => ScriptedQsee.Is(smc, QseecomCall.ListenerResponse))[3]);
            Assert.Equal(0, rig.Qsee!.LiveSessions);
        }, AskingApps.Load);
    }

    [Fact]
    public void Q07_Given_a_blocked_caller_that_gives_up_Then_its_call_unwinds_when_the_listener_is_free_and_others_are_not_touched()
    {
        QseeRig.Simulate(async rig =>
        {
            var (code, registration, first, two) = await OccupyAsync(rig);
            await using var listener = registration;
            using var source = new CancellationTokenSource();
            var second = QseeRig.SayAsync(two, "2", new CallOptions { CancellationToken = source.Token });
            await rig.DelayAsync(10);
            source.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
            Assert.Equal("done", await first);
            await rig.DelayAsync(200);
            Assert.Equal(1, code.Requests);
            Assert.Equal(0, rig.Qsee!.LiveSessions);
            Assert.Equal("done", await QseeRig.SayAsync(two, "3"));
        }, AskingApps.Load);
    }

    [Fact]
    public void Given_a_listener_that_never_answers_When_its_deadline_passes_Then_QSEE_gets_FAILURE_and_the_next_call_goes_on()
    {
        QseeRig.Simulate(async rig =>
        {
            var calls = 0;
            await using var listener = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener(async (request, _) =>
            {
                if (calls++ == 0) await rig.DelayAsync(45_000);    // ignores that it is told to end
                else request.Write(0, "done\0"u8);
            }));
            var app = await rig.System.FindAppAsync("one");
            Assert.Equal(QseecomErrno.ENODEV, await QseeRig.ErrnoOf(QseeRig.SayAsync(app, "x")));
            Assert.InRange(rig.Actors.Elapsed.TotalSeconds, 30, 31);
            Assert.Equal("done", await QseeRig.SayAsync(app, "x"));    // after the old code has ended, at 45 s
        }, AskingApps.Load);
    }

    [Theory]
    [InlineData(true, "listener-response-sglist")]
    [InlineData(false, "listener-response")]
    public void Given_a_listener_that_passes_memory_along_When_QSEE_knows_scatter_tables_Then_the_application_reads_it(bool hasTables, string form)
    {
        QseeRig.Simulate(async rig =>
        {
            using var memory = rig.System.ShareMemory(100);
            "shared"u8.CopyTo(memory.Bytes);
            await using var listener = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener((request, _) =>
            {
                Assert.Equal(QseecomErrno.EINVAL, Assert.Throws<QseecomException>(() => request.Refer(4092, memory)).Errno);
                request.Refer(16, memory);
                return default;
            }));
            Assert.Equal(hasTables ? "shared" : "none", await QseeRig.SayAsync(await rig.System.FindAppAsync("reader"), "x"));
            Assert.EndsWith(form, rig.Calls);
        }, qsee =>
        {
            if (!hasTables) qsee.ScatterVersion = default;
            qsee.Load("reader", () => new CodeApp(async call =>
            {
                var answer = await call.AskListenerAsync(L, []);
                call.Respond(answer.References is [(16, var bytes)] ? bytes.AsSpan(0, 6) : "none"u8);
            }));
        });
    }

    /// <summary>Two applications that need one listener of 50 ms; the first was called 10 ms ago and has it, the second is for the test to call.</summary>
    private static async Task<(CodeListener Code, ListenerRegistration Listener, Task<string> First, QseecomApp Two)> OccupyAsync(QseeRig rig)
    {
        var code = new CodeListener(async (request, _) =>
        {
            await rig.DelayAsync(50);
            request.Write(0, "done\0"u8);
        });
        var listener = await rig.System.RegisterListenerAsync(L, 4096, code);
        var (one, two) = (await rig.System.FindAppAsync("one"), await rig.System.FindAppAsync("two"));
        var first = QseeRig.SayAsync(one, "1");
        await rig.DelayAsync(10);
        return (code, listener, first, two);
    }
}
