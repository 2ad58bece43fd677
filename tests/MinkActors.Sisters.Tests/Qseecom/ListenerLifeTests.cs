using MinkActors.Emulator.Qsee;
using MinkActors.Protocol.Qseecom;
using MinkActors.Sisters.Qseecom;

namespace MinkActors.Sisters.Tests.Qseecom;

/// <summary>Spec/08 section 8: listeners are registered and unregistered (check 9).</summary>
public sealed class ListenerLifeTests
{
    private const uint L = AskingApps.Listener;

    [Fact]
    public void Check09_Given_a_registered_listener_When_its_id_is_registered_again_Then_EBUSY()
    {
        QseeRig.Simulate(async rig =>
        {
            await using var listener = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener());
            Assert.Equal(QseecomErrno.EBUSY, await QseeRig.ErrnoOf(rig.System.RegisterListenerAsync(L, 4096, new CodeListener())));
            Assert.Equal("listener-register-smcinvoke", rig.Calls);
        });
    }

    [Fact]
    public void Check09_Given_an_unregistration_under_way_When_the_id_is_registered_again_Then_it_waits_and_succeeds()
    {
        QseeRig.Simulate(async rig =>
        {
            var first = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener());
            var leaving = first.UnregisterAsync();
            await using var second = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener());
            await leaving;
            Assert.Equal("listener-register-smcinvoke listener-deregister listener-register-smcinvoke", rig.Calls);
            Assert.Equal(QseecomErrno.EINVAL, await QseeRig.ErrnoOf(first.UnregisterAsync()));
        });
    }

    [Fact]
    public void Check09_Given_a_failing_deregistration_When_it_is_tried_again_Then_it_succeeds_and_the_listener_is_gone()
    {
        var peer = new ScriptedQsee((smc, n) => ScriptedQsee.Is(smc, QseecomCall.ListenerDeregister) && n < 3 ? ScriptedQsee.Status(ScmStatus.Error) : null);
        QseeRig.Script(async rig =>
        {
            var listener = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener());
            await listener.UnregisterAsync();
            Assert.Equal(4, rig.Smcs.Count(smc => ScriptedQsee.Is(smc, QseecomCall.ListenerDeregister)));
            Assert.Empty(rig.System.Listeners);
        }, peer);
    }

    [Fact]
    public void Check09_Given_a_deregistration_that_never_gets_through_Then_it_stays_queued_and_waits_for_it_end_when_told_to()
    {
        var peer = new ScriptedQsee((smc, _) => ScriptedQsee.Is(smc, QseecomCall.ListenerDeregister) ? ScriptedQsee.Status(ScmStatus.Error) : null);
        QseeRig.Script(async rig =>
        {
            rig.LeavesSomething = true;
            var listener = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener());
            Assert.Equal(QseecomErrno.EIO, await QseeRig.ErrnoOf(listener.UnregisterAsync()));
            Assert.Equal(QseecomErrno.ETIMEDOUT, await QseeRig.ErrnoOf(rig.System.RegisterListenerAsync(L, 4096, new CodeListener(), new CallOptions { Deadline = TimeSpan.FromSeconds(1) })));
            using var source = new CancellationTokenSource();
            var waiting = rig.System.RegisterListenerAsync(L, 4096, new CodeListener(), new CallOptions { CancellationToken = source.Token });
            await rig.DelayAsync(10);
            source.Cancel();
            Assert.Equal(QseecomErrno.ERESTARTSYS, await QseeRig.ErrnoOf(waiting));
            Assert.Equal([L], rig.System.Listeners);
        }, peer);
    }

    [Fact]
    public void Check09_Given_a_QSEE_that_refuses_the_deregistration_Then_EPERM_and_the_listener_is_dropped_but_its_buffer_kept()
    {
        var peer = new ScriptedQsee((smc, _) => ScriptedQsee.Is(smc, QseecomCall.ListenerDeregister) ? ScriptedQsee.Answer(QseecomResult.Failure) : null);
        QseeRig.Script(async rig =>
        {
            rig.LeavesSomething = true;
            var listener = await rig.System.RegisterListenerAsync(L, 4096, new CodeListener());
            Assert.Equal(QseecomErrno.EPERM, await QseeRig.ErrnoOf(listener.UnregisterAsync()));
            Assert.Empty(rig.System.Listeners);
            Assert.Equal(4096, rig.System.Driver.Domain.Buffers.Quarantined);
        }, peer);
    }

    [Theory]
    [InlineData(0ul, QseecomErrno.EPERM)]
    [InlineData(unchecked((ulong)-2), QseecomErrno.EINVAL)]
    public void Given_a_QSEE_that_refuses_a_registration_Then_its_errno_and_nothing_is_left(ulong status, QseecomErrno errno)
    {
        var peer = new ScriptedQsee((smc, _) => ScriptedQsee.Is(smc, QseecomCall.ListenerRegisterSession) ? new QseecomResponse(QseecomResult.Failure, 0, 0).ToRegisters((ScmStatus)status) : null);
        QseeRig.Script(async rig =>
        {
            Assert.Equal(errno, await QseeRig.ErrnoOf(rig.System.RegisterListenerAsync(L, 4096, new CodeListener())));
            Assert.Empty(rig.System.Listeners);
        }, peer);
    }

    [Fact]
    public void Given_id_0_or_basic_mode_When_a_listener_is_registered_Then_it_is_refused_without_a_call()
    {
        QseeRig.Simulate(async rig =>
        {
            Assert.Equal(QseecomErrno.EINVAL, await QseeRig.ErrnoOf(rig.System.RegisterListenerAsync(0, 4096, new CodeListener())));
            Assert.Equal("", rig.Calls);
        });
        QseeRig.Simulate(async rig =>
        {
            Assert.Equal(QseecomErrno.EOPNOTSUPP, await QseeRig.ErrnoOf(rig.System.RegisterListenerAsync(L, 4096, new CodeListener())));
            Assert.Equal("", rig.Calls);
        }, options: o => o.Mode = QseecomMode.Basic);
    }
}
