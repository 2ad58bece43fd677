using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Tests.Abi;

/// <summary>SUPPL_RECV, payload placement and SUPPL_SEND: spec/03 sections 7 and 8.</summary>
public sealed class SupplicantBlockTests
{
    private const ulong Argument = FakeMemory.Start;
    private const ulong Block = FakeMemory.Start + 16;
    private const ulong MetaInOut = 0x103;
    private const ulong MetaOut = 0x102;

    [Theory]
    [InlineData(1024, new[] { 5, 16, 3 }, new ulong[] { 1016, 1000, 992 })]
    [InlineData(1021, new[] { 5 }, new ulong[] { 1016 })]
    [InlineData(8, new[] { 8, 0 }, new ulong[] { 0, 0 })]
    public void Given_a_receive_buffer_When_payloads_are_placed_Then_from_its_end_on_multiples_of_8(ulong size, int[] payloads, ulong[] offsets)
    {
        var placement = new ReceivePlacement(0x1000, size);

        foreach (var (payload, offset) in payloads.Zip(offsets))
        {
            Assert.True(placement.TryPlace((ulong)payload, out var address));
            Assert.Equal(0x1000 + offset, address);
        }
    }

    [Fact]
    public void D64_Given_too_little_room_When_a_payload_is_placed_Then_it_is_refused()
    {
        var placement = new ReceivePlacement(0x1000, 8);
        Assert.True(placement.TryPlace(1, out _));
        Assert.False(placement.TryPlace(8, out _));

        Assert.False(new ReceivePlacement(0, ulong.MaxValue).TryPlace(1, out _));
        Assert.False(new ReceivePlacement(0, 0).TryPlace(1, out _));
    }

    [Theory]
    [InlineData(MetaInOut, 0, 0x1000, Errno.Ok)]
    [InlineData(MetaOut, 0, 0x1000, Errno.EINVAL)]
    [InlineData(3, 0, 0x1000, Errno.EINVAL)]
    [InlineData(MetaInOut, 8, 0x1000, Errno.EINVAL)]
    [InlineData(MetaInOut, 0x100, 0x1000, Errno.EINVAL)]
    [InlineData(MetaInOut, 0, 0x1004, Errno.EINVAL)]
    public void Given_an_offer_When_read_Then_meta_first_the_rest_empty_and_the_buffer_aligned(ulong meta, ulong second, ulong buffer, Errno expected)
    {
        var memory = Client(72, 72, 2);
        new TeeParameter(meta, buffer, 1024, 0).Write(memory.Bytes.AsSpan(24));
        new TeeParameter(second, 0, 0, 0).Write(memory.Bytes.AsSpan(56));

        Assert.Equal(expected, Receive(memory));
    }

    [Theory]
    [InlineData(8, 0, Errno.EINVAL)]
    [InlineData(40, 2, Errno.EINVAL)]
    [InlineData(7, 0, Errno.EINVAL)]
    [InlineData(41, 1, Errno.EINVAL)]
    [InlineData(40, 1, Errno.Ok)]
    public void Given_an_offer_When_its_count_does_not_fill_the_length_Then_EINVAL(ulong length, uint count, Errno expected)
    {
        var memory = Client(72, length, count);
        new TeeParameter(MetaInOut, 0x1000, 1024, 0).Write(memory.Bytes.AsSpan(24));

        Assert.Equal(expected, Receive(memory));
    }

    [Fact]
    public void Given_a_request_smaller_than_the_offer_When_written_back_Then_later_slots_are_not_touched()
    {
        var memory = Client(136, 136, 4);
        new TeeParameter(MetaInOut, 0x1000, 1024, 0).Write(memory.Bytes.AsSpan(24));
        IClientMemory client = memory;
        Assert.Equal(Errno.Ok, SupplicantReceiveBlock.TryRead(ref client, Argument, new byte[4096], out var block));
        Assert.Equal(3, block.ArgumentsMax);

        block.Begin(7, 99, 5, arguments: 1);
        block.SetArgument(0, TeeParameter.UbufOutput(0, 64));
        Assert.True(block.TryWriteBack(ref client));

        Assert.Equal([(Block, 72)], memory.Written);
        Assert.Equal(new TeeParameter(MetaInOut, 99, 5, 0), TeeParameter.Read(memory.Bytes.AsSpan(24)));
    }

    [Theory]
    [InlineData(40, 1, MetaOut, Errno.Ok)]
    [InlineData(72, 1, MetaOut, Errno.Ok)]
    [InlineData(39, 1, MetaOut, Errno.EINVAL)]
    [InlineData(40, 0, MetaOut, Errno.EINVAL)]
    [InlineData(40, 0xFFFFFFFF, MetaOut, Errno.EINVAL)]
    [InlineData(40, 1, MetaInOut, Errno.EINVAL)]
    [InlineData(40, 1, 2, Errno.EINVAL)]
    [InlineData(40, 1, 0x302, Errno.EINVAL)]
    public void Given_an_answer_When_read_Then_its_parameters_may_leave_a_rest_and_meta_comes_first(ulong length, uint count, ulong meta, Errno expected)
    {
        var memory = Client(72, length, count);
        new TeeParameter(meta, 5, 0, 0).Write(memory.Bytes.AsSpan(24));

        Assert.Equal(expected, Send(memory, out _, out _));
    }

    [Fact]
    public void D76_Given_an_answer_shorter_than_its_request_When_read_Then_the_number_of_its_arguments_is_known()
    {
        var memory = Client(72, 72, 2);
        new TeeParameter(MetaOut, 0x1_0000_0005, 0, 0).Write(memory.Bytes.AsSpan(24));
        new TeeParameter((ulong)ParameterKind.ObjrefOutput, 9, 2, 7).Write(memory.Bytes.AsSpan(56));

        Assert.Equal(Errno.Ok, Send(memory, out var requestId, out var arguments));

        Assert.Equal(5, requestId);
        Assert.Equal([new TeeParameter((ulong)ParameterKind.ObjrefOutput, 9, 2, 0)], arguments);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(11)]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(77)]
    public void Given_an_answer_parameter_that_is_no_output_When_read_Then_its_fields_are_zero_and_its_attr_stays(ulong attr)
    {
        var memory = Client(72, 72, 2);
        new TeeParameter(MetaOut, 5, 0, 0).Write(memory.Bytes.AsSpan(24));
        new TeeParameter(attr, 1, 2, 3).Write(memory.Bytes.AsSpan(56));

        Assert.Equal(Errno.Ok, Send(memory, out _, out var arguments));

        Assert.Equal([new TeeParameter(attr, 0, 0, 0)], arguments);
    }

    [Fact]
    public void Given_an_answer_buffer_outside_user_memory_When_read_Then_EFAULT()
    {
        var memory = Client(72, 72, 2);
        new TeeParameter(MetaOut, 5, 0, 0).Write(memory.Bytes.AsSpan(24));
        TeeParameter.UbufOutput(0xFFFF888000000000, 8).Write(memory.Bytes.AsSpan(56));

        Assert.Equal(Errno.EFAULT, Send(memory, out _, out _));
    }

    private static FakeMemory Client(int blockBytes, ulong length, uint count) =>
        new FakeMemory(16 + Math.Max(blockBytes, 8)).Put(Argument, Block).Put(Argument + 8, length).Put(Block, (ulong)count << 32);

    private static Errno Receive(FakeMemory memory)
    {
        IClientMemory client = memory;
        return SupplicantReceiveBlock.TryRead(ref client, Argument, new byte[4096], out _);
    }

    private static Errno Send(FakeMemory memory, out int requestId, out List<TeeParameter> arguments)
    {
        IClientMemory client = memory;
        var error = SupplicantSendBlock.TryRead(ref client, Argument, new byte[4096], out var block);
        arguments = [];
        requestId = -1;
        if (error != Errno.Ok) return error;
        requestId = block.RequestId;
        for (var i = 0; i < block.Arguments; i++) arguments.Add(block.Argument(i));
        return error;
    }
}
