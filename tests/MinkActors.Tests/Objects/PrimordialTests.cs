using MinkActors.Protocol;

namespace MinkActors.Tests.Objects;

/// <summary>spec/01 section 9: yield, sleep, map region, memory objects, the extension.</summary>
public sealed class PrimordialTests
{
    private const uint Primordial = 0x80000000;

    [Theory, InlineData(20), InlineData(24), InlineData(40)]
    public void Section_9_D37_Given_a_region_When_mapped_Then_20_bytes_zeros_and_a_new_id_and_it_is_freed_after_the_last(int capacity) => Rig.Simulate(async rig =>
    {
        var before = rig.Memory.Shared;
        ulong address = 0;
        rig.World.Next(async call =>
        {
            var id = call.InputObject(0);
            var reply = await call.CallBack(Primordial, 0, outputs: [capacity], objects: [id], outputObjects: 1);
            Assert.True(reply.IsSound);
            Assert.Equal(capacity, reply.Output(0).Length);
            Assert.True(MappingInfo.TryRead(reply.Output(0), out var info, out _));
            Assert.Equal((address, 8192UL, 6u), (info.Address, info.Length, info.Permissions));
            Assert.True(reply.Output(0).AsSpan(20).IndexOfAnyExcept((byte)0) < 0);
            Assert.NotEqual(id, reply.OutputObject(0));
            Assert.Equal(ResultCode.Unavailable, (await call.CallBack(reply.OutputObject(0), 7, objects: [3], outputObjects: 1)).Result);    // D-40
            await call.Release(id).CallBack(Primordial, 1);
            Assert.Single(rig.Mink.Domain.Table.Entries());
            call.Release(reply.OutputObject(0)).Complete();
        });
        using (var region = rig.Mink.ShareMemory(5000))
        {
            address = region.Region.PhysicalAddress;
            (await rig.Mink.Root.InvokeAsync(5, Argument.In(region))).EnsureOk().Dispose();
        }
        await rig.Mink.DrainReleasesAsync();
        Assert.Equal([3u], rig.World.Released);
        await rig.Eventually(() => !rig.Memory.TryResolve(address, 1, out _, out _));
        Assert.True(rig.Memory.Shared - before < 8192 * 8);
    }, seeds: 4);

    public static TheoryData<uint, int[], uint[], int> WrongShapes => new()
    {
        { 0, [19], [9], 1 },                       // D-37: too small
        { 0, [20], [0], 1 },                       // D-75: null
        { 0, [20], [9], 1 },                       // secure
        { 0, [20], [0x80000001], 1 },              // a user object
        { 0, [20], [9, 0x80000001], 1 },           // one IO too many
        { 0, [20], [0x80000002], 0 },              // no OO
        { 0, [], [0x80000002], 1 },                // no OB
        { 2, [], [9, 0x80000001], 0 },             // D-28: SLEEP without IB
        { 3, [], [9, 0x80000001], 0 },             // unknown op
        { 0x3FFF, [4], [9, 0x80000001], 2 },
    };

    [Theory, MemberData(nameof(WrongShapes))]
    public void D28_D75_Section_9_Given_a_wrong_shape_When_requested_Then_96_and_every_input_is_put(uint operation, int[] outputs, uint[] objects, int outputObjects) => Rig.Simulate(async rig =>
    {
        var x = new Callback();
        rig.World.Next(async call =>
        {
            var reply = await call.CallBack(Primordial, operation, outputs: outputs, objects: objects, outputObjects: outputObjects);
            Assert.Equal(ResultCode.Unavailable, reply.Result);
            Assert.Equal(2, rig.Mink.Domain.Table.Count);
            call.Release(0x80000001, 0x80000002).Complete();
        });
        using (var handle = rig.Mink.Export(x))
        using (var region = rig.Mink.ShareMemory(1)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle), Argument.In(region))).EnsureOk().Dispose();
        await x.WhenReleased;
        await rig.Mink.DrainReleasesAsync();
        Assert.Equal(objects.Count(id => id == 9), rig.World.Released.Count);
    }, seeds: 3);

    [Theory, InlineData(0), InlineData(1), InlineData(3), InlineData(4), InlineData(6)]
    public void D25_Section_9_Given_an_IB_of_n_bytes_When_S_sleeps_Then_fewer_than_4_are_refused_and_the_first_4_count(int size) => Rig.Simulate(async rig =>
    {
        var start = rig.Actors.Time.GetTimestamp();
        byte[] bytes = [0x2C, 1, 0, 0, 0xFF, 0xFF];
        rig.World.Next(async call => call.Complete((await call.CallBack(Primordial, 2, inputs: [bytes[..size]])).Result));
        using var reply = await rig.Mink.Root.InvokeAsync(5);
        Assert.Equal(size < 4 ? ResultCode.Unavailable : ResultCode.Ok, reply.Code);
        rig.Took(TimeSpan.FromMilliseconds(size < 4 ? 0 : 300), start);
    }, seeds: 2);

    [Fact]
    public void D41_Given_a_mapping_whose_reply_is_lost_When_the_client_lets_go_Then_the_region_is_given_back_once() => Rig.Simulate(async rig =>
    {
        rig.LeavesSomething = true;    // quarantine
        uint id = 0, mapping = 0;
        rig.World.Next(async call =>
        {
            id = call.InputObject(0);
            mapping = (await call.CallBack(Primordial, 0, outputs: [20], objects: [id], outputObjects: 1)).OutputObject(0);
            call.Fail(-1);
        });
        var region = rig.Mink.ShareMemory(1);
        var address = region.Region.PhysicalAddress;
        await Assert.ThrowsAsync<MinkTransportException>(async () => await rig.Mink.Root.InvokeAsync(5, Argument.In(region)));
        region.Dispose();
        Assert.Equal(id, rig.Mink.Domain.Table.Entries().Single().Id.Value);
        rig.World.Next(async call =>
        {
            Assert.Equal(ResultCode.Unavailable, (await call.CallBack(mapping)).Result);
            call.Release(id).Complete();
        });
        (await rig.Mink.Root.InvokeAsync(5)).EnsureOk().Dispose();
        await rig.Eventually(() => !rig.Memory.TryResolve(address, 1, out _, out _));
    }, seeds: 4);

    [Fact]
    public void D36_Section_9_Given_an_extension_that_awaits_When_registered_Then_it_serves_alone_until_it_leaves() => Rig.Simulate(async rig =>
    {
        var x = new Callback(async call =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), rig.Actors.Time);
            return call.Operation.Method == 8 ? (ResultCode)60 : ResultCode.Ok;
        });
        rig.World.Otherwise = async call => call.Complete((await call.CallBack(Primordial, call.Operation.Word, objects: [9])).Result);
        await using (await rig.Mink.ExtendPrimordialAsync(x))
        {
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await rig.Mink.ExtendPrimordialAsync(new Callback()));
            using (var reply = await rig.Mink.Root.InvokeAsync(8)) Assert.Equal((ResultCode)60, reply.Code);
            using (var yield = await rig.Mink.Root.InvokeAsync(1)) Assert.Equal(ResultCode.Ok, yield.Code);
        }
        await x.WhenReleased;
        using (var reply = await rig.Mink.Root.InvokeAsync(8)) Assert.Equal(ResultCode.Unavailable, reply.Code);
        Assert.Equal(1, x.Calls);
        await rig.Mink.DrainReleasesAsync();
        Assert.Equal(3, rig.World.Released.Count);
    }, seeds: 6);

    [Fact]
    public void D36_Given_an_extension_that_hangs_When_the_caller_leaves_Then_S_reads_DEFUNCT() => Rig.Simulate(async rig =>
    {
        var answered = new TaskCompletionSource<ResultCode>();
        var x = new Callback(async _ =>
        {
            await new TaskCompletionSource().Task;
            return ResultCode.Ok;
        });
        rig.World.Next(async call =>
        {
            answered.SetResult((await call.CallBack(Primordial, 8)).Result);
            call.Complete();
        });
        await using (await rig.Mink.ExtendPrimordialAsync(x))
        {
            await Assert.ThrowsAsync<MinkTransportException>(async () => await rig.Mink.Root.InvokeAsync(5, new CallOptions { Deadline = TimeSpan.FromSeconds(1) }));
            Assert.Equal(ResultCode.Defunct, await answered.Task);
        }
        await x.WhenReleased;
    }, seeds: 6);
}
