using MinkActors.Protocol;

namespace MinkActors.Tests.Ownership;

/// <summary>spec/01 section 5, the reference traces; sections 3 and 4, ids.</summary>
public sealed class ReferenceTraceTests
{
    [Fact]
    public void Section_5_Given_an_object_sent_once_When_S_releases_later_Then_2_then_1_then_0_and_one_notice() => Rig.Simulate(async rig =>
    {
        var x = new Callback();
        var counts = new List<int>();
        MinkObject target;
        var isAlone = new TaskCompletionSource();
        rig.World.Next(async call =>
        {
            await isAlone.Task;
            counts.Add(rig.Mink.Domain.Table.Entries().Single().Target.References);
            call.Complete();
        });
        using (var handle = rig.Mink.Export(x))
        {
            target = handle.Target;
            var sent = rig.Mink.Root.InvokeAsync(5, Argument.In(handle));
            handle.Dispose();
            isAlone.SetResult();
            (await sent).Dispose();
        }
        counts.Add(target.References);
        rig.World.Next(call => call.Release(0x80000001).Complete());
        (await rig.Mink.Root.InvokeAsync(5)).Dispose();
        counts.Add(target.References);
        await x.WhenReleased;
        Assert.Equal([2, 1, 0], counts);
        Assert.Equal(1, x.Releases);
    });

    [Fact]
    public void Section_5_Given_S_releases_during_the_call_When_it_ends_Then_the_driver_copy_is_the_last() => Rig.Simulate(async rig =>
    {
        var x = new Callback();
        var handle = rig.Mink.Export(x);
        var target = handle.Target;
        var during = new List<int>();
        var isAlone = new TaskCompletionSource();
        rig.World.Next(async call =>
        {
            await isAlone.Task;
            during.Add(target.References);
            await call.Release(call.InputObject(0)).CallBack(0x80000000, PrimordialOperation.Yield);
            during.Add(target.References);
            Assert.Equal(0, x.Releases);
            call.Complete();
        });
        var sent = rig.Mink.Root.InvokeAsync(5, Argument.In(handle));
        handle.Dispose();
        isAlone.SetResult();
        (await sent).Dispose();
        await x.WhenReleased;
        Assert.Equal([2, 1], during);
    });

    [Fact]
    public void Section_3_Given_one_object_twice_in_a_message_When_sent_Then_two_ids_and_two_references() => Rig.Simulate(async rig =>
    {
        var x = new Callback();
        rig.World.Next(async call =>
        {
            var (a, b) = (call.InputObject(0), call.InputObject(1));
            Assert.Equal((0x80000001u, 0x80000002u), (a, b));
            Assert.Equal(ResultCode.Ok, (await call.Release(a).CallBack(b)).Result);    // D-70
            Assert.Equal(0, x.Releases);
            call.Release(b).Complete();
        });
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle), Argument.In(handle))).EnsureOk().Dispose();
        await x.WhenReleased;
        Assert.Equal((1, 1), (x.Calls, x.Releases));
    });

    [Fact]
    public void D70_Given_one_object_exported_twice_When_S_releases_one_id_Then_the_other_works_and_release_runs_once() =>
        Section_3_Given_one_object_twice_in_a_message_When_sent_Then_two_ids_and_two_references();

    [Fact]
    public void Section_3_Given_ids_near_the_end_When_given_Then_they_wrap_and_skip_the_living() => Rig.Simulate(async rig =>
    {
        using var x = rig.Mink.Export(new Callback());
        var ids = new List<uint>();
        for (var i = 0; i < 5; i++)
        {
            rig.World.Next(call =>
            {
                ids.Add(call.InputObject(0));
                call.Complete();
            });
            (await rig.Mink.Root.InvokeAsync(5, Argument.In(x))).Dispose();
        }
        Assert.Equal([0xFFFFFFFEu, 0xFFFFFFFF, 0x80000001, 0x80000002, 0x80000003], ids);
        rig.World.Next(call => call.Release(ids[0], ids[1], ids[3], ids[4]).Complete());
        (await rig.Mink.Root.InvokeAsync(5)).Dispose();
        rig.World.Next(call => call.Release(ids[2]).Complete());
        (await rig.Mink.Root.InvokeAsync(5)).Dispose();
    }, new MinkLimits { FirstCallbackId = 0xFFFFFFFE });

    [Fact]
    public void Section_3_2_Given_ids_released_at_once_When_the_next_is_given_Then_it_is_one_past_the_last() => Rig.Simulate(async rig =>
    {
        using var x = rig.Mink.Export(new Callback());
        for (var i = 0u; i < 600; i++)
        {
            var expected = 0x80000001 + i;
            rig.World.Next(call =>
            {
                Assert.Equal(expected, call.InputObject(0));
                call.Release(expected).Complete();
            });
            (await rig.Mink.Root.InvokeAsync(5, Argument.In(x))).Dispose();
        }
    }, seeds: 1);

    [Fact]
    public void Section_4_Given_one_secure_id_received_twice_When_let_go_Then_two_RELEASEs_are_sent() => Rig.Simulate(async rig =>
    {
        using (var a = await rig.Receive(9))
        using (var b = await rig.Receive(9))
        {
            Assert.NotSame(a.Target, b.Target);
            a.Dispose();
            (await b.InvokeAsync(1)).EnsureOk().Dispose();
        }
        await rig.Mink.DrainReleasesAsync();
        Assert.Equal([9u, 9u], rig.World.Released);
    });

    [Fact]
    public void Section_4_Given_a_secure_object_sent_back_as_output_of_a_callback_When_S_took_it_Then_N_keeps_its_handle() => Rig.Simulate(async rig =>
    {
        using var secure = await rig.Receive(9);
        var x = new Callback(call =>
        {
            call.SetOutputObject(0, secure.Retain());
            return ResultCode.Ok;
        });
        rig.World.Next(async call =>
        {
            Assert.Equal(9u, (await call.CallBack(call.InputObject(0), outputObjects: 1)).OutputObject(0));
            call.Release(call.InputObject(0)).Complete();
        });
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).Dispose();
        await x.WhenReleased;
        Assert.Equal(1, secure.Target.References);
        Assert.Empty(rig.World.Released);
    });

}
