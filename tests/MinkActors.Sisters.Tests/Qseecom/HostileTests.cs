using MinkActors.Actors;
using MinkActors.Emulator.Qsee;
using MinkActors.Protocol.Qseecom;
using MinkActors.Sisters.Qseecom;

namespace MinkActors.Sisters.Tests.Qseecom;

/// <summary>A QSEE, applications and listeners that keep no rule: they hurt themselves, and nobody else.</summary>
public class HostileTests
{
    private const uint L = 0x2000;

    [Fact]
    public void Given_a_QSEE_that_asks_for_ever_When_called_Then_the_caller_is_let_go_and_the_call_is_given_up()
    {
        var peer = new ScriptedQsee((smc, _) => ScriptedQsee.Is(smc, QseecomCall.AppSend) || ScriptedQsee.Is(smc, QseecomCall.ListenerResponse)
            ? ScriptedQsee.Answer(QseecomResult.Incomplete, QseecomResponseType.ListenerId, L) : null);
        QseeRig.Script(async rig =>
        {
            rig.LeavesSomething = true;
            var code = new CodeListener();
            await using var listener = await rig.System.RegisterListenerAsync(L, 4096, code);
            Assert.NotEqual(QseecomErrno.Ok, await QseeRig.ErrnoOf(QseeRig.SayAsync(await rig.System.FindAppAsync("app"), "x")));
            await rig.DelayAsync(1000);
            Assert.Equal(0, rig.System.Driver.Domain.UnderWay);
            Assert.InRange(code.Requests, 1, 20);
        }, peer, o => o.Limits = new SisterLimits { Rounds = 20 });
    }

    [Fact]
    public void Given_an_answer_that_never_returns_When_the_listener_is_unregistered_Then_its_owner_waits_a_minute_and_no_longer()
    {
        var peer = new ScriptedQsee((smc, _) => ScriptedQsee.Is(smc, QseecomCall.AppSend) ? ScriptedQsee.Answer(QseecomResult.Incomplete, QseecomResponseType.ListenerId, L)
            : ScriptedQsee.Is(smc, QseecomCall.ListenerResponse) ? ScriptedQsee.Never : null);
        QseeRig.Script(async rig =>
        {
            rig.LeavesSomething = true;
            var listener = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener());
            var app = await rig.System.FindAppAsync("app");
            Assert.Equal(QseecomErrno.ETIMEDOUT, await QseeRig.ErrnoOf(QseeRig.SayAsync(app, "x", new CallOptions { Deadline = TimeSpan.FromSeconds(1) })));
            Assert.Equal(QseecomErrno.ETIMEDOUT, await QseeRig.ErrnoOf(listener.UnregisterAsync()));
            Assert.InRange(rig.Actors.Elapsed.TotalSeconds, 61, 62);
        }, peer);
    }

    [Theory]
    [InlineData(ScmStatus.Interrupted)]
    [InlineData(ScmStatus.WaitQueueSleep)]
    public void Given_a_QSEE_that_never_answers_properly_When_called_Then_the_caller_is_let_go_at_the_limit_or_its_deadline(ScmStatus status)
    {
        var peer = new ScriptedQsee((smc, _) => smc[0] == 1 || ScriptedQsee.Is(smc, QseecomCall.AppSend) ? ScriptedQsee.Status(status) : null);
        QseeRig.Script(async rig =>
        {
            rig.LeavesSomething = true;
            var app = await rig.System.FindAppAsync("app");
            Assert.True(await QseeRig.ErrnoOf(QseeRig.SayAsync(app, "x", new CallOptions { Deadline = TimeSpan.FromSeconds(1) })) is QseecomErrno.ETIMEDOUT or QseecomErrno.EPROTO);
            // The way in is free for others.
            await rig.System.FindAppAsync("app");
        }, peer, o => o.Limits = new SisterLimits { Rounds = 20 });
    }

    [Fact]
    public void Given_random_answers_When_called_Then_every_call_ends_and_no_buffer_that_may_still_be_used_is_used_again()
    {
        var opened = 0;
        for (var seed = 0ul; seed < 40; seed++)
        {
            var random = seed * 0x9E3779B97F4A7C15 + 1;
            var actors = new SimulationActorSystem(new SimulationOptions { Seed = seed, RecordChoices = false });
            var lost = new HashSet<ulong>();
            var (block, isOpen) = (0ul, false);
            var peer = new ScriptedQsee((smc, _) =>
            {
                ulong Draw(ulong count)
                {
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    return random % count;
                }
                if (ScriptedQsee.Is(smc, QseecomCall.ListenerRegisterSession) || ScriptedQsee.Is(smc, QseecomCall.FeatureVersion)) return null;
                // Calls come one after the other: one that ended while QSEE was in its middle has lost its block for good.
                if (ScriptedQsee.Is(smc, QseecomCall.AppLookup)) Assert.DoesNotContain(smc[2], lost);
                if (ScriptedQsee.Is(smc, QseecomCall.AppSend))
                {
                    if (isOpen) lost.Add(block);
                    Assert.DoesNotContain(smc[3], lost);
                    (block, isOpen) = (smc[3], false);
                }
                var answer = Draw(8) == 0 ? ScriptedQsee.Status((ScmStatus)(long)(Draw(8) - 6))
                    : ScriptedQsee.Answer(Draw(6) switch { 0 => 1, 1 => 2, 2 => 3, 3 => QseecomResult.Failure, 4 => Draw(ulong.MaxValue), _ => 0 }, Draw(4) == 0 ? Draw(ulong.MaxValue) : QseecomResponseType.AppId, Draw(3) == 0 ? Draw(1ul << 40) : L + Draw(2));
                if (answer[0] == 0 && block != 0 && !ScriptedQsee.Is(smc, QseecomCall.AppLookup)) isOpen = answer[1] is 1 or 2 or 3;
                if (isOpen) opened++;
                return answer;
            });
            actors.Run(async () =>
            {
                var system = await QseecomSystem.StartAsync(o =>
                {
                    o.UseActors(actors);
                    o.Convention = ScmConvention.Smc64;
                    o.Limits = new SisterLimits { Rounds = 30 };
                    o.UseSecureWorld((context, wake) => peer.For(context));
                });
                var code = new CodeListener();
                await system.RegisterListenerAsync(L, 4096, code);
                var ended = 0;
                for (var i = 0; i < 10; i++)
                {
                    try
                    {
                        var app = await system.FindAppAsync("app", new CallOptions { Deadline = TimeSpan.FromSeconds(60) });
                        await app.SendAsync(new byte[16], new byte[16], new CallOptions { Deadline = TimeSpan.FromSeconds(60) });
                        ended++;
                    }
                    catch (QseecomException)
                    {
                        ended++;
                    }
                }
                Assert.Equal(10, ended);
                Assert.True(code.MostAtOnce <= 1);
                await system.StopAsync();
            });
        }
        Assert.True(opened > 40, $"Only {opened} answers left a call open");
    }

    [Fact]
    public void Given_an_application_that_ends_while_its_question_is_open_or_asks_twice_at_once_Then_only_its_own_call_fails()
    {
        QseeRig.Simulate(async rig =>
        {
            await using var listener = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener());
            await QseeRig.SayAsync(await rig.System.FindAppAsync("careless"), "x");
            Assert.Equal("Refused", await QseeRig.SayAsync(await rig.System.FindAppAsync("greedy"), "x"));
            Assert.Equal(QseecomErrno.EIO, await QseeRig.ErrnoOf(QseeRig.SayAsync(await rig.System.FindAppAsync("crash"), "x")));
            Assert.Equal(QseecomErrno.EIO, await QseeRig.ErrnoOf(QseeRig.SayAsync(await rig.System.FindAppAsync("long"), "x")));
            Assert.Equal("hi", await QseeRig.SayAsync(await rig.System.FindAppAsync(QseeRig.Echo), "hi"));
        }, qsee => qsee
            .Load("careless", () => new CodeApp(call => { _ = call.AskListenerAsync(L, []); return default; }))
            .Load("greedy", () => new CodeApp(async call =>
            {
                var first = call.AskListenerAsync(L, []);
                call.Respond(global::System.Text.Encoding.UTF8.GetBytes((await call.AskListenerAsync(L, [])).Outcome.ToString()));
                await first;
            }))
            .Load("crash", () => new CodeApp(_ => throw new InvalidOperationException("on purpose")))
            .Load("long", () => new CodeApp(call => { call.Respond(new byte[100_000]); return default; })));
    }

    [Fact]
    public void Given_a_listener_whose_code_goes_on_after_it_was_given_up_Then_it_cannot_touch_the_next_request()
    {
        QseeRig.Simulate(async rig =>
        {
            ListenerRequest? old = null;
            var late = 0;
            await using var listener = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener(async (request, token) =>
            {
                if (old is null)
                {
                    old = request;
                    await rig.DelayAsync(1000);
                    Assert.Throws<InvalidOperationException>(() => request.Write(0, "evil"u8));
                    late++;
                    return;
                }
                Assert.Throws<InvalidOperationException>(() => old.Read(0, new byte[4]));
                request.Write(0, "done\0"u8);
            }));
            var app = await rig.System.FindAppAsync("one");
            Assert.Equal(QseecomErrno.ETIMEDOUT, await QseeRig.ErrnoOf(QseeRig.SayAsync(app, "x", new CallOptions { Deadline = TimeSpan.FromMilliseconds(100) })));
            Assert.Equal("done", await QseeRig.SayAsync(app, "y"));
            Assert.Equal(1, late);
        }, qsee => qsee.Load("one", () => CodeApp.Asking(L)));
    }

    [Fact]
    public void Given_a_caller_that_gave_up_When_the_answer_comes_Then_its_buffer_is_not_written()
    {
        QseeRig.Simulate(async rig =>
        {
            var response = new byte[4];
            var app = await rig.System.FindAppAsync("slow");
            Assert.Equal(QseecomErrno.ETIMEDOUT, await QseeRig.ErrnoOf(app.SendAsync(new byte[1], response, new CallOptions { Deadline = TimeSpan.FromMilliseconds(10) })));
            await rig.DelayAsync(500);
            Assert.Equal(new byte[4], response);
        }, qsee => qsee.Load("slow", () => new CodeApp(async call =>
        {
            await call.AskListenerAsync(0x9999, []);
            call.Respond("late"u8);
            await Task.Yield();
        })), o => o.WrapSecureWorld((inner, context) => new Slow(inner, context)));
    }

    /// <summary>Every entry takes 100 ms.</summary>
    private sealed class Slow(ISecureWorld inner, SecureWorldContext context) : ISecureWorld
    {
        private Door? _door;

        public void Enter(SecureEntry entry)
        {
            _door ??= context.Actors.Spawn(new Door(inner), "slow");
            context.Actors.StartTimer(_door, TimeSpan.FromMilliseconds(entry.Registers.X0 == QseecomCall.AppSend.Id.Value ? 100 : 0), entry);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private sealed class Door(ISecureWorld inner) : Actor
        {
            protected override void Receive(Message message) => inner.Enter((SecureEntry)message);
        }
    }
}
