using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Tests.Abi;

/// <summary>Checks 1 to 8 of OBJECT_INVOKE, spec/03 section 5: which comes first, and at which value it turns.</summary>
public sealed class InvokeBlockTests
{
    private const ulong Argument = FakeMemory.Start;
    private const ulong Block = FakeMemory.Start + 16;

    [Theory]
    [InlineData(23, Errno.EINVAL)]
    [InlineData(24, Errno.Ok)]
    [InlineData(25, Errno.EINVAL)]
    [InlineData(4097, Errno.EINVAL)]
    [InlineData(ulong.MaxValue, Errno.EINVAL)]
    public void Given_a_block_without_parameters_When_its_length_is_stated_Then_only_the_header_fits(ulong length, Errno expected)
    {
        Assert.Equal(expected, Read(Client(4200, length)));
    }

    [Fact]
    public void Given_an_argument_that_cannot_be_read_When_called_Then_EFAULT_before_anything_else()
    {
        var memory = new FakeMemory(8);

        Assert.Equal(Errno.EFAULT, Read(memory));
    }

    [Fact]
    public void Given_a_length_out_of_bounds_and_a_block_that_cannot_be_read_When_called_Then_the_length_is_refused_first()
    {
        Assert.Equal(Errno.EINVAL, Read(Client(16, 5000)));
        Assert.Equal(Errno.EFAULT, Read(Client(16, 24)));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(2u)]
    [InlineData(0x08000001u)]
    [InlineData(0xFFFFFFFFu)]
    public void D65_Given_a_parameter_count_that_does_not_fill_the_block_When_called_Then_EINVAL(uint count)
    {
        var memory = Client(100, 56).Put(Block + 16, count);

        Assert.Equal(Errno.EINVAL, Read(memory));
    }

    [Fact]
    public void Given_a_bad_attr_before_a_fault_When_called_Then_the_attr_wins_and_after_it_the_fault()
    {
        var bad = Client(16 + 24 + 32, 88).Put(Block + 16, 2).Put(Block + 24, 0x200);
        var good = Client(16 + 24 + 32, 88).Put(Block + 16, 2).Put(Block + 24, (ulong)ParameterKind.ObjrefInput);

        Assert.Equal(Errno.EINVAL, Read(bad));
        Assert.Equal(Errno.EFAULT, Read(good));
    }

    [Theory]
    [InlineData(4, Errno.EINVAL)]
    [InlineData(14, Errno.EINVAL)]
    [InlineData(255, Errno.EINVAL)]
    [InlineData(0x108, Errno.Ok)]
    [InlineData(0x208, Errno.EINVAL)]
    [InlineData(1UL << 63, Errno.EINVAL)]
    public void Given_an_attr_When_copied_in_Then_only_known_kinds_and_META_pass(ulong attr, Errno expected)
    {
        Assert.Equal(expected, Read(One(new TeeParameter(attr, 0, 0, 0))));
    }

    [Fact]
    public void D18_Given_buffers_outside_user_memory_When_copied_in_Then_EFAULT_though_nothing_is_touched()
    {
        Assert.Equal(Errno.Ok, Read(One(TeeParameter.UbufInput(UserRange.End, 0))));
        Assert.Equal(Errno.EFAULT, Read(One(TeeParameter.UbufInput(UserRange.End, 1))));
        Assert.Equal(Errno.EFAULT, Read(One(TeeParameter.UbufOutput(0xFFFF888000000000, 1))));
        Assert.Equal(Errno.EFAULT, Read(One(TeeParameter.UbufOutput(0x1000, ulong.MaxValue))));
        Assert.Equal(Errno.EFAULT, Read(One(TeeParameter.UbufInput(ulong.MaxValue, 0))));
    }

    [Theory]
    [InlineData(1, 0, 4096, Errno.Ok)]
    [InlineData(1, 4096, 0, Errno.Ok)]
    [InlineData(1, 1, 4096, Errno.EINVAL)]
    [InlineData(1, ulong.MaxValue, 2, Errno.EINVAL)]
    [InlineData(2, 0, 1, Errno.EINVAL)]
    public void Given_a_memory_reference_When_copied_in_Then_it_must_lie_in_memory_of_the_context(ulong id, ulong offset, ulong size, Errno expected)
    {
        var memory = One(new TeeParameter((ulong)ParameterKind.MemrefInput, offset, size, id));
        memory.SharedMemory[1] = 4096;

        Assert.Equal(expected, Read(memory));
    }

    [Theory]
    [InlineData(8, Errno.Ok)]
    [InlineData(9, Errno.Ok)]
    [InlineData(11, Errno.Ok)]
    [InlineData(12, Errno.Ok)]
    [InlineData(0, Errno.EINVAL)]
    [InlineData(1, Errno.EINVAL)]
    [InlineData(10, Errno.EINVAL)]
    [InlineData(13, Errno.EINVAL)]
    [InlineData(0x108, Errno.EINVAL)]
    public void Given_a_parameter_that_was_copied_in_When_checked_Then_only_the_four_plain_kinds_pass(ulong attr, Errno expected)
    {
        var bytes = new byte[InvokeBlock.BytesFor(1)];
        var block = InvokeBlock.Create(bytes, 0, 0, 1);
        block.SetParameter(0, new TeeParameter(attr, 0, 0, 0));

        Assert.Equal(expected, block.CheckParameters());
    }

    [Theory]
    [InlineData(15, Errno.Ok)]
    [InlineData(16, Errno.EINVAL)]
    public void D20_Given_many_parameters_of_one_kind_When_checked_Then_fifteen_pass_and_sixteen_do_not(int count, Errno expected)
    {
        foreach (var kind in new[] { ParameterKind.UbufInput, ParameterKind.UbufOutput, ParameterKind.ObjrefInput, ParameterKind.ObjrefOutput })
        {
            var block = InvokeBlock.Create(new byte[InvokeBlock.BytesFor(count)], 0, 0, count);
            for (var i = 0; i < count; i++) block.SetParameter(i, new TeeParameter((ulong)kind, 0, 0, 0));
            Assert.Equal(expected, block.CheckParameters());
        }
    }

    [Fact]
    public void Given_fields_that_are_not_copied_in_When_read_Then_they_are_zero()
    {
        var memory = Client(16 + 88, 88).Put(Block + 16, 2);
        new TeeParameter((ulong)ParameterKind.ObjrefOutput, 1, 2, 3).Write(memory.Bytes.AsSpan(16 + 24));
        new TeeParameter((ulong)ParameterKind.UbufOutput, 0x1000, 2, 3).Write(memory.Bytes.AsSpan(16 + 56));
        IClientMemory client = memory;

        Assert.Equal(Errno.Ok, InvokeBlock.TryRead(ref client, Argument, new byte[4096], out var block));

        Assert.Equal(new TeeParameter((ulong)ParameterKind.ObjrefOutput, 0, 0, 0), block[0]);
        Assert.Equal(new TeeParameter((ulong)ParameterKind.UbufOutput, 0x1000, 2, 0), block[1]);
    }

    [Fact]
    public void Given_an_answer_When_written_back_Then_only_the_stretch_from_ret_to_the_last_output_is_touched()
    {
        var memory = Client(16 + 88, 88).Put(Block + 16, 2);
        TeeParameter.ObjrefOutput().Write(memory.Bytes.AsSpan(16 + 24));
        TeeParameter.ObjrefInput(5, ObjectFlags.User).Write(memory.Bytes.AsSpan(16 + 56));
        IClientMemory client = memory;
        Assert.Equal(Errno.Ok, InvokeBlock.TryRead(ref client, Argument, new byte[4096], out var block));

        block.SetResult(-92);
        block.SetObject(0, 3, ObjectFlags.Tee);
        Assert.True(block.TryWriteBack(ref client));

        Assert.Equal([(Block + 12, 36)], memory.Written);
        Assert.Equal(new TeeParameter((ulong)ParameterKind.ObjrefOutput, 3, 1, 0), TeeParameter.Read(memory.Bytes.AsSpan(16 + 24)));
    }

    [Fact]
    public void Given_any_bytes_When_read_Then_there_is_an_errno_and_never_an_exception()
    {
        var random = new Random(17);
        for (var round = 0; round < 20_000; round++)
        {
            var memory = new FakeMemory(random.Next(16, 400));
            random.NextBytes(memory.Bytes);
            memory.Put(Argument, Block);
            if (memory.Bytes.Length >= 40) memory.Put(Argument + 8, (ulong)(24 + (32 * random.Next(0, 4)) + random.Next(0, 2)));
            IClientMemory client = memory;
            _ = InvokeBlock.TryRead(ref client, Argument, new byte[4096], out _);
            _ = SupplicantReceiveBlock.TryRead(ref client, Argument, new byte[4096], out _);
            Assert.True(Enum.IsDefined(SupplicantSendBlock.TryRead(ref client, Argument, new byte[4096], out _)));
        }
    }

    private static FakeMemory Client(int sizeBytes, ulong blockLength) => new FakeMemory(sizeBytes).Put(Argument, Block).Put(Argument + 8, blockLength);

    private static FakeMemory One(TeeParameter parameter)
    {
        var memory = Client(16 + 56, 56).Put(Block + 16, 1);
        parameter.Write(memory.Bytes.AsSpan(16 + 24));
        return memory;
    }

    private static Errno Read(FakeMemory memory)
    {
        IClientMemory client = memory;
        return InvokeBlock.TryRead(ref client, Argument, new byte[4096], out _);
    }
}
