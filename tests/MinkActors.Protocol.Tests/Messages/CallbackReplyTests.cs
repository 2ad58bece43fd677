namespace MinkActors.Protocol.Tests.Messages;

/// <summary>Doc 02, sections 4 and 7.5: the reply to a callback request.</summary>
public class CallbackReplyTests
{
    private const int OutputEntry = 24;

    [Theory]
    [InlineData(0)]
    [InlineData(-96)]
    [InlineData(10)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void Given_any_result_When_written_Then_the_same_is_read(int result)
    {
        var buffer = new byte[4096];

        CallbackMessage.WriteResult(buffer, (ResultCode)result);

        Assert.Equal((ResultCode)result, CallbackMessage.ReadResult(buffer));
    }

    [Fact]
    public void Given_a_buffer_without_a_result_word_When_read_Then_it_is_Unavailable() =>
        Assert.Equal(ResultCode.Unavailable, CallbackMessage.ReadResult(new byte[3]));

    [Fact]
    public void Given_a_shrunk_output_and_objects_When_read_Then_all_are_in_the_table_of_the_reply()
    {
        var request = default(ArgumentTable);
        var buffer = Request(ref request);
        Assert.True(CallbackMessage.TryWriteReplySize(buffer, in request, 0, 5, out _));
        CallbackMessage.WriteOutputObject(buffer, request.Counts, 0, new ObjectId(0x8000000A));
        CallbackMessage.WriteOutputObject(buffer, request.Counts, 1, new ObjectId(0x42));
        var reply = default(ArgumentTable);

        Assert.True(CallbackMessage.TryReadReply(buffer, in request, ref reply, out _));

        Assert.Equal(5, reply.OutputBuffer(0).Size);
        Assert.Equal([0x8000000Au, 0x42, 0], Enumerable.Range(0, 3).Select(i => reply.OutputObject(i).Value));
    }

    [Theory]
    [InlineData(13u)]
    [InlineData(uint.MaxValue)]
    public void Given_an_output_larger_than_asked_When_read_Then_it_is_refused(uint size) =>
        AssertRefused(buffer => buffer.With(OutputEntry + 4, size), new Refusal(RefusedField.OutputBufferSize, 0, size, 12));

    [Fact]
    public void Given_a_changed_output_offset_When_read_Then_it_is_refused() =>
        AssertRefused(buffer => buffer.With(OutputEntry, 0), new Refusal(RefusedField.OutputBufferOffset, 0, 0, 72));

    [Theory]
    [InlineData(1u, 2u)]
    [InlineData(0x80000000u, 0x80000001u)]
    public void Given_a_static_object_as_output_When_read_Then_it_is_refused(uint id, uint nearest) =>
        AssertRefused(buffer => buffer.With(32, id), new Refusal(RefusedField.OutputObject, 0, id, nearest));

    [Fact]
    public void Given_one_callback_id_twice_When_read_Then_it_is_refused() =>
        AssertRefused(buffer => buffer.With(32, 0x80000009).With(48, 0x80000009), new Refusal(RefusedField.OutputObject, 2, 0x80000009, 0));

    [Fact]
    public void Given_one_secure_id_and_null_twice_When_read_Then_it_is_accepted()
    {
        var request = default(ArgumentTable);
        var buffer = Request(ref request).With(32, 9).With(40, 9);
        var reply = default(ArgumentTable);

        Assert.True(CallbackMessage.TryReadReply(buffer, in request, ref reply, out _));
    }

    [Fact]
    public void D53_Given_a_dispatcher_that_answers_more_than_was_asked_When_encoded_Then_it_is_refused_and_nothing_written()
    {
        var request = default(ArgumentTable);
        var buffer = Request(ref request);
        var before = (byte[])buffer.Clone();

        Assert.False(CallbackMessage.TryWriteReplySize(buffer, in request, 0, 13, out var refusal));
        Assert.Equal(new Refusal(RefusedField.OutputBufferSize, 0, 13, 12), refusal);
        Assert.Equal(before, buffer);
    }

    [Fact]
    public void D54_Given_header_and_inputs_that_changed_When_the_reply_is_read_Then_only_outputs_are_taken()
    {
        var request = default(ArgumentTable);
        var buffer = Request(ref request);
        buffer.AsSpan(4, 20).Fill(0xEE);
        var reply = default(ArgumentTable);

        Assert.True(CallbackMessage.TryReadReply(buffer, in request, ref reply, out _));
        Assert.Equal((request.Counts, request.InputBuffer(0)), (reply.Counts, reply.InputBuffer(0)));
    }

    /// <summary>One input at 56, one output of 12 bytes at 72, three output objects with entries at 32, 40 and 48.</summary>
    private static byte[] Request(ref ArgumentTable table) => Sample.CallbackRequest(ref table, inputs: [10], outputs: [12], outputObjects: 3);

    private static void AssertRefused(Action<byte[]> tamper, Refusal expected)
    {
        var request = default(ArgumentTable);
        var buffer = Request(ref request);
        tamper(buffer);
        var reply = default(ArgumentTable);

        Assert.False(CallbackMessage.TryReadReply(buffer, in request, ref reply, out var refusal));
        Assert.Equal(expected, refusal);
        Assert.Equal(0, reply.OutputBuffer(0).Size);
    }
}
