using System.Buffers.Binary;
using MinkActors.Emulator.Qsee.Uefi;
using MinkActors.Protocol.Qseecom.Uefi;

namespace MinkActors.Emulator.Tests.Qsee.Uefi;

public sealed class UefiSecureAppTests
{
    private readonly UefiWorld _world = new();

    [Fact]
    public void E1_Given_an_unknown_command_When_handled_Then_unsupported_is_cut_to_the_room()
    {
        var response = new byte[10];
        var written = _world.App.Handle([0x07, 0x80, 0, 0, 8, 0, 0, 0], response);

        Assert.Equal(10, written);
        Assert.Equal("07800000140000000300", Convert.ToHexString(response));
    }

    [Theory]
    [InlineData(4, 27u)]
    [InlineData(8, 0xFFFF_FFF0u)]
    [InlineData(12, 0xFFFF_FFF0u)]
    [InlineData(20, 15u)]
    [InlineData(16, 0xFFFF_FFF8u)]
    public void E1_Given_a_get_whose_field_lies_When_handled_Then_invalid_parameter(int field, uint value)
    {
        var block = new byte[256];
        UefiRequestWriter.TryWriteGet(block, "A", UefiWorld.Vendor, 4, out var size, out _);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(field), value);
        var response = new byte[64];

        _world.App.Handle(block.AsSpan(0, size), response);

        Assert.Equal(EfiStatus.InvalidParameter, UefiResponse.ReadGet(response, 4).Status);
    }

    [Fact]
    public void E1_Given_a_room_below_the_fixed_header_When_a_set_is_handled_Then_it_fails_and_nothing_is_set()
    {
        var block = new byte[256];
        UefiRequestWriter.TryWriteSet(block, "A", UefiWorld.Vendor, UefiWorld.Kept, [1], out var size, out _);

        Assert.Equal(0, _world.App.Handle(block.AsSpan(0, size), new byte[19]));
        Assert.Empty(_world.Store.Variables);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(0, 0)]
    [InlineData(4, 0x41)]
    public void E2_Given_a_name_without_its_terminator_exactly_at_the_end_When_handled_Then_invalid_parameter(uint nameSize, byte last)
    {
        var block = new byte[256];
        UefiRequestWriter.TryWriteGet(block, "A", UefiWorld.Vendor, 4, out var size, out _);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(12), nameSize);
        block[30] = last;
        var response = new byte[64];

        _world.App.Handle(block.AsSpan(0, size), response);

        Assert.Equal(EfiStatus.InvalidParameter, UefiResponse.ReadGet(response, 4).Status);
    }

    [Fact]
    public void E3_Given_a_variable_When_the_capacity_is_too_small_Then_the_needed_size_and_attributes_come_back()
    {
        _world.Set("A", [1, 2, 3]);

        var answer = _world.Get("A", 2);

        Assert.Equal((EfiStatus.BufferTooSmall, 3u, UefiWorld.Kept), (answer.Status, answer.Size, answer.Attributes));
    }

    [Fact]
    public void E3_Given_a_variable_When_the_response_room_is_too_small_Then_the_needed_size_comes_back()
    {
        _world.Set("A", [1, 2, 3]);

        var answer = _world.Get("A", 100, room: 26);

        Assert.Equal((EfiStatus.BufferTooSmall, 3u), (answer.Status, answer.Size));
    }

    [Fact]
    public void E3_Given_another_vendor_When_read_Then_not_found()
    {
        _world.Store.Set(new("A", Guid.Empty), UefiWorld.Kept, [1]);

        Assert.Equal(EfiStatus.NotFound, _world.Get("A", 100).Status);
    }

    [Fact]
    public void E8_Given_three_variables_When_enumerated_Then_they_come_in_creation_order_and_end_with_not_found()
    {
        _world.Set("B", [1]);
        _world.Set("A", [1]);
        _world.Set("B", [2]);
        _world.Set("C", [1]);
        var names = new List<string>();
        var name = "";
        for (var answer = _world.Next(name, 32, Guid.NewGuid()); answer.Status == EfiStatus.Success; answer = _world.Next(name, 32))
        {
            name = System.Text.Encoding.Unicode.GetString(answer.Name);
            names.Add(name);
        }

        Assert.Equal(["B", "A", "C"], names);
        Assert.Equal(EfiStatus.NotFound, _world.Next("C", 32).Status);
        Assert.Equal(EfiStatus.InvalidParameter, _world.Next("D", 32).Status);
    }

    [Fact]
    public void E8_Given_a_long_name_When_the_capacity_is_too_small_Then_only_its_size_comes_back()
    {
        _world.Set("LongName", [1]);

        var answer = _world.Next("", 4);

        Assert.Equal((EfiStatus.BufferTooSmall, 18u), (answer.Status, answer.Size));
    }

    [Fact]
    public void E9_Given_a_query_without_attributes_When_handled_Then_invalid_parameter()
    {
        var block = new byte[64];
        UefiRequestWriter.TryWriteQuery(block, EfiAttributes.None, out var size, out _);
        var response = new byte[40];

        _world.App.Handle(block.AsSpan(0, size), response);

        Assert.Equal(EfiStatus.InvalidParameter, UefiResponse.ReadQuery(response).Status);
    }

    [Fact]
    public void E10_Given_failures_asked_for_When_commands_come_Then_that_many_fail()
    {
        _world.Set("A", [1]);
        _world.App.FailNext(2, EfiStatus.DeviceError);

        Assert.Equal(EfiStatus.DeviceError, _world.Get("A", 4).Status);
        Assert.Equal(EfiStatus.DeviceError, _world.Get("A", 4).Status);
        Assert.Equal(EfiStatus.Success, _world.Get("A", 4).Status);
    }

    [Fact]
    public void E10_Given_the_listener_hook_When_a_non_volatile_set_comes_Then_the_listener_is_wanted()
    {
        var block = new byte[64];
        UefiRequestWriter.TryWriteSet(block, "A", UefiWorld.Vendor, UefiWorld.Kept, [1], out var size, out _);
        var silent = _world.App.WantsListener(block.AsSpan(0, size));
        _world.App.AsksListener = true;

        Assert.False(silent);
        Assert.True(_world.App.WantsListener(block.AsSpan(0, size)));
    }
}
