namespace MinkActors.Protocol.Tests.Messages;

/// <summary>Doc 02, section 7.1: what the normal side checks in a callback request.</summary>
public class CallbackRequestReaderTests
{
    private const int Counts = 12;
    private const int FirstOffset = 16;
    private const int FirstSize = 20;

    [Fact]
    public void Given_a_sound_request_When_read_Then_the_table_holds_all_of_it()
    {
        var written = default(ArgumentTable);
        var buffer = Sample.CallbackRequest(ref written, inputs: [10], outputs: [12], objects: [0x42, 0, 0x80000000], outputObjects: 1, op: 0x10004);
        var read = default(ArgumentTable);

        Assert.True(CallbackMessage.TryReadRequest(buffer, out var target, out var operation, ref read, out var refusal));

        Assert.True(refusal.IsNone);
        Assert.Equal((Sample.Callback, 4), (target, operation.Method));
        Assert.Equal((written.InputBuffer(0), written.OutputBuffer(0), written.PayloadEnd), (read.InputBuffer(0), read.OutputBuffer(0), read.PayloadEnd));
        Assert.Equal([0x42u, 0, 0x80000000], Enumerable.Range(0, 3).Select(i => read.InputObject(i).Value));
        Assert.True(read.OutputObject(0).IsNull);
    }

    [Fact]
    public void Given_a_result_word_and_unused_halves_When_read_Then_they_are_not_looked_at()
    {
        var written = default(ArgumentTable);
        var buffer = Sample.CallbackRequest(ref written, objects: [7], outputObjects: 1).With(0, 77).With(20, 0xFFFFFFFF).With(24, 9).With(28, 9);
        var read = default(ArgumentTable);

        Assert.True(CallbackMessage.TryReadRequest(buffer, out _, out _, ref read, out _));
        Assert.True(read.OutputObject(0).IsNull);
    }

    [Fact]
    public void Given_reserved_counts_bits_When_read_Then_it_is_refused() =>
        AssertRefused(Request().With(Counts, 0x00010111), new Refusal(RefusedField.Counts, 0, 0x10111, 0xFFFF));

    [Fact]
    public void Given_more_entries_than_the_buffer_holds_When_read_Then_it_is_refused() =>
        AssertRefused(Hex.Buffer("00000000 01000080 04000000 ffff0000", 256), new Refusal(RefusedField.MessageSize, 0, 496, 256));

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(15)]
    public void Given_a_buffer_without_room_for_a_header_When_read_Then_it_is_refused(int size) =>
        AssertRefused(new byte[size], new Refusal(RefusedField.MessageSize, 0, 16, size));

    [Theory]
    [InlineData(0u)]
    [InlineData(16u)]
    [InlineData(33u)]
    [InlineData(48u)]
    [InlineData(24u)]
    public void D08_Given_an_input_in_the_header_or_out_of_place_When_read_Then_it_is_refused(uint offset) =>
        AssertRefused(Request().With(FirstOffset, offset), new Refusal(RefusedField.InputBufferOffset, 0, offset, 40));

    [Fact]
    public void D08_Given_an_input_at_4090_of_size_64_When_read_Then_it_is_refused() =>
        AssertRefused(Request().With(FirstOffset, 4090).With(FirstSize, 64), new Refusal(RefusedField.InputBufferSize, 0, 64, 6));

    [Theory]
    [InlineData(0u)]
    [InlineData(16u)]
    [InlineData(40u)]
    [InlineData(64u)]
    public void D08_Given_an_output_over_the_header_or_an_input_or_behind_a_gap_When_read_Then_it_is_refused(uint offset) =>
        AssertRefused(Request().With(FirstOffset + 8, offset), new Refusal(RefusedField.OutputBufferOffset, 0, offset, 56));

    [Theory]
    [InlineData(0xFFFFFFFFu)]
    [InlineData(0xFFFFFFF9u)]
    [InlineData(0x80000000u)]
    public void D02_Given_a_size_whose_alignment_wraps_in_32_bits_When_read_Then_it_is_refused(uint size) =>
        AssertRefused(Request().With(FirstSize, size), new Refusal(RefusedField.InputBufferSize, 0, size, 4056));

    [Fact]
    public void D02_Given_input_bytes_that_spell_a_release_When_read_Then_the_area_starts_behind_them()
    {
        var table = default(ArgumentTable);
        var buffer = Sample.CallbackRequest(ref table, inputs: [16]);
        Hex.Bytes("02000100ffff00000100000003000080").CopyTo(buffer.AsSpan(table.InputBuffer(0).Offset));

        Assert.True(CallbackMessage.TryReadRequest(buffer, out _, out _, ref table, out _));
        var reader = new AsyncReleaseReader(buffer.AsSpan(AsyncArea.StartBehind(in table)));

        Assert.Equal(40, AsyncArea.StartBehind(in table));
        Assert.False(reader.TryNext(out _));
        Assert.True(reader.Fault.IsNone);
    }

    [Fact]
    public void D71_Given_sizes_that_sum_past_the_buffer_by_one_When_read_Then_the_second_is_refused() =>
        AssertRefused(Request().With(FirstSize, 4048).With(FirstOffset + 8, 4088).With(FirstSize + 8, 9), new Refusal(RefusedField.OutputBufferSize, 0, 9, 8));

    [Fact]
    public void D71_Given_sizes_that_sum_past_the_buffer_by_4_GiB_When_read_Then_the_second_is_refused() =>
        AssertRefused(Request().With(FirstSize + 8, 0xFFFFFFF8), new Refusal(RefusedField.OutputBufferSize, 0, 0xFFFFFFF8, 4040));

    [Fact]
    public void D71_Given_sizes_that_fill_the_buffer_exactly_When_read_Then_the_area_is_empty()
    {
        var table = default(ArgumentTable);
        var buffer = Request().With(FirstSize + 8, 4040);

        Assert.True(CallbackMessage.TryReadRequest(buffer, out _, out _, ref table, out _));
        Assert.Equal(4096, AsyncArea.StartBehind(in table));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(5u)]
    [InlineData(0x7FFFFFFFu)]
    public void Given_a_target_not_on_the_normal_side_When_read_Then_the_structure_is_sound_and_the_ids_are_not(uint target)
    {
        var table = default(ArgumentTable);

        Assert.True(CallbackMessage.TryReadRequest(Request().With(4, target), out var read, out _, ref table, out _));
        Assert.False(CallbackMessage.TryCheckIds(read, in table, out var refusal));
        Assert.Equal(new Refusal(RefusedField.Target, 0, target, 0x80000000), refusal);
    }

    [Fact]
    public void D24_Given_root_as_input_When_read_Then_the_structure_is_sound_and_the_ids_are_not()
    {
        var table = default(ArgumentTable);

        Assert.True(CallbackMessage.TryReadRequest(Request().With(32, 1), out var target, out _, ref table, out _));
        Assert.False(CallbackMessage.TryCheckIds(target, in table, out var refusal));
        Assert.Equal(new Refusal(RefusedField.InputObject, 0, 1, 2), refusal);
    }

    [Fact]
    public void Given_a_structural_refusal_When_answered_Then_the_result_is_Unavailable_and_all_behind_the_header_is_zero()
    {
        var buffer = Request();
        buffer.AsSpan(60).Fill(0xEE);

        CallbackMessage.WriteStructuralRefusal(buffer);

        Hex.AssertHolds("a0ffffff 01000080 04000000 11010000", buffer);
    }

    /// <summary>One input of 10 bytes at 40, one output of 12 at 56, one object.</summary>
    private static byte[] Request()
    {
        var table = default(ArgumentTable);
        return Sample.CallbackRequest(ref table, inputs: [10], outputs: [12], objects: [0x42]);
    }

    private static void AssertRefused(byte[] buffer, Refusal expected)
    {
        var table = default(ArgumentTable);
        Assert.False(CallbackMessage.TryReadRequest(buffer, out _, out _, ref table, out var refusal));
        Assert.Equal(expected, refusal);
        for (var i = 0; i < table.Counts.InputBuffers; i++) Assert.Equal(default, table.InputBuffer(i));
        for (var i = 0; i < table.Counts.OutputBuffers; i++) Assert.Equal(default, table.OutputBuffer(i));
    }
}
