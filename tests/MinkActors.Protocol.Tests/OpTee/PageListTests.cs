using System.Buffers.Binary;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Protocol.Tests.OpTee;

public sealed class PageListTests
{
    private const ulong ListAt = 0x4001_0000;

    private static ulong[] Pages(int count) => [.. Enumerable.Range(0, count).Select(i => 0x6000_0000 + (ulong)i * 4096)];

    [Theory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(1022)]
    [InlineData(1023)]
    public void L1_L4_Given_pages_When_written_and_walked_Then_the_same_pages_come_in_as_few_list_pages_as_possible(int count)
    {
        var image = new byte[(int)PageList.ListPagesFor((ulong)count) * 4096];
        Assert.True(PageList.TryWrite(image, ListAt, Pages(count), out _));
        Assert.True(PageListWalk.TryStart(ListAt, (ulong)count * 4096, 2000, out var walk, out _));
        var found = new List<ulong>();
        var some = new ulong[511];
        for (var reads = 0; walk.Remaining > 0; reads++)
        {
            Assert.True(walk.TryRead(image.AsSpan((int)(walk.NextListPage - ListAt)), some, out var read, out _));
            found.AddRange(some[..read]);
        }

        Assert.Equal(Pages(count), found);
        Assert.Equal((count + 510) / 511 * 4096, image.Length);
    }

    [Fact]
    public void L2_Given_an_entry_with_low_bits_When_read_or_written_Then_refused_with_its_index()
    {
        var image = new byte[4096];
        PageList.TryWrite(image, ListAt, Pages(3), out _);
        image[8] = 1;
        PageListWalk.TryStart(ListAt, 3 * 4096, 10, out var walk, out _);

        Assert.False(walk.TryRead(image, new ulong[511], out var count, out var refusal));
        Assert.Equal((0, OpTeeField.PageEntry, 1, 0x6000_1001L), (count, refusal.Field, refusal.Index, refusal.Value));
        Assert.False(PageList.TryWrite(image, ListAt, [0x1001], out _));
    }

    [Theory]
    [InlineData(4096ul, 0, 1ul)]
    [InlineData(4096ul, 1, 2ul)]
    [InlineData(0x2FF0ul, 0x10, 3ul)]
    [InlineData(0x2FF1ul, 0x10, 4ul)]
    [InlineData(0ul, 0, 0ul)]
    [InlineData(ulong.MaxValue, 0, 0ul)]
    [InlineData(ulong.MaxValue, 16, 0ul)]
    [InlineData(1ul, 4096, 0ul)]
    public void L3_Given_a_size_and_offset_When_counted_Then_pages_are_rounded_up_and_wrapping_is_none(ulong size, int offset, ulong entries) =>
        Assert.Equal(entries, PageList.EntriesFor(size, offset));

    [Fact]
    public void L4_Given_exactly_511_entries_When_walked_Then_the_next_address_is_ignored()
    {
        var image = new byte[4096];
        PageList.TryWrite(image, ListAt, Pages(511), out _);
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(PageList.NextOffset), 0xBAD);
        PageListWalk.TryStart(ListAt, 511 * 4096, 600, out var walk, out _);

        Assert.True(walk.TryRead(image, new ulong[511], out _, out _));
        Assert.Equal(0ul, walk.Remaining);
    }

    [Theory]
    [InlineData(0xBADul)]
    [InlineData(0ul)]
    public void L4_Given_more_entries_and_a_bad_next_address_When_walked_Then_refused(ulong next)
    {
        var image = new byte[2 * 4096];
        PageList.TryWrite(image, ListAt, Pages(512), out _);
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(PageList.NextOffset), next);
        PageListWalk.TryStart(ListAt, 512 * 4096, 600, out var walk, out _);

        Assert.False(walk.TryRead(image, new ulong[511], out _, out var refusal));
        Assert.Equal(OpTeeField.NextListPage, refusal.Field);
    }

    [Fact]
    public void L5_Given_entries_and_an_offset_When_sized_Then_the_offset_is_taken_off_and_bad_ones_are_refused()
    {
        Assert.True(PageList.TryObjectSize(3, 16, out var size));
        Assert.Equal(3ul * 4096 - 16, size);
        Assert.False(PageList.TryObjectSize(0, 0, out _));
        Assert.False(PageList.TryObjectSize(1, 4096, out _));
    }
}
