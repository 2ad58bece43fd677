namespace MinkActors.Protocol.Tests.Async;

/// <summary>Doc 02, sections 5 and 7.2: the asynchronous area.</summary>
public class AsyncReleaseTests
{
    private const string ReleaseOf3 = "02000100 ffff0000 01000000 03000080";

    [Theory]
    [InlineData("02000100 ffff0000 00000000", 0)]
    [InlineData("00000100 ffff0000 01000000 03000080", 1)]
    [InlineData("01000100 ffff0000 02000000 03000080 04000080", 2)]
    [InlineData("ffff0100 ffff0000 01000000 03000080", 1)]
    public void Given_a_release_of_any_minor_version_When_read_Then_its_ids_are_yielded(string text, int count)
    {
        var (ids, fault, left) = Read(Hex.Buffer(text));

        Assert.Equal(count, ids.Length);
        Assert.All(ids, id => Assert.True(id >= 0x80000003));
        Assert.True(fault.IsNone);
        Assert.Equal(0, left);
    }

    [Theory]
    [InlineData("02000100 ffff0000 00000000 00000000")]
    [InlineData("02000100 ffff0000 01000000 09000080")]
    [InlineData("02000100 ffff0000 02000000 09000080 0a000080 00000000")]
    [InlineData("02000100 ffff0000 03000000 09000080 0a000080 0b000080")]
    public void Given_a_message_of_any_parity_When_followed_by_another_Then_that_starts_at_the_next_multiple_of_8(string first)
    {
        var (ids, fault, _) = Read(Hex.Buffer(first + ReleaseOf3));

        Assert.Equal(0x80000003u, ids[^1]);
        Assert.True(fault.IsNone);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(8)]
    public void Given_8_bytes_or_fewer_When_read_Then_reading_stops_without_a_fault(int size)
    {
        var (ids, fault, _) = Read(Hex.Bytes(ReleaseOf3)[..size]);

        Assert.Empty(ids);
        Assert.True(fault.IsNone);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(11)]
    public void Given_no_room_for_the_count_When_read_Then_it_is_refused(int size)
    {
        var (ids, fault, left) = Read(Hex.Bytes(ReleaseOf3)[..size]);

        Assert.Empty(ids);
        Assert.Equal(new Refusal(RefusedField.AsyncLength, 0, size, 12), fault);
        Assert.Equal(size, left);
    }

    [Fact]
    public void Given_version_0_When_read_Then_nothing_behind_it_is_read()
    {
        var (ids, fault, left) = Read(Hex.Buffer("00000000 00000000" + ReleaseOf3));

        Assert.Empty(ids);
        Assert.True(fault.IsNone);
        Assert.Equal(0, left);
    }

    [Fact]
    public void D01_Given_count_5000_in_a_page_When_read_Then_the_message_is_refused_whole()
    {
        var (ids, fault, _) = Read(Hex.Buffer("02000100 ffff0000 88130000 01000080 02000080 03000080"));

        Assert.Empty(ids);
        Assert.Equal(new Refusal(RefusedField.AsyncCount, 0, 5000, 1021), fault);
    }

    [Theory]
    [InlineData(2u)]
    [InlineData(0x40000000u)]
    [InlineData(0xFFFFFFFFu)]
    public void D01_Given_one_id_more_than_fits_or_a_count_that_wraps_When_read_Then_it_is_refused(uint count)
    {
        var (ids, fault, _) = Read(Hex.Bytes(ReleaseOf3).With(8, count));

        Assert.Empty(ids);
        Assert.Equal(new Refusal(RefusedField.AsyncCount, 0, count, 1), fault);
    }

    [Fact]
    public void Given_a_message_that_ends_at_the_last_byte_When_read_Then_it_is_accepted()
    {
        var (ids, fault, _) = Read(Hex.Bytes(ReleaseOf3));

        Assert.Equal([0x80000003u], ids);
        Assert.True(fault.IsNone);
    }

    [Fact]
    public void D03_Given_an_unknown_op_between_two_releases_When_read_Then_the_first_is_applied_and_the_rest_is_counted()
    {
        var area = Hex.Bytes(ReleaseOf3 + "02000100 fffe0000 01000000 04000080" + ReleaseOf3);

        var (ids, fault, left) = Read(area);

        Assert.Equal([0x80000003u], ids);
        Assert.Equal(new Refusal(RefusedField.AsyncOperation, 1, 0xFEFF, 0xFFFF), fault);
        Assert.Equal(32, left);
    }

    [Fact]
    public void Given_an_op_whose_upper_half_is_set_When_read_Then_it_is_refused()
    {
        var (ids, fault, _) = Read(Hex.Bytes(ReleaseOf3).With(4, 0x0001FFFF));

        Assert.Empty(ids);
        Assert.Equal(RefusedField.AsyncOperation, fault.Field);
    }

    [Theory]
    [InlineData(0x00020000u)]
    [InlineData(0x00000001u)]
    [InlineData(0x80010002u)]
    public void D04_Given_another_major_version_When_it_names_a_live_id_Then_it_is_refused(uint version)
    {
        var (ids, fault, _) = Read(Hex.Bytes(ReleaseOf3).With(0, version));

        Assert.Empty(ids);
        Assert.Equal(new Refusal(RefusedField.AsyncVersion, 0, version, 0x00010002), fault);
    }

    [Fact]
    public void Given_a_refused_message_When_asked_again_Then_reading_has_stopped_for_good()
    {
        var reader = new AsyncReleaseReader(Hex.Bytes(ReleaseOf3).With(0, 0x00020000));

        Assert.False(reader.TryNext(out _));
        Assert.False(reader.TryNext(out _));
        Assert.Equal(16, reader.BytesNotUnderstood);
    }

    [Fact]
    public void Given_an_id_that_is_not_there_When_asked_for_Then_the_caller_is_told()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            var reader = new AsyncReleaseReader(Hex.Buffer(ReleaseOf3));
            reader.TryNext(out var message);
            return message[1];
        });
    }

    [Fact]
    public void Given_messages_over_an_old_callback_message_When_written_Then_the_area_ends_behind_them()
    {
        var area = new byte[64];
        area.AsSpan().Fill(0xEE);
        var writer = new AsyncReleaseWriter(area);
        Assert.True(writer.TryWrite([0x80000001, 0x80000002]));

        var (ids, fault, _) = Read(area);

        Assert.Equal([0x80000001u, 0x80000002], ids);
        Assert.True(fault.IsNone);
        Assert.Equal("02000100FFFF000002000000010000800200008000000000" + "00000000EEEEEEEE", Convert.ToHexString(area, 0, 32));
    }

    [Fact]
    public void Given_nothing_to_send_over_an_old_message_When_the_writer_exists_Then_the_area_reads_as_empty()
    {
        var area = new byte[64];
        area.AsSpan().Fill(0xEE);
        _ = new AsyncReleaseWriter(area);

        var (ids, fault, _) = Read(area);

        Assert.Empty(ids);
        Assert.True(fault.IsNone);
    }

    [Theory]
    [InlineData(11, -1)]
    [InlineData(12, 0)]
    [InlineData(16, 1)]
    [InlineData(23, 2)]
    [InlineData(4096, 1021)]
    public void Given_an_area_When_written_Then_it_takes_the_ids_that_fit_and_not_one_more(int size, int fits)
    {
        var full = new AsyncReleaseWriter(new byte[size]);
        var over = new AsyncReleaseWriter(new byte[size]);

        Assert.Equal(Math.Max(fits, 0), full.Room);
        Assert.Equal(fits >= 0, full.TryWrite(new uint[Math.Max(fits, 0)]));
        Assert.False(over.TryWrite(new uint[fits + 1]));
        Assert.Equal(0, over.Written);
    }

    [Fact]
    public void Given_batches_When_written_until_full_Then_each_reads_back_in_order()
    {
        var area = new byte[256];
        var writer = new AsyncReleaseWriter(area);
        var sent = new List<uint>();
        for (uint next = 0x80000001; writer.Room > 0; next += 3)
        {
            var batch = Enumerable.Range(0, Math.Min(3, writer.Room)).Select(i => next + (uint)i).ToArray();
            Assert.True(writer.TryWrite(batch));
            sent.AddRange(batch);
        }

        Assert.Equal(sent, Read(area).Ids);
    }

    private static (uint[] Ids, Refusal Fault, int Left) Read(byte[] area)
    {
        var reader = new AsyncReleaseReader(area);
        var ids = new List<uint>();
        while (reader.TryNext(out var message))
        {
            for (var i = 0; i < message.Count; i++) ids.Add(message[i]);
        }

        return ([.. ids], reader.Fault, reader.BytesNotUnderstood);
    }
}
