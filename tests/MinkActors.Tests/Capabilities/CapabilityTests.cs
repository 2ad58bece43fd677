using MinkActors.Emulator;
using MinkActors.Protocol;

namespace MinkActors.Tests.Capabilities;

/// <summary>References as users hold them: counted, moved, misused (spec/11 D-15, D-83, I-04).</summary>
public sealed class CapabilityTests
{
    [Fact]
    public void D83_Given_a_released_reference_When_used_after_1000_new_objects_Then_it_is_an_error_and_reaches_none() => Rig.Simulate(async rig =>
    {
        var old = await rig.Receive(9);
        old.Dispose();
        old.Dispose();
        await rig.Mink.DrainReleasesAsync();
        for (var i = 0; i < 1000; i++) (await rig.Receive(9)).Dispose();
        await rig.Mink.DrainReleasesAsync();
        var entered = rig.World.Entered;
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await old.InvokeAsync(1));
        Assert.Throws<ObjectDisposedException>(() => old.Retain());
        Assert.Throws<ObjectDisposedException>(() => old.Kind);
        Assert.False(old.IsLive);
        Assert.Equal(entered, rig.World.Entered);
        Assert.Equal(1001, rig.World.Released.Count);
    }, seeds: 1);

    [Fact]
    public void Section_1_Given_the_root_When_disposed_Then_nothing_happens_and_other_references_are_still_listed() => Rig.Simulate(async rig =>
    {
        using var held = rig.Mink.Export(new Callback());
        rig.Mink.Root.Dispose();
        rig.Mink.Root.Dispose();
        Assert.Single(rig.Mink.GetLiveReferences().References);
        await rig.NextCallWorks();
        Assert.Empty(rig.World.Released);
    }, seeds: 2);

    [Fact]
    public async Task Given_a_reference_of_another_system_When_passed_as_input_Then_refused_and_both_systems_are_clean()
    {
        await Rig.OnThreads(one => Rig.OnThreads(async two =>
        {
            using var foreign = one.Mink.Export(new Callback());
            using var own = two.Mink.Export(new Callback());
            var failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await two.Mink.Root.InvokeAsync(1, Argument.In(own), Argument.In(foreign)));
            Assert.Equal(ResultCode.BadObject, failure.Code);
            Assert.Equal((1, 1), (foreign.Target.References, own.Target.References));
        }));
    }

    [Fact]
    public void Given_a_disposed_reply_When_read_again_Then_it_throws_and_the_next_call_is_untouched() => Rig.Simulate(async rig =>
    {
        rig.World.Next(call => call.Output(0, 1).OutputObject(0, 9).Complete());
        var reply = await rig.Mink.Root.InvokeAsync(1, Argument.Out(1), Argument.OutObject);
        reply.Dispose();
        rig.World.Next(call => call.Output(0, 2).Complete());
        using var next = await rig.Mink.Root.InvokeAsync(1, Argument.Out(1));
        reply.Dispose();
        Assert.Throws<InvalidOperationException>(() => reply.Output(0).Length);
        Assert.Throws<InvalidOperationException>(() => reply.TakeObject());
        Assert.Equal(2, next.Output(0)[0]);
    }, seeds: 2);

    [Fact]
    public void Given_a_local_call_When_objects_pass_both_ways_Then_the_same_rules_hold() => Rig.Simulate(async rig =>
    {
        var made = new Callback();
        var x = new Callback(call =>
        {
            call.SetOutputObject(0, made);
            call.SetOutputObject(1, call.TakeInput(0));
            call.Write(0, (byte)(call.Input(0)[0] + 1));
            return ResultCode.Ok;
        });
        using (var handle = rig.Mink.Export(x))
        {
            using var reply = await handle.InvokeAsync(3, Argument.In([41]), Argument.Out(4), Argument.In(handle), Argument.OutObject, Argument.OutObject);
            Assert.Equal([42], reply.EnsureOk().Output(0).ToArray());
            using var back = reply.TakeObject(1)!;
            Assert.Same(handle.Target, back.Target);
        }
        await made.WhenReleased;
        await x.WhenReleased;
        Assert.Equal(0, rig.World.Entered);
    });

    [Theory, InlineData(true), InlineData(false)]
    public void Given_an_observer_or_a_world_that_throws_When_a_call_runs_Then_its_caller_is_told_and_does_not_hang(bool observer) => Rig.Simulate(async rig =>
    {
        rig.ExpectsFailure = rig.LeavesSomething = true;
        var failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await rig.Mink.Root.InvokeAsync(66));
        Assert.Equal((ResultCode.Defunct, Errno.EIO), (failure.Code, failure.Errno));
        Assert.Equal("deliberate", failure.InnerException!.Message);
        await rig.Eventually(() => rig.Failures == 1);
        await rig.NextCallWorks();
    }, new MinkLimits { StopDeadline = TimeSpan.FromSeconds(1) }, seeds: 2, configure: options =>
    {
        if (observer) options.Observer = new Faulty();
        else options.WrapSecureWorld((inner, _) => new FaultyWorld(inner));
    });

    private sealed class Faulty : IMinkObserver
    {
        void IMinkObserver.Invoked(MinkActors.Actors.ActorRef invocation, MinkActors.Actors.ActorRef target, Operation operation, ArgumentCounts counts, int bytes)
        {
            if (operation.Method == 66) throw new InvalidOperationException("deliberate");
        }
    }

    private sealed class FaultyWorld(ISecureWorld inner) : ISecureWorld
    {
        private bool _hasThrown;

        public void Enter(SecureEntry entry)
        {
            if (!_hasThrown)
            {
                _hasThrown = true;
                throw new InvalidOperationException("deliberate");
            }
            inner.Enter(entry);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
