namespace MinkActors.Protocol.Tests.Messages;

/// <summary>Doc 02, sections 1 to 3: what the normal side writes.</summary>
public class DirectRequestWriterTests
{
    [Theory]
    [InlineData(0, 24, 4096)]
    [InlineData(4072, 4096, 4096)]
    [InlineData(4073, 4104, 8192)]
    [InlineData(4194280, 4194304, 4194304)]
    public void Given_one_input_of_a_size_in_the_table_of_section_1_When_added_up_Then_message_and_buffer_have_its_sizes(int input, int message, int buffer)
    {
        var size = new MessageSize(Sample.Counts(inputs: 1));

        Assert.True(size.TryAdd(input, out _));
        Assert.Equal((message, buffer), (size.Total, size.BufferSize));
    }

    [Fact]
    public void Given_no_arguments_When_added_up_Then_the_message_has_16_bytes_and_the_buffer_a_page()
    {
        var size = new MessageSize(default);

        Assert.Equal((16, 4096), (size.Total, size.BufferSize));
    }

    [Fact]
    public void Given_one_input_of_4194281_bytes_When_added_up_Then_it_is_refused()
    {
        var size = new MessageSize(Sample.Counts(inputs: 1));

        Assert.False(size.TryAdd(4194281, out var refusal));
        Assert.Equal(new Refusal(RefusedField.MessageSize, 0, 4194281, 4194280), refusal);
        Assert.Equal(24, size.Total);
    }

    [Theory]
    [InlineData((1L << 32) + 16)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(-1L)]
    public void D17_Given_a_length_beyond_32_bits_When_added_up_Then_it_is_refused_and_the_sum_stays(long length)
    {
        var size = new MessageSize(Sample.Counts(inputs: 2));
        Assert.True(size.TryAdd(8, out _));

        Assert.False(size.TryAdd(length, out var refusal));
        Assert.Equal(1, refusal.Index);
        Assert.Equal(40, size.Total);
    }

    [Fact]
    public void Given_buffers_that_fit_alone_but_not_together_When_added_up_Then_the_one_too_many_is_refused()
    {
        var size = new MessageSize(Sample.Counts(inputs: 2));
        Assert.True(size.TryAdd(4194264, out _));

        Assert.False(size.TryAdd(9, out var refusal));
        Assert.Equal(new Refusal(RefusedField.MessageSize, 1, 9, 8), refusal);
    }

    [Fact]
    public void D19_Given_an_input_that_ends_at_the_last_byte_When_sent_Then_it_arrives_whole()
    {
        var table = default(ArgumentTable);
        var buffer = Sample.Direct(ref table, inputs: [4072]);
        var read = default(ArgumentTable);

        Assert.True(DirectMessage.TryReadRequest(buffer, out _, out _, ref read, out _, out _));
        Assert.Equal(new BufferEntry(24, 4072), read.InputBuffer(0));
        Assert.Equal(Sample.Counting(4072), read.InputBytes(buffer, 0).ToArray());
    }

    [Fact]
    public void D19_Given_an_input_one_byte_longer_than_the_buffer_When_added_Then_it_is_refused()
    {
        var table = default(ArgumentTable);
        Assert.True(DirectRequestWriter.TryBegin(new byte[4096], Sample.Secure, default, Sample.Counts(inputs: 1), ref table, out var writer, out _));

        Assert.False(writer.TryAddInput(new byte[4073], out var refusal));
        Assert.Equal(new Refusal(RefusedField.InputBufferSize, 0, 4073, 4072), refusal);
    }

    [Fact]
    public void Given_a_buffer_above_4_MiB_When_written_Then_the_message_still_ends_there()
    {
        var table = default(ArgumentTable);
        var buffer = new byte[DirectMessage.MaxSize + 4096];
        Assert.True(DirectRequestWriter.TryBegin(buffer, Sample.Secure, default, Sample.Counts(outputs: 1), ref table, out var writer, out _));

        Assert.False(writer.TryAddOutput(4194281, out _));
        Assert.True(writer.TryAddOutput(4194280, out _));
        Assert.Equal(DirectMessage.MaxSize, writer.Length);
    }

    [Fact]
    public void Given_zero_sized_buffers_When_written_Then_they_share_the_offset_of_the_next()
    {
        var table = default(ArgumentTable);
        Sample.Direct(ref table, inputs: [0, 3, 0], outputs: [0, 5, 0]);

        Assert.Equal([64, 64, 72], Enumerable.Range(0, 3).Select(i => table.InputBuffer(i).Offset));
        Assert.Equal([72, 72, 80], Enumerable.Range(0, 3).Select(i => table.OutputBuffer(i).Offset));
        Assert.Equal(80, table.PayloadEnd);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0x80000000u)]
    [InlineData(0x80000001u)]
    public void Given_a_target_that_is_not_on_the_secure_side_When_begun_Then_it_is_refused(uint target)
    {
        var table = default(ArgumentTable);
        var buffer = new byte[4096];

        Assert.False(DirectRequestWriter.TryBegin(buffer, new ObjectId(target), default, default, ref table, out _, out var refusal));
        Assert.Equal(RefusedField.Target, refusal.Field);
        Hex.AssertHolds("", buffer);
    }

    [Fact]
    public void Given_an_op_with_modifiers_When_begun_Then_it_is_refused()
    {
        var table = default(ArgumentTable);

        Assert.False(DirectRequestWriter.TryBegin(new byte[4096], Sample.Secure, new Operation(0x10002), default, ref table, out _, out var refusal));
        Assert.Equal(new Refusal(RefusedField.Operation, 0, 0x10002, 0xFFFF), refusal);
    }

    [Fact]
    public void Given_a_buffer_too_small_for_the_entries_When_begun_Then_it_is_refused()
    {
        var table = default(ArgumentTable);

        Assert.False(DirectRequestWriter.TryBegin(new byte[495], Sample.Secure, default, Sample.Counts(15, 15, 15, 15), ref table, out _, out var refusal));
        Assert.Equal(new Refusal(RefusedField.MessageSize, 0, 496, 495), refusal);
    }

    [Fact]
    public void Given_an_output_before_the_last_input_When_added_Then_it_is_refused()
    {
        var table = default(ArgumentTable);
        Assert.True(DirectRequestWriter.TryBegin(new byte[4096], Sample.Secure, default, Sample.Counts(1, 1), ref table, out var writer, out _));

        Assert.False(writer.TryAddOutput(4, out var refusal));
        Assert.Equal(RefusedField.OutputBufferCount, refusal.Field);
        Assert.False(writer.IsComplete);
    }

    [Fact]
    public void Given_one_buffer_more_than_the_counts_say_When_added_Then_it_is_refused()
    {
        var table = default(ArgumentTable);
        Assert.True(DirectRequestWriter.TryBegin(new byte[4096], Sample.Secure, default, Sample.Counts(1, 1), ref table, out var writer, out _));
        Assert.True(writer.TryAddInput([], out _));
        Assert.True(writer.TryAddOutput(0, out _));

        Assert.False(writer.TryAddInput([], out var input));
        Assert.False(writer.TryAddOutput(0, out var output));
        Assert.Equal(RefusedField.InputBufferCount, input.Field);
        Assert.Equal(new Refusal(RefusedField.OutputBufferCount, 0, 2, 1), output);
    }

    [Fact]
    public void Given_a_negative_capacity_When_added_Then_it_is_refused()
    {
        var table = default(ArgumentTable);
        Assert.True(DirectRequestWriter.TryBegin(new byte[4096], Sample.Secure, default, Sample.Counts(outputs: 1), ref table, out var writer, out _));

        Assert.False(writer.TryAddOutput(-1, out var refusal));
        Assert.Equal(new Refusal(RefusedField.OutputBufferSize, 0, -1, 4072), refusal);
    }

    [Fact]
    public void Given_reserved_input_space_When_filled_Then_it_is_the_message()
    {
        var table = default(ArgumentTable);
        var buffer = new byte[4096];
        Assert.True(DirectRequestWriter.TryBegin(buffer, Sample.Secure, default, Sample.Counts(inputs: 1), ref table, out var writer, out _));

        Assert.True(writer.TryReserveInput(3, out var space, out _));
        space.Fill(0xAB);

        Assert.Equal("ABABAB00", Convert.ToHexString(buffer, 24, 4));
    }

    [Fact]
    public void D10_Given_ids_written_after_the_payload_When_the_peer_scribbles_Then_the_private_table_still_has_them()
    {
        var table = default(ArgumentTable);
        var buffer = Sample.Direct(ref table, inputs: [4], objects: [0, 0]);
        DirectMessage.WriteInputObject(buffer, ref table, 1, new ObjectId(0x80000007));

        Assert.Equal(0x07, buffer[28]);
        buffer.AsSpan().Fill(0xEE);

        Assert.Equal([0u, 0x80000007u], [table.InputObject(0).Value, table.InputObject(1).Value]);
    }

    [Fact]
    public void Given_a_table_that_held_another_message_When_begun_Then_nothing_of_it_shows()
    {
        var table = default(ArgumentTable);
        Sample.Direct(ref table, inputs: [100, 200], objects: [0x80000009], outputObjects: 1);
        Assert.True(DirectRequestWriter.TryBegin(new byte[4096], Sample.Secure, default, Sample.Counts(1, 1, 1, 1), ref table, out _, out _));

        Assert.Equal(default, table.InputBuffer(0));
        Assert.Equal(default, table.OutputBuffer(0));
        Assert.True(table.InputObject(0).IsNull);
        Assert.True(table.OutputObject(0).IsNull);
    }

    [Fact]
    public void Given_an_argument_that_is_not_there_When_asked_for_Then_the_caller_is_told()
    {
        var table = default(ArgumentTable);
        Sample.Direct(ref table, inputs: [1]);

        Assert.Throws<ArgumentOutOfRangeException>(() => table.InputBuffer(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.InputBuffer(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.OutputBuffer(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.InputObject(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.OutputObject(0));
    }
}
