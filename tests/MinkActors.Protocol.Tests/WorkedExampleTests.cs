using System.Security.Cryptography;
using System.Text;

namespace MinkActors.Protocol.Tests;

/// <summary>Doc 02, section 8, byte by byte.</summary>
public class WorkedExampleTests
{
    [Fact]
    public void Given_example_8_1_When_encoded_Then_it_is_16_bytes()
    {
        var table = default(ArgumentTable);

        var buffer = Request(ref table, 7, 3, [], []);

        Assert.Equal(16, table.PayloadEnd);
        Hex.AssertHolds("07000000 03000000 00000000 00000000", buffer);
    }

    [Fact]
    public void Given_example_8_2_When_encoded_and_answered_Then_request_and_reply_are_those_dumps()
    {
        var table = default(ArgumentTable);
        var buffer = Request(ref table, 5, 2, ["hello"u8.ToArray()], [16]);
        Assert.Equal(56, table.PayloadEnd);
        Hex.AssertHolds("""
            05000000 02000000 11000000 20000000 05000000 28000000 10000000 00000000
            68656c6c 6f000000 00000000 00000000 00000000 00000000
            """, buffer);

        "abc"u8.CopyTo(table.OutputBytes(buffer.AsSpan(), 0));
        Assert.True(DirectMessage.TryWriteReplySize(buffer, in table, 0, 3, out _));

        Hex.AssertHolds("""
            05000000 02000000 11000000 20000000 05000000 28000000 03000000 00000000
            68656c6c 6f000000 61626300 00000000 00000000 00000000
            """, buffer);
        Assert.True(DirectMessage.TryReadReply(buffer, in table, ref table, out _));
        Assert.Equal("abc", Encoding.ASCII.GetString(table.OutputBytes((ReadOnlySpan<byte>)buffer, 0)));
    }

    [Fact]
    public void Given_example_8_3_When_encoded_and_answered_Then_only_the_word_at_36_differs()
    {
        var table = default(ArgumentTable);
        var buffer = Request(ref table, 0x2A, 0x10, [Hex.Bytes("A1A2A3"), Hex.Bytes("B1B2B3B4B5B6B7")], [], [0], 1);
        var request = """
            2a000000 10000000 02110000 30000000 03000000 38000000 07000000 00000000
            00000000 00000000 00000000 00000000 a1a2a300 00000000 b1b2b3b4 b5b6b700
            """;
        Assert.Equal(64, table.PayloadEnd);
        Hex.AssertHolds(request, buffer);

        DirectMessage.WriteOutputObject(buffer, table.Counts, 0, new ObjectId(0x123));

        Assert.Equal(Hex.Buffer(request).With(36, 0x123), buffer);
    }

    [Fact]
    public void Given_example_8_4_When_encoded_and_answered_Then_request_reply_and_refusal_are_those_dumps()
    {
        var table = default(ArgumentTable);
        var buffer = Request(ref table, 0x80000001, 4, ["0123456789"u8.ToArray()], [12], [0x42]);
        var request = """
            00000000 01000080 04000000 11010000 28000000 0a000000 38000000 0c000000
            42000000 00000000 30313233 34353637 38390000 00000000 00000000 00000000
            00000000 00000000
            """;
        Assert.Equal(72, AsyncArea.StartBehind(in table));
        Hex.AssertHolds(request, buffer);
        var refused = (byte[])buffer.Clone();

        "reply"u8.CopyTo(table.OutputBytes(buffer.AsSpan(), 0));
        Assert.True(CallbackMessage.TryWriteReplySize(buffer, in table, 0, 5, out _));
        CallbackMessage.WriteResult(buffer, ResultCode.Ok);
        CallbackMessage.WriteResult(refused, ResultCode.Unavailable);

        Hex.AssertHolds("""
            00000000 01000080 04000000 11010000 28000000 0a000000 38000000 05000000
            42000000 00000000 30313233 34353637 38390000 00000000 7265706c 79000000
            00000000 00000000
            """, buffer);
        Assert.Equal(Hex.Buffer(request).With(0, 0xFFFFFFA0), refused);
    }

    [Fact]
    public void Given_example_8_5_When_encoded_and_answered_Then_the_area_is_there_and_then_zero()
    {
        var table = default(ArgumentTable);
        var buffer = Request(ref table, 0x80000002, 6, [Hex.Bytes("11223344")], []);
        var start = AsyncArea.StartBehind(in table);
        var writer = new AsyncReleaseWriter(buffer.AsSpan(start));
        Assert.True(writer.TryWrite([0x80000003, 0x80000004, 0x80000005]));

        Assert.Equal((32, 24), (start, writer.Written));
        Hex.AssertHolds("""
            00000000 02000080 06000000 01000000 18000000 04000000 11223344 00000000
            02000100 ffff0000 03000000 03000080 04000080 05000080
            """, buffer);

        buffer.AsSpan(start).Clear();

        Hex.AssertHolds("00000000 02000080 06000000 01000000 18000000 04000000 11223344", buffer);
    }

    [Fact]
    public void Given_example_8_6_When_encoded_Then_the_message_has_the_stated_entries_and_hash()
    {
        var table = default(ArgumentTable);
        var inputs = Enumerable.Range(0, 15).Select(i => Enumerable.Repeat((byte)i, i + 1).ToArray()).ToArray();
        var outputs = Enumerable.Range(0, 15).Select(i => 4 * (i + 1)).ToArray();
        var objects = Enumerable.Range(0, 15).Select(i => 0x80000001 + (uint)i).ToArray();
        var buffer = Request(ref table, 0x7FFFFFFF, 0x3FFF, inputs, outputs, objects, 15);

        Assert.Equal((0xFFFFu, 496, 1184), (table.Counts.Word, table.PayloadStart, table.PayloadEnd));
        Assert.Equal((new BufferEntry(0x1F0, 1), new BufferEntry(0x1F8, 2), new BufferEntry(0x290, 15)), (table.InputBuffer(0), table.InputBuffer(1), table.InputBuffer(14)));
        Assert.Equal((new BufferEntry(0x2A0, 4), new BufferEntry(0x2A8, 8), new BufferEntry(0x460, 60)), (table.OutputBuffer(0), table.OutputBuffer(1), table.OutputBuffer(14)));
        Assert.Equal((0x80000001u, 0x8000000Fu), (table.InputObject(0).Value, table.InputObject(14).Value));
        Assert.Equal("d42b4a01be6d3ff65a20652d93180e4aa9dcca913686d6ff09eeaae11f4ffa4b", Sha256(buffer.AsSpan(0, 1184)));
    }

    [Fact]
    public void Given_the_callback_twin_of_8_6_When_encoded_Then_the_message_has_the_stated_hash()
    {
        var table = default(ArgumentTable);
        var inputs = Enumerable.Range(0, 15).Select(i => Enumerable.Repeat((byte)(0x80 + i), i + 1).ToArray()).ToArray();
        var outputs = Enumerable.Range(1, 15).ToArray();
        var objects = Enumerable.Range(0, 15).Select(i => 0x100 + (uint)i).ToArray();
        var buffer = Request(ref table, 0xFFFFFFFF, 0x3FFF, inputs, outputs, objects, 15);

        Assert.Equal(848, table.PayloadEnd);
        Assert.Equal("828457777f9ac2e8374ce7709ddde6cb737229c0f697bf76af31f566e75ece8a", Sha256(buffer.AsSpan(0, 848)));
    }

    [Fact]
    public void Given_example_8_7_When_encoded_Then_it_is_that_dump()
    {
        var table = default(ArgumentTable);
        var buffer = Request(ref table, 2, 0, [BitConverter.GetBytes(2033)], [], [], 1);

        Hex.AssertHolds("02000000 00000000 01100000 20000000 04000000 00000000 00000000 00000000 f1070000 00000000", buffer);
    }

    [Fact]
    public void Given_example_8_8_When_encoded_and_answered_Then_the_reply_is_that_dump()
    {
        var table = default(ArgumentTable);
        var buffer = Request(ref table, 0x80000000, PrimordialOperation.MapRegion, [], [20], [0x80000005], 1);
        Assert.Equal(PrimordialOperation.MapRegionCounts, table.Counts.Word);

        Assert.True(new MappingInfo(0x912345000, 0x2000, MappingInfo.ReadWrite).TryWrite(table.OutputBytes(buffer.AsSpan(), 0), out _));
        CallbackMessage.WriteOutputObject(buffer, table.Counts, 0, new ObjectId(0x80000006));

        Hex.AssertHolds("""
            00000000 00000080 00000000 10110000 28000000 14000000 05000080 00000000
            06000080 00000000 00503412 09000000 00200000 00000000 06000000 00000000
            """, buffer);
    }

    [Fact]
    public void Given_example_8_9_When_encoded_Then_it_is_that_dump()
    {
        var buffer = new byte[4096];

        Assert.True(new AsyncReleaseWriter(buffer).TryWrite([0x80000001, 0x80000002]));

        Hex.AssertHolds("02000100 ffff0000 02000000 01000080 02000080 00000000", buffer);
    }

    private static byte[] Request(ref ArgumentTable table, uint target, uint op, byte[][] inputs, int[] outputs, uint[]? objects = null, int outputObjects = 0) =>
        Sample.Write(new byte[4096], target, op, ref table, inputs, outputs, objects, outputObjects);

    private static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
