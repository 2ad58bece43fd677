using MinkActors.Emulator;
using MinkActors.Protocol;

namespace MinkActors.Tests.Ownership;

/// <summary>spec/01 section 5, rows 1 to 10: who owns the arguments of a direct invocation.</summary>
public sealed class DirectCallRowsTests
{
    [Theory, InlineData(Engine.Simulation), InlineData(Engine.ThreadPool)]
    public Task Row_1_Given_a_callback_input_When_the_call_runs_Then_S_holds_one_reference_and_the_call_one(Engine engine) => Rig.Run(engine, async rig =>
    {
        var x = new Callback();
        var handle = rig.Mink.Export(x);
        var during = 0;
        rig.World.Next(call =>
        {
            during = handle.Target.References;
            call.Release(call.InputObject(0)).Complete();
        });
        (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).Dispose();
        Assert.Equal(3, during);    // handle + S + driver copy
        handle.Dispose();
        await x.WhenReleased;
        Assert.Equal(1, x.Releases);
    });

    [Fact]
    public void Row_1_Given_a_secure_input_When_the_call_runs_Then_the_handle_is_held_for_the_call() => Rig.Simulate(async rig =>
    {
        using var secure = await rig.Receive(9);
        var during = 0;
        rig.World.Next(call =>
        {
            during = secure.Target.References;
            Assert.Equal(9u, call.InputObject(0));
            call.Complete();
        });
        (await rig.Mink.Root.InvokeAsync(5, Argument.In(secure))).Dispose();
        Assert.Equal((2, 1), (during, secure.Target.References));
    });

    [Fact]
    public void Row_2_Given_a_good_and_a_disposed_input_When_prepared_Then_nothing_is_sent_and_both_counts_are_as_before() => Rig.Simulate(async rig =>
    {
        var good = new Callback();
        using var handle = rig.Mink.Export(good);
        var gone = rig.Mink.Export(new Callback());
        gone.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await rig.Mink.Root.InvokeAsync(5, Argument.In(handle), Argument.In(gone)));
        Assert.Equal(1, handle.Target.References);
        Assert.Equal(0, rig.World.Entered);
    });

    [Fact]
    public void Row_3_Given_a_full_object_table_When_a_call_exports_Then_ids_taken_are_taken_back_and_the_counts_are_as_before() => Rig.Simulate(async rig =>
    {
        using var one = rig.Mink.Export(new Callback());
        using var two = rig.Mink.Export(new Callback());
        var failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await rig.Mink.Root.InvokeAsync(5, Argument.In(one), Argument.In(two)));
        Assert.Equal((Errno.ENOSPC, true, InvocationPhase.Preparing), (failure.Errno, failure.IsRetrySafe, failure.Phase));
        Assert.Equal((1, 1), (one.Target.References, two.Target.References));
        Assert.Equal(0, rig.World.Entered);
        rig.World.Next(call => call.Release(call.InputObject(0)).Complete());
        (await rig.Mink.Root.InvokeAsync(5, Argument.In(one))).Dispose();
    }, new MinkLimits { CallbackIds = 1 });

    [Fact]
    public void Row_3_Given_no_memory_for_buffers_When_called_Then_refused_as_retryable_and_the_counts_are_as_before() => Rig.Simulate(async rig =>
    {
        using var region = rig.Mink.ShareMemory(4096);
        using var x = rig.Mink.Export(new Callback());
        var failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await rig.Mink.Root.InvokeAsync(5, Argument.In([1, 2, 3]), Argument.In(x)));
        Assert.Equal((Errno.ENOMEM, ResultCode.KernelMemory, true), (failure.Errno, failure.Code, failure.IsRetrySafe));
        failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await rig.Mink.Root.InvokeAsync(5, Argument.In(x)));
        Assert.Equal((Errno.ENOMEM, true), (failure.Errno, failure.IsRetrySafe));
        Assert.Equal(1, x.Target.References);
        region.Dispose();
    }, configure: options => options.MemoryBudget = 4096);

    [Theory]
    [InlineData(-1, Errno.EIO)]
    [InlineData(-2, Errno.EINVAL)]
    [InlineData(-3, Errno.EINVAL)]
    [InlineData(-4, Errno.EOPNOTSUPP)]
    [InlineData(-5, Errno.ENOMEM)]
    [InlineData(-77, Errno.EINVAL)]
    [InlineData(2, Errno.EINVAL)]
    public void D16_Row_4_Given_a_refused_first_submission_When_it_held_objects_Then_ids_and_references_are_taken_back(long status, Errno errno) => Rig.Simulate(async rig =>
    {
        var x = new Callback();
        using var secure = await rig.Receive(9);
        var handle = rig.Mink.Export(x);
        uint id = 0;
        rig.World.Next(call =>
        {
            id = call.InputObject(0);
            call.Fail(status);
        });
        var failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await rig.Mink.Root.InvokeAsync(5, Argument.In(handle), Argument.In(secure), Argument.In(handle)));
        Assert.Equal((errno, true), (failure.Errno, failure.IsRetrySafe));
        Assert.Equal((1, 1), (handle.Target.References, secure.Target.References));
        Assert.Empty(rig.Mink.Domain.Table.Entries());
        await RequireDead(rig, id);
        handle.Dispose();
        await x.WhenReleased;
        Assert.Equal(0, x.Calls);
    });

    [Fact]
    public void D16_Row_4_Given_an_id_that_S_guessed_and_retained_When_the_message_that_carries_it_is_refused_Then_it_dies_with_all_behind_it() => Rig.Simulate(async rig =>
    {
        var x = new Callback();
        var handle = rig.Mink.Export(x);
        var inside = new TaskCompletionSource();
        var carries = new TaskCompletionSource<ScriptedCall>();
        uint id = 0;
        rig.World.Next(async guesses =>
        {
            inside.SetResult();
            var refused = await carries.Task;
            id = refused.InputObject(0);
            Assert.Equal(ResultCode.Ok, (await guesses.CallBack(id, 0xFFFE)).Result);
            Assert.Equal(ResultCode.Ok, (await guesses.CallBack(id, 0xFFFE)).Result);
            refused.Fail(-5);
            guesses.Complete();
        });
        var guessing = rig.Mink.Root.InvokeAsync(5);
        await inside.Task;
        rig.World.Next(carries.SetResult);
        await Assert.ThrowsAsync<MinkTransportException>(async () => await rig.Mink.Root.InvokeAsync(5, Argument.In(handle)));
        (await guessing).Dispose();
        Assert.Equal(1, handle.Target.References);
        Assert.Empty(rig.Mink.Domain.Table.Entries());
        await RequireDead(rig, id);
        handle.Dispose();
        await x.WhenReleased;
        Assert.Equal((0, 1), (x.Calls, x.Releases));
    });

    [Fact]
    public void D52_Row_4_Given_a_hundred_refused_submissions_When_each_returns_Then_the_count_is_as_before() => Rig.Simulate(async rig =>
    {
        using var x = rig.Mink.Export(new Callback());
        for (var i = 0; i < 100; i++)
        {
            rig.World.Next(call => call.Fail(-1));
            await Assert.ThrowsAsync<MinkTransportException>(async () => await rig.Mink.Root.InvokeAsync(5, Argument.In(x)));
            Assert.Equal(1, x.Target.References);
        }
    }, seeds: 2);

    [Theory, InlineData(false), InlineData(true)]
    public void Row_5_Given_S_saw_the_message_When_a_later_submission_fails_Then_S_keeps_its_reference_until_it_releases(bool malformed) => Rig.Simulate(async rig =>
    {
        rig.LeavesSomething = true;    // the buffers stay in quarantine
        var x = new Callback();
        var handle = rig.Mink.Export(x);
        uint id = 0;
        rig.World.Next(async call =>
        {
            id = call.InputObject(0);
            if (malformed) await call.CallBackRaw(0, 0, 0, 0, 1, 0, 0, 0x80, 7, 0, 0, 0, 0, 0, 1, 0);
            else await call.CallBack(0x80000000, PrimordialOperation.Yield);
            call.Fail(-1);
        });
        var failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await rig.Mink.Root.InvokeAsync(5, Argument.In(handle)));
        Assert.Equal((Errno.ENODEV, ResultCode.Defunct, false), (failure.Errno, failure.Code, failure.IsRetrySafe));
        Assert.Equal(2, handle.Target.References);
        handle.Dispose();
        rig.World.Next(async call =>
        {
            Assert.Equal(ResultCode.Ok, (await call.CallBack(id)).Result);
            call.Release(id).Complete();
        });
        (await rig.Mink.Root.InvokeAsync(5)).Dispose();
        await x.WhenReleased;
        Assert.Equal((1, 1), (x.Calls, x.Releases));
        Assert.Equal(8192, rig.Mink.GetLiveReferences().QuarantinedBytes);
    });

    [Theory]
    [InlineData(ResultCode.Ok)]
    [InlineData((ResultCode)5)]
    [InlineData(ResultCode.BadObject)]
    public void D51_Row_6_and_7_Given_any_result_When_the_call_completed_Then_S_owns_the_input_until_it_releases(ResultCode result) => Rig.Simulate(async rig =>
    {
        var (x, y) = (new Callback(), new Callback());
        uint[] ids = [];
        rig.World.Next(call =>
        {
            ids = [call.InputObject(0), call.InputObject(1)];
            call.Complete(result);
        });
        using (var a = rig.Mink.Export(x))
        using (var b = rig.Mink.Export(y))
        {
            using var reply = await rig.Mink.Root.InvokeAsync(5, Argument.In(a), Argument.In(b));
            Assert.Equal(result, reply.Code);
        }
        Assert.Equal((0, 0, 2), (x.Releases, y.Releases, rig.Mink.Domain.Table.Count));
        rig.World.Next(call => call.Release(ids).Complete(result));
        (await rig.Mink.Root.InvokeAsync(6)).Dispose();
        await x.WhenReleased;
        await y.WhenReleased;
        Assert.Equal((1, 1), (x.Releases, y.Releases));
    });

    [Fact]
    public void Row_8_Given_an_output_that_is_ours_When_it_comes_back_Then_the_caller_owns_one_more_reference() => Rig.Simulate(async rig =>
    {
        var x = new Callback();
        var handle = rig.Mink.Export(x);
        rig.World.Next(call => call.OutputObject(0, call.InputObject(0)).Complete());
        using var reply = await rig.Mink.Root.InvokeAsync(5, Argument.In(handle), Argument.OutObject);
        using var back = reply.TakeObject()!;
        Assert.Same(handle.Target, back.Target);
        Assert.Equal(3, back.Target.References);    // two handles and S
        handle.Dispose();
        rig.World.Next(call => call.Release(0x80000001).Complete());
        (await rig.Mink.Root.InvokeAsync(6)).Dispose();
        Assert.Equal(1, back.Target.References);
    });

    [Theory]
    [InlineData(0x80000009u)]    // unknown
    [InlineData(1u)]             // D-24: root
    [InlineData(0x80000000u)]    // D-24: primordial
    public void D24_Row_8_and_9_Given_an_output_that_names_nothing_When_parsed_Then_UNAVAIL_and_every_other_output_is_put(uint bad) => Rig.Simulate(async rig =>
    {
        rig.World.Next(call => call.OutputObject(0, 20).OutputObject(1, bad).OutputObject(2, 21).Output(0, 1, 2).Complete());
        using (var reply = await rig.Mink.Root.InvokeAsync(5, Argument.Out(4), Argument.OutObject, Argument.OutObject, Argument.OutObject))
        {
            Assert.Equal(ResultCode.Unavailable, reply.Code);
            Assert.Throws<InvalidOperationException>(() => reply.Output(0).Length);
        }
        await rig.Mink.DrainReleasesAsync();
        Assert.Equal([20u, 21u], rig.World.Released.Order());
        await rig.NextCallWorks();
    });

    [Fact]
    public void D23_D43_Row_10_Given_a_full_handle_table_When_objects_arrive_Then_UNAVAIL_and_one_RELEASE_for_each() => Rig.Simulate(async rig =>
    {
        using var held = await rig.Receive(9);
        rig.World.Next(call => call.OutputObject(0, 20).OutputObject(1, 21).OutputObject(2, 22).Complete());
        using (var reply = await rig.Mink.Root.InvokeAsync(5, Argument.OutObject, Argument.OutObject, Argument.OutObject)) Assert.Equal(ResultCode.Unavailable, reply.Code);
        await rig.Mink.DrainReleasesAsync();
        Assert.Equal([20u, 21u, 22u], rig.World.Released.Order());
        Assert.Contains(rig.Refusals, refusal => refusal.Contains("2 secure handles", StringComparison.Ordinal));
        await rig.NextCallWorks();
    }, new MinkLimits { SecureHandles = 2 });

    [Theory, InlineData(0x10000u), InlineData(0xFFFFu), InlineData(0xFFFEu), InlineData(0x0001FFFFu)]
    public void D15_D78_Given_a_forbidden_op_When_called_with_inputs_Then_EINVAL_nothing_sent_and_counts_as_before(uint operation) => Rig.Simulate(async rig =>
    {
        using var x = rig.Mink.Export(new Callback());
        using var region = rig.Mink.ShareMemory(100);
        using var secure = await rig.Receive(9);
        var entered = rig.World.Entered;
        foreach (var target in new[] { secure, rig.Mink.Root })
        {
            var failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await target.InvokeAsync(operation, Argument.In(x), Argument.In(region)));
            Assert.Equal((Errno.EINVAL, ResultCode.Invalid), (failure.Errno, failure.Code));
        }
        Assert.Equal((1, 1, entered), (x.Target.References, region.Target.References, rig.World.Entered));
        (await secure.InvokeAsync(3)).EnsureOk().Dispose();
    });

    [Fact]
    public void Section_2_Given_null_inputs_When_sent_Then_S_reads_null_and_nothing_is_owned() => Rig.Simulate(async rig =>
    {
        rig.World.Next(call =>
        {
            Assert.Equal((0u, 0u), (call.InputObject(0), call.InputObject(1)));
            call.Complete();
        });
        (await rig.Mink.Root.InvokeAsync(5, Argument.In((Capability?)null), Argument.In((Capability?)null))).EnsureOk().Dispose();
    }, seeds: 2);

    /// <summary>The secure world asks for the object behind the id, and there is none.</summary>
    private static async Task RequireDead(Rig rig, uint id)
    {
        rig.World.Next(async call =>
        {
            Assert.Equal(ResultCode.Unavailable, (await call.CallBack(id)).Result);
            call.Complete();
        });
        (await rig.Mink.Root.InvokeAsync(5)).Dispose();
    }
}
