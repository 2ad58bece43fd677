namespace MinkActors.Protocol.Tests.Messages;

/// <summary>Doc 02, section 7.4: what the secure side checks in a direct request, and in which order.</summary>
public class DirectRequestReaderTests
{
    private const int Counts = 8;
    private const int FirstOffset = 12;
    private const int FirstSize = 16;

    [Fact]
    public void Given_a_sound_request_When_read_Then_the_table_holds_all_of_it()
    {
        var written = default(ArgumentTable);
        var buffer = Sample.Direct(ref written, inputs: [5, 0], outputs: [16], objects: [0, 1, 9, 0x80000004], outputObjects: 2);
        var read = default(ArgumentTable);

        Assert.True(DirectMessage.TryReadRequest(buffer, out var target, out var operation, ref read, out var refusal, out var answer));

        Assert.True(refusal.IsNone);
        Assert.Equal((Sample.Secure, new Operation(2), ResultCode.Ok), (target, operation, answer));
        Assert.Equal((written.Counts, written.PayloadEnd), (read.Counts, read.PayloadEnd));
        Assert.Equal((written.InputBuffer(0), written.InputBuffer(1), written.OutputBuffer(0)), (read.InputBuffer(0), read.InputBuffer(1), read.OutputBuffer(0)));
        Assert.Equal([0u, 1, 9, 0x80000004], Enumerable.Range(0, 4).Select(i => read.InputObject(i).Value));
    }

    [Fact]
    public void Given_reserved_counts_bits_When_read_Then_the_answer_is_MaxArguments_and_no_argument_is_known() =>
        AssertRefused(Request(out _).With(Counts, 0x00020111), ResultCode.MaxArguments, new Refusal(RefusedField.Counts, 0, 0x20111, 0xFFFF), objects: 0);

    [Fact]
    public void Given_more_entries_than_the_buffer_holds_When_read_Then_the_answer_is_MaxArguments() =>
        AssertRefused(Hex.Buffer("05000000 02000000 ffff0000", 495), ResultCode.MaxArguments, new Refusal(RefusedField.MessageSize, 0, 496, 495), objects: 0);

    [Fact]
    public void Given_a_size_past_the_end_When_read_Then_the_answer_is_MaxData() =>
        AssertRefused(Request(out _).With(FirstSize, 4057), ResultCode.MaxData, new Refusal(RefusedField.InputBufferSize, 0, 4057, 4056));

    [Fact]
    public void Given_a_size_that_would_wrap_When_read_Then_the_answer_is_MaxData() =>
        AssertRefused(Request(out _).With(FirstSize, uint.MaxValue), ResultCode.MaxData, new Refusal(RefusedField.InputBufferSize, 0, uint.MaxValue, 4056));

    [Fact]
    public void Given_an_offset_past_the_end_When_read_Then_it_is_out_of_bounds() =>
        AssertRefused(Request(out _).With(FirstOffset, 4097), ResultCode.MaxData, new Refusal(RefusedField.InputBufferOffset, 0, 4097, 4096));

    [Theory]
    [InlineData(0u)]
    [InlineData(36u)]
    [InlineData(48u)]
    [InlineData(41u)]
    public void Given_an_offset_inside_the_buffer_but_not_in_its_place_When_read_Then_the_answer_is_Unavailable(uint offset) =>
        AssertRefused(Request(out _).With(FirstOffset, offset), ResultCode.Unavailable, new Refusal(RefusedField.InputBufferOffset, 0, offset, 40));

    [Fact]
    public void Given_an_output_over_an_input_When_read_Then_the_answer_is_Unavailable() =>
        AssertRefused(Request(out _).With(FirstOffset + 8, 40), ResultCode.Unavailable, new Refusal(RefusedField.OutputBufferOffset, 0, 40, 48));

    [Fact]
    public void Given_one_entry_both_out_of_bounds_and_misplaced_When_read_Then_bounds_come_first() =>
        AssertRefused(Request(out _).With(FirstOffset, 4000).With(FirstSize, 97), ResultCode.MaxData, new Refusal(RefusedField.InputBufferSize, 0, 97, 96));

    [Fact]
    public void Given_a_misplaced_entry_before_one_out_of_bounds_When_read_Then_entries_are_judged_in_order() =>
        AssertRefused(Request(out _).With(FirstOffset, 0).With(FirstSize + 8, uint.MaxValue), ResultCode.Unavailable, new Refusal(RefusedField.InputBufferOffset, 0, 0, 40));

    [Fact]
    public void Given_a_buffer_that_ends_inside_the_padding_When_read_Then_the_answer_is_MaxData()
    {
        var table = default(ArgumentTable);
        var buffer = Sample.Direct(ref table, inputs: [1]).AsSpan(0, 25).ToArray();

        AssertRefused(buffer, ResultCode.MaxData, new Refusal(RefusedField.MessageSize, 0, 32, 25), objects: 0);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0x80000000u)]
    [InlineData(0x80000001u)]
    public void Given_a_target_not_on_the_secure_side_When_read_Then_the_answer_is_BadObject(uint target) =>
        AssertRefused(Request(out _).With(0, target), ResultCode.BadObject, new Refusal(RefusedField.Target, 0, target, 0x7FFFFFFF));

    [Fact]
    public void Given_the_primordial_object_as_input_When_read_Then_the_answer_is_BadObject() =>
        AssertRefused(Request(out _).With(28, 0x80000000), ResultCode.BadObject, new Refusal(RefusedField.InputObject, 0, 0x80000000, 0x80000001));

    [Fact]
    public void Given_a_bad_structure_and_a_bad_target_When_read_Then_the_structure_is_answered() =>
        AssertRefused(Request(out _).With(0, 0).With(FirstOffset, 0), ResultCode.Unavailable, new Refusal(RefusedField.InputBufferOffset, 0, 0, 40));

    [Theory]
    [InlineData(FirstOffset, 0u)]
    [InlineData(FirstSize, uint.MaxValue)]
    [InlineData(0, 0x80000001u)]
    public void Given_any_refusal_after_valid_counts_When_read_Then_the_callback_inputs_can_still_be_released(int offset, uint word)
    {
        var buffer = Request(out _).With(offset, word);
        var table = default(ArgumentTable);

        Assert.False(DirectMessage.TryReadRequest(buffer, out _, out _, ref table, out _, out _));
        Assert.Equal(0x80000003u, table.InputObject(0).Value);
    }

    [Fact]
    public void Given_a_refused_buffer_When_its_entries_are_asked_for_Then_nothing_unchecked_is_handed_out()
    {
        var table = default(ArgumentTable);
        var buffer = Request(out _).With(FirstSize + 8, uint.MaxValue);

        Assert.False(DirectMessage.TryReadRequest(buffer, out _, out _, ref table, out _, out _));
        Assert.Equal((default, default), (table.InputBuffer(0), table.OutputBuffer(0)));
    }

    [Theory]
    [InlineData(0xFFFFu)]
    [InlineData(0xFFFEu)]
    [InlineData(0x1FFFFu)]
    public void Given_release_or_retain_with_arguments_When_read_Then_they_are_ignored(uint op)
    {
        var buffer = Request(out _).With(4, op).With(FirstOffset, 0xDEADBEEF).With(28, 0x80000000);
        var table = default(ArgumentTable);

        Assert.True(DirectMessage.TryReadRequest(buffer, out _, out var operation, ref table, out _, out _));
        Assert.True(operation.CountsReferences);
        Assert.Equal(default, table.Counts);
    }

    [Fact]
    public void D11_Given_a_table_of_an_earlier_reply_When_read_Then_output_objects_are_null()
    {
        var table = default(ArgumentTable);
        var earlier = Sample.Direct(ref table, outputObjects: 1);
        DirectMessage.WriteOutputObject(earlier, table.Counts, 0, new ObjectId(9));
        Assert.True(DirectMessage.TryReadReply(earlier, in table, ref table, out _));
        Assert.Equal(9u, table.OutputObject(0).Value);

        Assert.True(DirectMessage.TryReadRequest(earlier, out _, out _, ref table, out _, out _));

        Assert.True(table.OutputObject(0).IsNull);
    }

    [Fact]
    public void D09_Given_memory_that_changes_after_reading_When_the_table_is_used_Then_it_is_the_snapshot_that_was_checked()
    {
        var table = default(ArgumentTable);
        var buffer = Request(out var written);
        Assert.True(DirectMessage.TryReadRequest(buffer, out _, out _, ref table, out _, out _));

        buffer.AsSpan(0, 40).Fill(0xFF);

        Assert.Equal((written.Counts, written.InputBuffer(0), written.OutputBuffer(0)), (table.Counts, table.InputBuffer(0), table.OutputBuffer(0)));
    }

    /// <summary>One input, one output, one callback object: payload from 40.</summary>
    private static byte[] Request(out ArgumentTable table)
    {
        table = default;
        return Sample.Direct(ref table, inputs: [5], outputs: [16], objects: [0x80000003]);
    }

    private static void AssertRefused(byte[] buffer, ResultCode expected, Refusal reason, int objects = 1)
    {
        var table = default(ArgumentTable);
        Assert.False(DirectMessage.TryReadRequest(buffer, out _, out _, ref table, out var refusal, out var answer));
        Assert.Equal((expected, reason, objects), (answer, refusal, table.Counts.InputObjects));
    }
}
