using System.Buffers.Binary;
using MinkActors.Protocol;

namespace MinkActors.Tests.Messages;

/// <summary>spec/02 section 7.1: callback requests that no honest secure world sends.</summary>
public sealed class HostileRequestTests
{
    /// <summary>Header, then words; target is the first callback id, op 7.</summary>
    private static byte[] Request(uint counts, params uint[] entries)
    {
        uint[] words = [0, 0x80000001, 7, counts, .. entries];
        var bytes = new byte[words.Length * 4];
        for (var i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), words[i]);
        return bytes;
    }

    public static TheoryData<string, uint, uint[]> Malformed => new()
    {
        { "counts bits above 16", 0x00010000, [] },
        { "all counts bits", 0xFFFFFFFF, [] },
        { "D02 IB of 0xFFFFFFFF bytes", 0x0001, [24, 0xFFFFFFFF] },
        { "D02 IB of 0xFFFFFFF9 bytes", 0x0001, [24, 0xFFFFFFF9] },
        { "D08 IB past the end", 0x0001, [4090, 64] },
        { "D08 IB one byte past the end", 0x0001, [24, 4073] },
        { "D08 OB over the header", 0x0010, [0, 16] },
        { "D08 OB over the IB", 0x0011, [32, 16, 32, 16] },
        { "a gap", 0x0001, [32, 8] },
        { "D71 sizes that sum past the buffer by one", 0x0011, [32, 4000, 4032, 65] },
        { "D71 sizes that sum past it by 4 GiB", 0x0011, [32, 4000, 4032, 0xFFFFFFF8] },
        { "offset past the end", 0x0001, [0xFFFFFFF0, 8] },
    };

    [Theory, MemberData(nameof(Malformed))]
    public void D02_D08_D71_Given_a_structure_that_cannot_be_When_requested_Then_96_zeros_no_dispatch_and_no_async(string what, uint counts, uint[] entries) => Rig.Simulate(async rig =>
    {
        var x = new Callback();
        rig.World.Next(async call =>
        {
            var message = new byte[4096];
            Request(counts, entries).CopyTo(message, 0);
            // A RELEASE wherever a careless reader might look for the async area.
            for (var at = 64; at + 16 <= 4096; at += 16) Release(message.AsSpan(at), 0x80000001);
            var answer = await call.CallBackRaw(message);
            Assert.Equal(-96, BinaryPrimitives.ReadInt32LittleEndian(answer));
            Assert.True(answer.AsSpan(16).IndexOfAnyExcept((byte)0) < 0, what);
            Assert.Equal(1, rig.Mink.Domain.Table.Count);
            Assert.Equal(ResultCode.Ok, (await call.CallBack(0x80000001)).Result);
            call.Release(0x80000001).Complete();
        });
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).EnsureOk().Dispose();
        await x.WhenReleased;
        Assert.Equal(1, x.Calls);
        Assert.Contains(rig.Refusals, refusal => refusal.StartsWith("Callback request:", StringComparison.Ordinal));
    }, seeds: 2);

    [Theory]
    [InlineData(0u)]             // null
    [InlineData(1u)]             // root
    [InlineData(9u)]             // secure
    [InlineData(0x80000777u)]    // unknown
    public void Section_8_Given_a_target_that_is_not_ours_When_requested_Then_96_after_the_async_area_was_read(uint target) => Rig.Simulate(async rig =>
    {
        var x = new Callback();
        rig.World.Next(async call =>
        {
            Assert.Equal(ResultCode.Unavailable, (await call.Release(0x80000001).CallBack(target, objects: [12])).Result);
            Assert.Equal(0, rig.Mink.Domain.Table.Count);
            call.Complete();
        });
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).EnsureOk().Dispose();
        await x.WhenReleased;
        await rig.Mink.DrainReleasesAsync();
        Assert.Equal([12u], rig.World.Released);
    }, seeds: 4);

    [Fact]
    public void D09_Given_S_that_rewrites_the_request_When_it_is_served_Then_the_outcome_is_that_of_the_first_snapshot() => Rig.Simulate(async rig =>
    {
        SharedRegion? shared = null;
        var x = new Callback(call =>
        {
            Assert.Equal([1, 2, 3, 4], call.Input(0).ToArray());
            shared!.Peer(0, shared.Size).Fill(0xFF);
            Assert.Equal([1, 2, 3, 4], call.Input(0).ToArray());
            call.Write(0, 0x55667788);
            return ResultCode.Ok;
        });
        rig.World.Next(async call =>
        {
            shared = call.Outbound;
            var reply = await call.CallBack(0x80000001, inputs: [[1, 2, 3, 4]], outputs: [4]);
            Assert.Equal(ResultCode.Ok, reply.Result);
            Assert.Equal(0x55667788, BinaryPrimitives.ReadInt32LittleEndian(reply.Message.AsSpan(40)));
            call.Release(0x80000001).Complete();
        });
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).EnsureOk().Dispose();
        await x.WhenReleased;
    });

    [Fact]
    public void D10_Given_room_for_two_ids_and_S_that_scribbles_When_three_are_answered_Then_exactly_those_two_are_withdrawn() => Rig.Simulate(async rig =>
    {
        SharedRegion? shared = null;
        var x = new Callback(call =>
        {
            for (var i = 0; i < 3; i++) call.SetOutputObject(i, new Callback());
            shared!.Peer(16, 200).Fill(0x80);
            return ResultCode.Ok;
        });
        rig.World.Next(async call =>
        {
            shared = call.Outbound;
            Assert.Equal(ResultCode.Busy, (await call.CallBack(0x80000001, outputObjects: 3)).Result);
            Assert.Equal(0x80000001u, rig.Mink.Domain.Table.Entries().Single().Id.Value);
            call.Release(0x80000001).Complete();
        });
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).EnsureOk().Dispose();
        await x.WhenReleased;
    }, new MinkLimits { CallbackIds = 3 });

    [Fact]
    public void D11_Given_SLEEP_with_IB_then_YIELD_with_OO_When_answered_Then_no_id_is_made_and_the_OO_is_null() => Rig.Simulate(async rig =>
    {
        rig.World.Next(async call =>
        {
            Assert.Equal(ResultCode.Ok, (await call.CallBack(0x80000000, PrimordialOperation.Sleep, inputs: [[1, 0, 0, 0]])).Result);
            var reply = await call.CallBack(0x80000000, PrimordialOperation.Yield, outputObjects: 1);
            Assert.Equal((ResultCode.Ok, 0u, 0), (reply.Result, reply.OutputObject(0), rig.Mink.Domain.Table.Count));
            call.Complete();
        });
        (await rig.Mink.Root.InvokeAsync(5)).EnsureOk().Dispose();
    });

    [Theory, InlineData(0x00010002u), InlineData(0xFFFF0002u)]
    public void D14_Section_2_1_Given_modifier_bits_When_requested_Then_the_dispatcher_sees_the_method_alone(uint operation) => Rig.Simulate(async rig =>
    {
        var x = new Callback(call => call.Operation.Word == 2 ? ResultCode.Ok : ResultCode.Error);
        rig.World.Next(async call =>
        {
            Assert.Equal(ResultCode.Ok, (await call.CallBack(0x80000001, operation)).Result);
            Assert.Equal(ResultCode.Ok, (await call.CallBack(0x80000000, operation, inputs: [[0, 0, 0, 0]])).Result);
            call.Release(0x80000001).Complete();
        });
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).EnsureOk().Dispose();
        await x.WhenReleased;
    }, seeds: 2);

    [Fact]
    public void D110_Given_an_output_left_unfilled_When_answered_Then_nothing_of_an_earlier_message_is_in_it() => Rig.Simulate(async rig =>
    {
        var x = new Callback(call =>
        {
            Assert.True(call.Output(0).IndexOfAnyExcept((byte)0) < 0);
            call.SetOutputSize(0, 64);
            return ResultCode.Ok;
        });
        rig.World.Next(async call =>
        {
            call.Outbound.Peer(0, 4096).Fill(0xAA);
            call.Outbound.Peer(24 + 64, 4000).Clear();
            Assert.Equal(new byte[64], (await call.CallBack(0x80000001, outputs: [64])).Output(0));
            call.Release(0x80000001).Complete();
        });
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).EnsureOk().Dispose();
        await x.WhenReleased;
    }, seeds: 2);

    private static void Release(Span<byte> at, uint id)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(at, AsyncArea.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(at[4..], AsyncArea.ReleaseOperation);
        BinaryPrimitives.WriteUInt32LittleEndian(at[8..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(at[12..], id);
    }
}
