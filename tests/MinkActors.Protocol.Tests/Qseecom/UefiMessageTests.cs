using System.Buffers.Binary;
using MinkActors.Protocol.Qseecom;
using MinkActors.Protocol.Qseecom.Uefi;

namespace MinkActors.Protocol.Tests.Qseecom;

public sealed class UefiMessageTests
{
    private static readonly Guid Vendor = new("8be4df61-93ca-11d2-aa0d-00e098032b8c");

    private static byte[] GetAnswer(Action<byte[]>? spoil = null)
    {
        var room = new byte[32];
        UefiResponseWriter.WriteGet(room, EfiAttributes.BootService, [1, 2, 3, 4]);
        spoil?.Invoke(room);
        return room;
    }

    private static byte[] NextAnswer(Action<byte[]>? spoil = null)
    {
        var room = new byte[64];
        UefiResponseWriter.WriteNext(room, Vendor, "A\0B\0"u8);
        spoil?.Invoke(room);
        return room;
    }

    private static void Put(byte[] room, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(room.AsSpan(at), value);

    [Theory]
    [InlineData(1023, EfiStatus.Success)]
    [InlineData(1024, EfiStatus.InvalidParameter)]
    public void U2_Given_a_name_of_1023_or_1024_units_When_written_Then_only_the_first_leaves_room_for_its_terminator(int units, EfiStatus expected) =>
        Assert.Equal(expected, UefiRequestWriter.TryWriteGet(new byte[4096], new string('A', units), Vendor, 0, out _, out _));

    [Theory]
    [InlineData(0u)]
    [InlineData(2u)]
    [InlineData(5u)]
    public void U2_Given_a_previous_name_that_does_not_fit_the_capacity_When_written_Then_invalid_parameter(uint capacity) =>
        Assert.Equal(EfiStatus.InvalidParameter, UefiRequestWriter.TryWriteNext(new byte[256], "AB", Vendor, capacity, out _, out _));

    [Fact]
    public void Given_too_little_client_memory_When_written_Then_out_of_resources() =>
        Assert.Equal(EfiStatus.OutOfResources, UefiRequestWriter.TryWriteSet(new byte[60], "AB", Vendor, EfiAttributes.BootService, new byte[4], out _, out _));

    [Fact]
    public void U3_Given_another_command_in_the_answer_When_read_Then_device_error()
    {
        var answer = UefiResponse.ReadGet(GetAnswer(room => Put(room, 0, 0x8001)), 8);

        Assert.Equal((EfiStatus.DeviceError, QseecomField.Command), (answer.Status, answer.Refusal.Field));
    }

    [Fact]
    public void U4_Given_wrong_length_words_When_read_Then_device_error()
    {
        var set = new byte[24];
        UefiResponseWriter.WriteStatus(set, UefiCommand.SetVariable, EfiStatus.Success);
        Put(set, 4, 24);
        var query = new byte[48];
        UefiResponseWriter.WriteQuery(query, 1, 2, 3);
        Put(query, 4, 48);

        Assert.Equal(EfiStatus.DeviceError, UefiResponse.ReadSet(set).Status);
        Assert.Equal(EfiStatus.DeviceError, UefiResponse.ReadQuery(query).Status);
        Assert.Equal(EfiStatus.DeviceError, UefiResponse.ReadGet(GetAnswer(room => Put(room, 4, 23)), 8).Status);
        Assert.Equal(EfiStatus.DeviceError, UefiResponse.ReadNext(NextAnswer(room => Put(room, 4, 27)), 8).Status);
    }

    [Fact]
    public void U5_Given_a_status_When_read_Then_it_is_returned_and_too_small_updates_sizes()
    {
        var get = new byte[24];
        UefiResponseWriter.WriteGetTooSmall(get, EfiAttributes.BootService, 136);
        var next = new byte[28];
        UefiResponseWriter.WriteNextTooSmall(next, 44);

        Assert.Equal(136u, UefiResponse.ReadGet(get, 4).Size);
        Assert.Equal(EfiAttributes.BootService, UefiResponse.ReadGet(get, 4).Attributes);
        Assert.Equal(44u, UefiResponse.ReadNext(next, 4).Size);
        Assert.Equal((EfiStatus)0x8000_0099, UefiResponse.ReadGet(GetAnswer(room => Put(room, 8, 0x8000_0099)), 8).Status);
    }

    [Theory]
    [InlineData(4, 33u)]
    [InlineData(16, 25u)]
    [InlineData(16, 0xFFFF_FFFCu)]
    [InlineData(20, 0xFFFF_FFF0u)]
    public void U6_Given_a_get_answer_that_points_outside_When_read_Then_device_error(int at, uint value) =>
        Assert.Equal(EfiStatus.DeviceError, UefiResponse.ReadGet(GetAnswer(room => Put(room, at, value)), uint.MaxValue).Status);

    [Theory]
    [InlineData(4, 65u)]
    [InlineData(12, 0xFFFF_FFF8u)]
    [InlineData(16, 15u)]
    [InlineData(20, 0xFFFF_FFFAu)]
    public void U6_Given_a_next_answer_that_points_outside_When_read_Then_device_error(int at, uint value) =>
        Assert.Equal(EfiStatus.DeviceError, UefiResponse.ReadNext(NextAnswer(room => Put(room, at, value)), uint.MaxValue).Status);

    [Theory]
    [InlineData(0u, EfiStatus.Success, 0)]
    [InlineData(3u, EfiStatus.BufferTooSmall, 0)]
    [InlineData(4u, EfiStatus.Success, 4)]
    public void U7_Given_a_capacity_When_read_Then_size_and_attributes_always_come_and_data_when_it_fits(uint capacity, EfiStatus status, int data)
    {
        var answer = UefiResponse.ReadGet(GetAnswer(), capacity);

        Assert.Equal((status, 4u, EfiAttributes.BootService, data), (answer.Status, answer.Size, answer.Attributes, answer.Data.Length));
    }

    [Fact]
    public void U8_Given_a_name_that_is_larger_or_unterminated_When_read_Then_too_small_or_device_error()
    {
        var large = UefiResponse.ReadNext(NextAnswer(), 4);

        Assert.Equal((EfiStatus.BufferTooSmall, 6u), (large.Status, large.Size));
        Assert.Equal(EfiStatus.DeviceError, UefiResponse.ReadNext(NextAnswer(room => room[48] = 1), 64).Status);
    }

    [Fact]
    public void Given_any_bytes_When_read_Then_nothing_throws()
    {
        // A fixed generator, so that a failure repeats.
        var state = 12345u;
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[round % 80];
            for (var i = 0; i < bytes.Length; i++)
            {
                state = state * 1664525 + 1013904223;
                bytes[i] = (state & 0x3000_0000) == 0 ? (byte)(state >> 24) : (byte)((state >> 28) * 4);
            }
            if (bytes.Length > 8)
            {
                Put(bytes, 0, 0x8000 + (uint)(round & 3));
                Put(bytes, 4, (uint)bytes.Length);
            }
            var status = UefiRequest.Read(bytes, out var request, out var refusal);
            var get = UefiResponse.ReadGet(bytes, (uint)round);
            var next = UefiResponse.ReadNext(bytes, (uint)round);
            var others = UefiResponse.ReadSet(bytes).Status == EfiStatus.Success && UefiResponse.ReadQuery(bytes).Status == EfiStatus.Success;

            Assert.Equal(status == EfiStatus.Success, refusal.IsNone);
            Assert.True(request.Data.Length + request.Name.Length <= 2 * bytes.Length);
            Assert.True(get.Data.Length <= bytes.Length && next.Name.Length <= bytes.Length && !others);
        }
    }
}
