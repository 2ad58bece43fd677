using MinkActors.Protocol.Qseecom;
using MinkActors.Protocol.Qseecom.Uefi;
using MinkActors.Sisters.Qseecom;
using MinkActors.Sisters.Qseecom.Uefi;

namespace MinkActors.Sisters.Tests.Qseecom;

/// <summary>Spec/08 section 7: start, policy, clients (check 10), and the defects D-135 to D-139.</summary>
public class StartTests
{
    private static KnownApp Known(string app, List<string> log, bool fails = false) => new(app, app, made =>
    {
        log.Add($"made {app}");
        return fails ? throw new InvalidOperationException("on purpose") : ValueTask.FromResult<IAsyncDisposable>(new Closing(() => log.Add($"closed {app}")));
    });

    [Fact]
    public void Check10_Given_a_machine_that_is_not_allowed_When_started_Then_the_version_is_queried_and_nothing_else()
    {
        QseeRig.Simulate(async rig =>
        {
            Assert.Equal(QseecomAvailability.NotAllowed, rig.System.Availability);
            Assert.Equal(["info-is-call-available", "info-feature-version"], rig.Smcs.Select(QseeRig.NameOf));
            Assert.Equal(QseecomErrno.ENODEV, Assert.Throws<QseecomException>(() => { _ = rig.System.FindAppAsync("x"); }).Errno);
            Assert.Equal("", rig.Calls);
        }, options: o => o.Machine = ["acme,toaster"]);
    }

    [Fact]
    public void Check10_Given_an_entry_that_forbids_When_a_broader_one_allows_Then_it_is_not_allowed()
    {
        var policy = new QseecomPolicy([new("acme"), new("acme,toaster", Allowed: false)]);
        Assert.True(policy.Allows(["acme"]));
        Assert.False(policy.Allows(["acme,toaster", "acme"]));
        Assert.False(policy.Allows([]));
    }

    [Fact]
    public void Check10_Given_a_read_only_policy_When_a_variable_is_set_Then_write_protected_without_a_call()
    {
        QseeRig.Simulate(async rig =>
        {
            Assert.Equal(EfiStatus.WriteProtected, await rig.System.Variables.SetAsync("v", Guid.Empty, EfiAttributes.BootService, 1, new byte[1]));
            Assert.Equal("", rig.Calls);
            Assert.Equal(EfiStatus.NotFound, (await rig.System.Variables.GetAsync("v", Guid.Empty, 0, null)).Status);
        }, qsee => qsee.LoadUefi(), o => o.Machine = ["qcom,sc8280xp-crd"]);
    }

    [Fact]
    public void Given_a_firmware_without_QSEECOM_When_started_Then_no_interface_and_no_warning()
    {
        var peer = new ScriptedQsee((smc, _) => ScriptedQsee.Is(smc, QseecomCall.FeatureVersion) ? ScriptedQsee.Status(ScmStatus.NotSupported) : null);
        QseeRig.Script(rig =>
        {
            Assert.Equal(QseecomAvailability.NoFirmware, rig.System.Availability);
            Assert.Empty(rig.Log.Warnings);
            return Task.CompletedTask;
        }, peer);
    }

    [Fact]
    public void Given_a_firmware_with_32_bit_registers_When_probed_Then_those_are_used()
    {
        var peer = new ScriptedQsee((smc, _) => smc[0] switch
        {
            0xC2000601 => ScriptedQsee.Status(ScmStatus.NotSupported),
            0x82000601 => ScriptedQsee.Answer(smc[2] == 0x02000601 ? 1u : 0u),
            0x02000603 => ScriptedQsee.Answer(0x1000000),
            _ => null,
        });
        QseeRig.Script(rig =>
        {
            Assert.Equal(QseecomAvailability.Available, rig.System.Availability);
            Assert.Equal(ScmConvention.Smc32, rig.System.Driver.Convention);
            Assert.Equal("4.0.0", rig.System.Version.ToString());
            return Task.CompletedTask;
        }, peer, o => o.Convention = null);
    }

    [Fact]
    public void D135_Given_a_start_that_is_broken_off_When_it_fails_Then_clients_already_made_are_closed_and_their_calls_get_ENODEV()
    {
        var actors = new MinkActors.Actors.SimulationActorSystem();
        actors.Run(async () =>
        {
            using var source = new CancellationTokenSource();
            var log = new List<string>();
            QseecomApp? early = null;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await QseecomSystem.StartAsync(o =>
            {
                o.UseActors(actors);
                MinkActors.Emulator.Qsee.QseeSetup.UseEmulatedQsee(o, qsee => qsee.Load("one", () => new CodeApp(_ => default)).Load("two", () => new CodeApp(_ => default)));
                o.Announce(new KnownApp("one", "one", app =>
                {
                    early = app;
                    log.Add("made one");
                    source.Cancel();
                    return ValueTask.FromResult<IAsyncDisposable>(new Closing(() => log.Add("closed one")));
                }));
                o.Announce(Known("two", log));
            }, source.Token));
            Assert.Equal(["made one", "closed one"], log);
            Assert.Equal(QseecomErrno.ENODEV, await QseeRig.ErrnoOf(early!.SendAsync(new byte[1], new byte[1])));
        });
    }

    [Fact]
    public void D136_Given_three_applications_of_which_one_fails_When_started_Then_two_are_served()
    {
        var log = new List<string>();
        QseeRig.Simulate(rig =>
        {
            Assert.Equal(["one", "three"], rig.System.Clients.Select(client => client.Name));
            Assert.Contains(rig.Log.Warnings, line => line.Contains("two", StringComparison.Ordinal));
            return Task.CompletedTask;
        }, qsee => qsee.Load("one", () => new CodeApp(_ => default)).Load("two", () => new CodeApp(_ => default)).Load("three", () => new CodeApp(_ => default)),
            o => o.Announce(Known("one", log)).Announce(Known("two", log, fails: true)).Announce(Known("three", log)), seeds: 1);
        Assert.Equal(["made one", "made two", "made three", "closed three", "closed one"], log);
    }

    [Fact]
    public void D136_Given_a_look_up_that_fails_with_anything_but_not_found_When_started_Then_only_that_client_is_missing()
    {
        var peer = new ScriptedQsee((smc, _) => ScriptedQsee.Is(smc, QseecomCall.AppLookup) && smc[3] == 4 ? ScriptedQsee.Status(ScmStatus.Error) : null);
        QseeRig.Script(rig =>
        {
            Assert.Equal(["app"], rig.System.Clients.Select(client => client.Name));
            return Task.CompletedTask;
        }, peer, o => o.Announce(Known("four", [])).Announce(Known("app", [])));
    }

    [Fact]
    public void D137_Given_an_application_that_restarts_under_a_new_number_while_its_old_one_is_reused_When_the_client_sends_Then_it_reaches_its_own()
    {
        QseeRig.Simulate(async rig =>
        {
            var mine = await rig.System.FindAppAsync("mine");
            var old = mine.Id;
            await rig.System.ShutdownAppAsync(mine);
            var thief = await rig.System.StartAppAsync("thief", "thief\0"u8.ToArray());
            Assert.Equal(old, thief.Id);
            Assert.Equal(QseecomErrno.ENODEV, await QseeRig.ErrnoOf(QseeRig.SayAsync(mine, "x")));
            await rig.System.StartAppAsync("mine", "mine\0"u8.ToArray());
            Assert.Equal("mine", await QseeRig.SayAsync(mine, "x"));
            Assert.NotEqual(old, mine.Id);
        }, Restarting);
    }

    [Fact]
    public void D137_Given_QSEE_that_replaces_an_application_by_itself_When_each_send_is_confirmed_Then_it_reaches_its_own_or_gets_ENODEV()
    {
        QseeRig.Simulate(async rig =>
        {
            var mine = await rig.System.FindAppAsync("mine");
            rig.Qsee!.SetLoaded("mine", false);
            rig.Qsee.SetLoaded("thief", true);
            await rig.DelayAsync(1);
            Assert.Equal(QseecomErrno.ENODEV, await QseeRig.ErrnoOf(QseeRig.SayAsync(mine, "x")));
            rig.Qsee.SetLoaded("mine", true);
            await rig.DelayAsync(1);
            Assert.Equal("mine", await QseeRig.SayAsync(mine, "x"));
        }, Restarting, o => o.ConfirmsApps = true);
    }

    private static void Restarting(MinkActors.Emulator.Qsee.QseeOptions qsee)
    {
        qsee.ReusesAppIds = true;
        qsee.Load("mine", () => new CodeApp(call => { call.Respond("mine"u8); return default; }));
        qsee.Offer("thief", () => new CodeApp(call => { call.Respond("stolen"u8); return default; }));
    }

    [Fact]
    public void D138_Given_an_SMC_that_never_returns_When_another_application_is_called_Then_it_ends_at_its_deadline()
    {
        var peer = new ScriptedQsee((smc, n) => ScriptedQsee.Is(smc, QseecomCall.AppSend) && n == 0 ? ScriptedQsee.Never : null);
        QseeRig.Script(async rig =>
        {
            rig.LeavesSomething = true;
            var app = await rig.System.FindAppAsync("app");
            var stuck = QseeRig.SayAsync(app, "x", new CallOptions { Deadline = TimeSpan.FromSeconds(5) });
            await rig.DelayAsync(10);
            var waiting = await Assert.ThrowsAsync<QseecomException>(() => rig.System.FindAppAsync("app", new CallOptions { Deadline = TimeSpan.FromSeconds(1) }));
            Assert.Equal((QseecomErrno.ETIMEDOUT, true), (waiting.Errno, waiting.IsRetrySafe));
            var failed = await Assert.ThrowsAsync<QseecomException>(() => stuck);
            Assert.Equal((QseecomErrno.ETIMEDOUT, false), (failed.Errno, failed.IsRetrySafe));
        }, peer);
    }

    [Fact]
    public void D138_Given_a_call_that_waits_for_a_silent_listener_When_another_application_is_called_Then_it_is_served()
    {
        QseeRig.Simulate(async rig =>
        {
            await using var listener = await rig.System.RegisterListenerAsync(0x2000, 4096, new CodeListener(async (_, token) => await Task.Delay(Timeout.InfiniteTimeSpan, rig.Actors.Time, token)));
            var stuck = QseeRig.SayAsync(await rig.System.FindAppAsync("stuck"), "x");
            Assert.Equal("hi", await QseeRig.SayAsync(await rig.System.FindAppAsync(QseeRig.Echo), "hi"));
            Assert.Equal(QseecomErrno.ENODEV, await QseeRig.ErrnoOf(stuck));    // at the listener's deadline
        }, qsee => qsee.Load("stuck", () => CodeApp.Asking(0x2000)));
    }

    [Fact]
    public void D139_Given_no_shared_memory_When_called_Then_ENOMEM_names_it_and_says_that_a_retry_is_safe()
    {
        QseeRig.Simulate(async rig =>
        {
            var app = await rig.System.FindAppAsync(QseeRig.Echo);
            var failure = await Assert.ThrowsAsync<QseecomException>(() => app.SendAsync(new byte[100_000], new byte[10]));
            Assert.Equal((QseecomErrno.ENOMEM, true), (failure.Errno, failure.IsRetrySafe));
            Assert.Contains("shared memory", failure.Message, StringComparison.Ordinal);
            Assert.Equal(QseecomErrno.ENOMEM, await QseeRig.ErrnoOf(rig.System.RegisterListenerAsync(5, 100_000, new CodeListener())));
            Assert.Equal("hi", await QseeRig.SayAsync(app, "hi"));
        }, options: o => o.MemoryBudget = 4 * 4096);
    }

    [Fact]
    public void Given_an_old_QSEE_When_buffers_lie_above_4_GiB_Then_ENOMEM_and_no_call()
    {
        QseeRig.Simulate(async rig =>
        {
            Assert.Equal(QseecomErrno.ENOMEM, await QseeRig.ErrnoOf(rig.System.FindAppAsync(QseeRig.Echo)));
            Assert.Equal("", rig.Calls);
        }, qsee => qsee.Version = new FeatureVersion(3u << 22));
    }

    [Fact]
    public void Given_calls_under_way_When_the_system_stops_Then_each_caller_gets_ENODEV_and_nothing_is_left()
    {
        QseeRig.Simulate(async rig =>
        {
            await rig.System.RegisterListenerAsync(0x2000, 4096, new CodeListener(async (_, token) => await Task.Delay(Timeout.InfiniteTimeSpan, rig.Actors.Time, token)));
            var stuck = QseeRig.SayAsync(await rig.System.FindAppAsync("stuck"), "x");
            await rig.DelayAsync(5);
            var left = await rig.System.StopAsync();
            Assert.True(left.IsClean, left.ToString());
            Assert.Equal(QseecomErrno.ENODEV, await QseeRig.ErrnoOf(stuck));
            Assert.True(rig.Qsee!.IsClean);
        }, qsee => qsee.Load("stuck", () => CodeApp.Asking(0x2000)));
    }

    private sealed class Closing(Action close) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            close();
            return ValueTask.CompletedTask;
        }
    }
}
