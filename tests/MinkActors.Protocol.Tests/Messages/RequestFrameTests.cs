namespace MinkActors.Protocol.Tests.Messages;

/// <summary>Doc 02, sections 1 to 3: what either side writes.</summary>
public class RequestFrameTests
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
        var table = Begun(inputs: 1);

        Assert.False(RequestFrame.TryAddBuffer(ref table, 0, 4073, 4096, out _, out var refusal));
        Assert.Equal(new Refusal(RefusedField.InputBufferSize, 0, 4073, 4072), refusal);
        Assert.Equal(24, table.PayloadEnd);
    }

    [Fact]
    public void Given_a_request_larger_than_the_outbound_buffer_When_written_Then_the_output_that_does_not_fit_is_refused()
    {
        var table = Begun(inputs: 1, outputs: 1);
        Assert.True(RequestFrame.TryAddBuffer(ref table, 0, 4000, 4096, out _, out _));

        Assert.False(RequestFrame.TryAddBuffer(ref table, 1, 65, 4096, out _, out var refusal));
        Assert.Equal(new Refusal(RefusedField.OutputBufferSize, 0, 65, 64), refusal);
    }

    [Fact]
    public void Given_the_largest_message_When_written_Then_it_ends_at_4_MiB()
    {
        var table = Begun(outputs: 1);

        Assert.False(RequestFrame.TryAddBuffer(ref table, 0, 4194281, DirectMessage.MaxSize, out _, out _));
        Assert.True(RequestFrame.TryAddBuffer(ref table, 0, 4194280, DirectMessage.MaxSize, out _, out _));
        Assert.Equal(DirectMessage.MaxSize, table.PayloadEnd);
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

    [Fact]
    public void Given_a_buffer_too_small_for_the_entries_When_written_Then_the_caller_is_told_and_nothing_is_written()
    {
        var table = Begun(15, 15, 15, 15);
        var buffer = new byte[495];

        Assert.Throws<ArgumentOutOfRangeException>(() => RequestFrame.WriteDirect(buffer, Sample.Secure, default, ref table));
        Hex.AssertHolds("", buffer);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(30)]
    [InlineData(-1)]
    public void Given_a_position_that_the_counts_do_not_have_When_added_Then_it_is_refused_and_the_objects_stay(int position)
    {
        var table = Begun(1, 1, 1);
        RequestFrame.SetInputObject(ref table, 0, Sample.Secure);

        Assert.False(RequestFrame.TryAddBuffer(ref table, position, 8, 4096, out _, out var refusal));
        Assert.Equal(RefusedField.OutputBufferCount, refusal.Field);
        Assert.Equal(Sample.Secure, table.InputObject(0));
    }

    [Fact]
    public void Given_a_table_that_nobody_began_When_written_Then_the_caller_is_told_and_nothing_is_written()
    {
        var table = default(ArgumentTable);
        var bytes = new byte[64];

        Assert.Throws<ArgumentOutOfRangeException>(() => RequestFrame.WriteDirect(bytes, Sample.Secure, default, ref table));
        Assert.Throws<ArgumentOutOfRangeException>(() => RequestFrame.WriteCallback(bytes, Sample.Callback, default, ref table));
        Hex.AssertHolds("", bytes);
    }

    [Fact]
    public void Given_an_object_that_the_counts_do_not_have_When_named_Then_the_caller_is_told()
    {
        var table = Begun(inputObjects: 1, outputObjects: 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => RequestFrame.SetInputObject(ref table, 1, Sample.Secure));
        Assert.True(table.OutputObject(0).IsNull);
    }

    [Fact]
    public void Given_a_negative_capacity_When_added_Then_it_is_refused()
    {
        var table = Begun(outputs: 1);

        Assert.False(RequestFrame.TryAddBuffer(ref table, 0, -1, 4096, out _, out var refusal));
        Assert.Equal(new Refusal(RefusedField.OutputBufferSize, 0, -1, 4072), refusal);
    }

    [Fact]
    public void D10_Given_a_written_message_When_the_peer_scribbles_Then_the_private_table_still_has_the_ids()
    {
        var table = default(ArgumentTable);
        var buffer = Sample.Direct(ref table, inputs: [4], objects: [0, 0x80000007]);

        Assert.Equal(0x07, buffer[28]);
        buffer.AsSpan().Fill(0xEE);

        Assert.Equal([0u, 0x80000007u], [table.InputObject(0).Value, table.InputObject(1).Value]);
    }

    [Fact]
    public void Given_a_table_that_held_another_message_When_begun_Then_nothing_of_it_shows()
    {
        var table = default(ArgumentTable);
        Sample.Direct(ref table, inputs: [100, 200], objects: [0x80000009], outputObjects: 1);
        RequestFrame.Begin(ref table, Sample.Counts(1, 1, 1, 1));

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

    private static ArgumentTable Begun(int inputs = 0, int outputs = 0, int inputObjects = 0, int outputObjects = 0)
    {
        var table = default(ArgumentTable);
        RequestFrame.Begin(ref table, Sample.Counts(inputs, outputs, inputObjects, outputObjects));
        return table;
    }
}
