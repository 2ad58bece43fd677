using System.Collections.Concurrent;
using MinkActors.Emulator;
using MinkActors.Protocol;

namespace MinkActors.Tests.Ownership;

/// <summary>spec/01 section 5, rows 20 to 30: who owns what in a callback request.</summary>
public sealed class CallbackRowsTests
{
    /// <summary>S is given an object for good, calls it back as the script says, and gives it up.</summary>
    private static async Task WithCallback(Rig rig, Callback x, Func<ScriptedCall, uint, Task> script)
    {
        rig.World.Next(async call =>
        {
            var id = call.InputObject(0);
            await script(call, id);
            call.Release(id).Complete();
        });
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).EnsureOk().Dispose();
        await x.WhenReleased;
        Assert.Equal(1, x.Releases);
    }

    [Theory, InlineData(Engine.Simulation), InlineData(Engine.ThreadPool)]
    public Task Row_20_Given_a_request_When_served_Then_the_target_is_held_until_the_reply_was_submitted(Engine engine) => Rig.Run(engine, async rig =>
    {
        var during = 0;
        Capability? own = null;
        var x = new Callback(_ =>
        {
            during = own!.Target.References;
            return ResultCode.Ok;
        });
        own = rig.Mink.Export(x);
        var after = 0;
        rig.World.Next(async call =>
        {
            var id = call.InputObject(0);
            Assert.Equal(ResultCode.Ok, (await call.CallBack(id)).Result);
            await call.CallBack(0x80000000, PrimordialOperation.Yield);
            after = own.Target.References;
            call.Release(id).Complete();
        });
        (await rig.Mink.Root.InvokeAsync(5, Argument.In(own))).EnsureOk().Dispose();
        Assert.Equal((4, 3), (during, after));    // handle, S, driver copy; and the request
        own.Dispose();
        await x.WhenReleased;
    });

    [Theory, InlineData(false), InlineData(true)]
    public void Row_21_Given_IO_When_dispatched_Then_each_is_a_reference_of_its_own_and_put_if_not_taken(bool takes) => Rig.Simulate(async rig =>
    {
        var taken = new List<Capability>();
        using var mine = rig.Mink.Export(new Callback());
        var x = new Callback(call =>
        {
            Assert.Null(call.InputObject(0));
            Assert.Equal(ObjectKind.Secure, call.InputObject(1)!.Kind);
            Assert.NotSame(call.InputObject(1)!.Target, call.InputObject(2)!.Target);    // section 4: two arrivals, two handles
            Assert.Equal(ObjectKind.Callback, call.InputObject(3)!.Kind);
            if (takes) for (var i = 1; i < 3; i++) taken.Add(call.TakeInput(i)!);
            return ResultCode.Ok;
        });
        await WithCallback(rig, x, async (call, id) => Assert.Equal(ResultCode.Ok, (await call.CallBack(id, objects: [0, 9, 9, id])).Result));
        void Nothing(Capability handle) => Assert.Equal(1, handle.Target.References);
        taken.ForEach(Nothing);
        taken.ForEach(handle => handle.Dispose());
        await rig.Mink.DrainReleasesAsync();
        Assert.Equal([9u, 9u], rig.World.Released);
    }, seeds: 6);

    [Theory]
    [InlineData(0x8000ABCDu)]
    [InlineData(1u)]
    [InlineData(0x80000000u)]
    public void D12_D24_Row_22_Given_a_good_and_a_bad_IO_When_parsed_Then_UNAVAIL_and_the_good_one_is_put_and_nobody_called(uint bad) => Rig.Simulate(async rig =>
    {
        var x = new Callback();
        await WithCallback(rig, x, async (call, id) =>
        {
            Assert.Equal(ResultCode.Unavailable, (await call.CallBack(id, inputs: [[1, 2, 3]], objects: [9, id, bad, 10])).Result);
            await call.CallBack(0x80000000, PrimordialOperation.Yield);
            Assert.Equal(3, rig.Mink.Domain.Table.Entries().Single().Target.References);
        });
        await rig.Mink.DrainReleasesAsync();
        Assert.Equal(0, x.Calls);
        Assert.Equal([9u, 10u], rig.World.Released.Order());
    });

    [Fact]
    public void Row_23_Given_a_dispatcher_that_fails_with_outputs_set_When_answered_Then_inputs_and_outputs_are_put() => Rig.Simulate(async rig =>
    {
        var made = new Callback();
        var x = new Callback(call =>
        {
            call.SetOutputObject(0, made);
            call.SetOutputObject(1, call.InputObject(0));
            return (ResultCode)77;
        });
        await WithCallback(rig, x, async (call, id) =>
        {
            var reply = await call.CallBack(id, outputs: [8], objects: [9], outputObjects: 2);
            Assert.Equal((ResultCode)77, reply.Result);
        });
        await made.WhenReleased;
        await rig.Mink.DrainReleasesAsync();
        Assert.Equal([9u], rig.World.Released);
    });

    [Fact]
    public void Row_24_and_26_Given_outputs_When_the_reply_is_taken_Then_S_owns_each_callback_and_keeps_its_secure_objects() => Rig.Simulate(async rig =>
    {
        var made = new Callback();
        var x = new NotifiedCallback(call =>
        {
            call.SetOutputObject(0, made);
            call.SetOutputObject(1, call.InputObject(0)!.Retain());
            call.Write(0, 0x1234);
            return ResultCode.Ok;
        });
        await WithCallback(rig, x, async (call, id) =>
        {
            var reply = await call.CallBack(id, outputs: [8], objects: [9], outputObjects: 3);
            Assert.True(reply.IsSound);
            Assert.Equal((0x34, 4), (reply.Output(0)[0], reply.Output(0).Length));
            Assert.Equal(9u, reply.OutputObject(1));
            Assert.Equal(0u, reply.OutputObject(2));
            await call.CallBack(0x80000000, PrimordialOperation.Yield);
            Assert.Equal(1, rig.Mink.Domain.Table.Entries().Single(entry => entry.Id.Value == reply.OutputObject(0)).Target.References);
            Assert.Equal(ResultCode.Ok, (await call.CallBack(reply.OutputObject(0))).Result);
            call.Release(reply.OutputObject(0));
        });
        await made.WhenReleased;
        Assert.Equal(1, made.Calls);
        Assert.Equal([true], x.Notices);
    });

    [Fact]
    public void Row_25_Given_no_id_for_an_output_When_answered_Then_BUSY_no_id_is_kept_and_the_object_is_told() => Rig.Simulate(async rig =>
    {
        var (one, two) = (new Callback(), new Callback());
        var x = new NotifiedCallback(call =>
        {
            call.SetOutputObject(0, one);
            call.SetOutputObject(1, two);
            return ResultCode.Ok;
        });
        await WithCallback(rig, x, async (call, id) =>
        {
            Assert.Equal(ResultCode.Busy, (await call.CallBack(id, outputObjects: 2)).Result);
            Assert.Equal(1, rig.Mink.Domain.Table.Count);
        });
        await one.WhenReleased;
        await two.WhenReleased;
        Assert.Equal([false], x.Notices);
    }, new MinkLimits { CallbackIds = 2 });

    [Theory, InlineData(true), InlineData(false)]
    public void D16_Row_27_Given_a_reply_with_a_callback_OO_When_the_submission_fails_Then_its_id_is_taken_back_and_the_object_put(bool ok) => Rig.Simulate(async rig =>
    {
        rig.LeavesSomething = true;    // quarantine
        var made = new Callback();
        var x = new NotifiedCallback(call =>
        {
            call.SetOutputObject(0, made);
            return ok ? ResultCode.Ok : ResultCode.Error;
        });
        var handle = rig.Mink.Export(x);
        uint id = 0, lost = 0;
        rig.World.Next(async call =>
        {
            id = call.InputObject(0);
            var reply = await call.CallBack(id, outputObjects: 1);
            lost = ok ? reply.OutputObject(0) : 0x80000002;
            call.Fail(-5);
        });
        var failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await rig.Mink.Root.InvokeAsync(5, Argument.In(handle)));
        Assert.Equal((Errno.ENODEV, InvocationPhase.Callback), (failure.Errno, failure.Phase));
        handle.Dispose();
        await made.WhenReleased;
        rig.World.Next(async call =>
        {
            Assert.Equal(ResultCode.Unavailable, (await call.CallBack(lost)).Result);
            call.Release(id).Complete();
        });
        (await rig.Mink.Root.InvokeAsync(5)).Dispose();
        await x.WhenReleased;
        Assert.Equal(ok ? [false] : [], x.Notices);
        Assert.Equal((0, 1), (rig.Mink.Domain.Table.Count, made.Releases));
    });

    [Fact]
    public void Row_28_Given_RELEASE_as_a_request_When_it_carries_references_Then_the_id_dies_and_they_are_put() => Rig.Simulate(async rig =>
    {
        var x = new NotifiedCallback();
        rig.World.Next(async call =>
        {
            var id = call.InputObject(0);
            Assert.Equal(ResultCode.Ok, (await call.CallBack(id, 0xFFFF, inputs: [[1]], outputs: [4], objects: [9, 0x80007777], outputObjects: 1)).Result);
            Assert.Equal(ResultCode.Unavailable, (await call.CallBack(id)).Result);
            Assert.Equal(ResultCode.Unavailable, (await call.CallBack(id, 0xFFFF)).Result);
            Assert.Equal(ResultCode.Unavailable, (await call.CallBack(id, 0xFFFE)).Result);
            call.Complete();
        });
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).EnsureOk().Dispose();
        await x.WhenReleased;
        await rig.Mink.DrainReleasesAsync();
        Assert.Equal((0, 1), (x.Calls, x.Releases));
        Assert.Empty(x.Notices);
        Assert.Equal([9u], rig.World.Released);
    });

    [Fact]
    public void D05_Row_29_Given_RETAIN_RELEASE_RELEASE_When_sent_Then_the_id_lives_after_the_first_and_release_runs_once() => Rig.Simulate(async rig =>
    {
        var x = new Callback();
        rig.World.Next(async call =>
        {
            var id = call.InputObject(0);
            Assert.Equal(ResultCode.Ok, (await call.CallBack(id, 0x0003FFFE)).Result);    // modifiers are masked
            Assert.Equal(ResultCode.Ok, (await call.CallBack(id, 0xFFFF)).Result);
            Assert.Equal(ResultCode.Ok, (await call.CallBack(id)).Result);
            Assert.Equal(ResultCode.Ok, (await call.CallBack(id, 0xFFFF)).Result);
            Assert.Equal(ResultCode.Unavailable, (await call.CallBack(id)).Result);
            call.Complete();
        });
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).EnsureOk().Dispose();
        await x.WhenReleased;
        Assert.Equal((1, 1), (x.Calls, x.Releases));
    });

    [Fact]
    public void Row_28_and_29_Given_the_primordial_id_When_released_or_retained_Then_0_and_nothing_happens() => Rig.Simulate(async rig =>
    {
        rig.World.Next(async call =>
        {
            Assert.Equal(ResultCode.Ok, (await call.CallBack(0x80000000, 0xFFFF)).Result);
            Assert.Equal(ResultCode.Ok, (await call.CallBack(0x80000000, 0xFFFE)).Result);
            Assert.Equal(ResultCode.Ok, (await call.CallBack(0x80000000, PrimordialOperation.Yield)).Result);
            call.Complete();
        });
        (await rig.Mink.Root.InvokeAsync(5)).EnsureOk().Dispose();
    });

    [Fact]
    public void Row_30_Given_an_async_release_after_RETAIN_When_read_Then_one_reference_goes_and_the_id_lives() => Rig.Simulate(async rig =>
    {
        var x = new Callback();
        rig.World.Next(async call =>
        {
            var id = call.InputObject(0);
            await call.CallBack(id, 0xFFFE);
            Assert.Equal(ResultCode.Ok, (await call.Release(id).CallBack(id)).Result);
            Assert.Equal(ResultCode.Unavailable, (await call.Release(id).CallBack(id)).Result);    // section 6: released before dispatch
            call.Release(id).Complete();    // unknown ids are skipped
        });
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).EnsureOk().Dispose();
        await x.WhenReleased;
        Assert.Equal((1, 1), (x.Calls, x.Releases));
    });

    [Fact]
    public void D06_Given_two_RELEASE_of_one_id_at_once_When_interleaved_Then_one_gets_0_and_the_client_keeps_its_reference() => Rig.Simulate(async rig =>
    {
        var results = new ConcurrentQueue<ResultCode>();    // on threads S is entered by both calls at once
        using var handle = rig.Mink.Export(new Callback());
        rig.World.Next(call => call.Complete());
        (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).Dispose();
        rig.World.Otherwise = async call =>
        {
            results.Enqueue((await call.CallBack(0x80000001, 0xFFFF)).Result);
            call.Complete();
        };
        var first = rig.Mink.Root.InvokeAsync(6);
        var second = rig.Mink.Root.InvokeAsync(6);
        (await first).Dispose();
        (await second).Dispose();
        Assert.Equal([ResultCode.Unavailable, ResultCode.Ok], results.Order());
        Assert.Equal(1, handle.Target.References);
    }, seeds: 100);

    [Fact]
    public void D72_Given_RELEASE_and_a_call_of_one_id_at_once_When_interleaved_Then_the_call_runs_on_a_held_object_or_finds_none() => Rig.Simulate(async rig =>
    {
        var isReleased = false;
        var x = new Callback(_ => isReleased ? ResultCode.Error : ResultCode.Ok);
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).Dispose();
        _ = x.WhenReleased.ContinueWith(_ => isReleased = true, TaskContinuationOptions.ExecuteSynchronously);
        rig.World.Next(async call =>
        {
            Assert.Equal(ResultCode.Ok, (await call.CallBack(0x80000001, 0xFFFF)).Result);
            call.Complete();
        });
        rig.World.Next(async call =>
        {
            var result = (await call.CallBack(0x80000001)).Result;
            Assert.Equal(x.Calls == 1 ? ResultCode.Ok : ResultCode.Unavailable, result);
            call.Complete();
        });
        var first = rig.Mink.Root.InvokeAsync(6);
        var second = rig.Mink.Root.InvokeAsync(6);
        (await first).Dispose();
        (await second).Dispose();
        await x.WhenReleased;
    }, seeds: 100);
}
