namespace MinkActors.Protocol.Tests.Messages;

/// <summary>Doc 02, sections 4 and 7.3: the reply to a direct request.</summary>
public class DirectReplyTests
{
    private const int OutputEntry = 20;
    private const int ObjectEntry = 28;

    [Fact]
    public void Given_a_shrunk_output_and_an_object_When_read_Then_both_are_in_the_table_of_the_reply()
    {
        var request = default(ArgumentTable);
        var buffer = Request(ref request);
        Assert.True(DirectMessage.TryWriteReplySize(buffer, in request, 0, 3, out _));
        DirectMessage.WriteOutputObject(buffer, request.Counts, 0, new ObjectId(0x123));
        var reply = default(ArgumentTable);

        Assert.True(DirectMessage.TryReadReply(buffer, in request, ref reply, out _));

        Assert.Equal(new BufferEntry(48, 3), reply.OutputBuffer(0));
        Assert.Equal(0x123u, reply.OutputObject(0).Value);
        Assert.Equal(request.InputBuffer(0), reply.InputBuffer(0));
        Assert.Equal(16, request.OutputBuffer(0).Size);
    }

    [Fact]
    public void Given_the_request_table_itself_When_the_reply_is_read_into_it_Then_only_outputs_change()
    {
        var table = default(ArgumentTable);
        var buffer = Request(ref table);
        DirectMessage.WriteReplySize(buffer, table.Counts, 0, 0);

        Assert.True(DirectMessage.TryReadReply(buffer, in table, ref table, out _));

        Assert.Equal((new BufferEntry(40, 5), new BufferEntry(48, 0)), (table.InputBuffer(0), table.OutputBuffer(0)));
    }

    [Theory]
    [InlineData(17u)]
    [InlineData(65536u)]
    [InlineData(0x80000000u)]
    [InlineData(uint.MaxValue)]
    public void D07_Given_an_output_of_capacity_16_When_the_peer_answers_more_Then_no_byte_is_handed_out(uint size) =>
        AssertRefused(buffer => buffer.With(OutputEntry + 4, size), new Refusal(RefusedField.OutputBufferSize, 0, size, 16));

    [Theory]
    [InlineData(0u)]
    [InlineData(40u)]
    [InlineData(56u)]
    [InlineData(0xFFFFFFF0u)]
    public void D07_Given_an_output_When_the_peer_answers_a_foreign_offset_Then_no_byte_is_handed_out(uint offset) =>
        AssertRefused(buffer => buffer.With(OutputEntry, offset), new Refusal(RefusedField.OutputBufferOffset, 0, offset, 48));

    [Theory]
    [InlineData(1u, 2u)]
    [InlineData(0x80000000u, 0x80000001u)]
    public void D24_Given_root_or_primordial_as_output_object_When_read_Then_the_reply_is_refused(uint id, uint nearest) =>
        AssertRefused(buffer => buffer.With(ObjectEntry, id), new Refusal(RefusedField.OutputObject, 0, id, nearest));

    [Fact]
    public void Given_a_refused_reply_When_its_objects_are_asked_for_Then_each_is_there_to_be_put()
    {
        var request = default(ArgumentTable);
        var buffer = Sample.Direct(ref request, outputs: [16], outputObjects: 3);
        buffer.With(16, 17).With(20, 0x123).With(28, 0x80000001).With(36, 1);
        var reply = default(ArgumentTable);

        Assert.False(DirectMessage.TryReadReply(buffer, in request, ref reply, out _));

        Assert.Equal([0x123u, 0x80000001, 1], Enumerable.Range(0, 3).Select(i => reply.OutputObject(i).Value));
        Assert.Equal(0, reply.OutputBuffer(0).Size);
    }

    [Fact]
    public void D09_Given_header_and_inputs_rewritten_by_the_peer_When_the_reply_is_read_Then_they_are_not_looked_at()
    {
        var request = default(ArgumentTable);
        var buffer = Request(ref request);
        buffer.AsSpan(0, OutputEntry).Fill(0xEE);
        var reply = default(ArgumentTable);

        Assert.True(DirectMessage.TryReadReply(buffer, in request, ref reply, out _));
        Assert.Equal(request.Counts, reply.Counts);
    }

    [Fact]
    public void Given_the_unused_halves_of_object_entries_When_they_hold_anything_Then_they_are_not_read()
    {
        var request = default(ArgumentTable);
        var buffer = Request(ref request).With(ObjectEntry, 9).With(ObjectEntry + 4, 0xFFFFFFFF);
        var reply = default(ArgumentTable);

        Assert.True(DirectMessage.TryReadReply(buffer, in request, ref reply, out _));
        Assert.Equal(9u, reply.OutputObject(0).Value);
    }

    [Theory]
    [InlineData(17)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void Given_a_size_above_the_capacity_When_the_reply_is_written_Then_it_is_refused_and_nothing_written(int size)
    {
        var request = default(ArgumentTable);
        var buffer = Request(ref request);
        var before = (byte[])buffer.Clone();

        Assert.False(DirectMessage.TryWriteReplySize(buffer, in request, 0, size, out var refusal));
        Assert.Equal(new Refusal(RefusedField.OutputBufferSize, 0, size, 16), refusal);
        Assert.Equal(before, buffer);
    }

    [Fact]
    public void Given_a_buffer_shorter_than_the_request_When_read_Then_it_is_refused()
    {
        var request = default(ArgumentTable);
        var buffer = Request(ref request);
        var reply = default(ArgumentTable);

        Assert.False(DirectMessage.TryReadReply(buffer.AsSpan(0, 63), in request, ref reply, out var refusal));
        Assert.Equal(new Refusal(RefusedField.MessageSize, 0, 64, 63), refusal);
        Assert.Equal(0, reply.Counts.Total);
    }

    [Fact]
    public void Given_an_output_object_that_is_not_there_When_written_Then_the_caller_is_told() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DirectMessage.WriteOutputObject(new byte[64], Sample.Counts(outputObjects: 1), 1, default));

    /// <summary>One input at 40, one output of 16 bytes at 48, one output object.</summary>
    private static byte[] Request(ref ArgumentTable table) => Sample.Direct(ref table, inputs: [5], outputs: [16], outputObjects: 1);

    private static void AssertRefused(Action<byte[]> tamper, Refusal expected)
    {
        var request = default(ArgumentTable);
        var buffer = Request(ref request);
        tamper(buffer);
        var reply = default(ArgumentTable);

        Assert.False(DirectMessage.TryReadReply(buffer, in request, ref reply, out var refusal));
        Assert.Equal(expected, refusal);
        Assert.Equal(0, reply.OutputBuffer(0).Size);
    }
}
