using System.Buffers.Binary;
using MinkActors.Emulator.Qsee;
using MinkActors.Emulator.Qsee.Uefi;
using MinkActors.Protocol.Qseecom;
using MinkActors.Protocol.Qseecom.Uefi;
using MinkActors.Sisters.Qseecom;
using MinkActors.Sisters.Qseecom.Uefi;

namespace MinkActors.Sisters.Tests.Qseecom;

/// <summary>Spec/08 section 11, the client against an application that lies: no byte of an answer is believed before it is checked (U3 to U8).</summary>
public sealed class UefiAnswerTests
{
    private const EfiAttributes Kept = EfiAttributes.NonVolatile | EfiAttributes.BootService | EfiAttributes.Runtime;
    private static readonly Guid Vendor = new("8be4df61-93ca-11d2-aa0d-00e098032b8c");

    /// <summary>An application that answers each request with what is made of it.</summary>
    private static void WithLiar(Func<byte[], byte[]?> answer, Func<QseeRig, EfiVariableService, Task> scenario) =>
        QseeRig.Simulate(rig => scenario(rig, rig.System.Variables), qsee => qsee.Load(UefiSecureApp.Name, () => new CodeApp(call =>
        {
            if (answer(call.Request.ToArray()) is { } bytes) call.Respond(bytes.AsSpan(0, Math.Min(bytes.Length, call.ResponseCapacity)));
            else call.Fail();
            return default;
        })), seeds: 1);

    private static byte[] Words(int size, params uint[] words)
    {
        var bytes = new byte[size];
        for (var i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 * i), words[i]);
        return bytes;
    }

    [Fact]
    public void U03_Given_a_send_that_fails_or_another_command_in_the_answer_Then_device_error()
    {
        WithLiar(_ => null, async (_, variables) => Assert.Equal(EfiStatus.DeviceError, (await variables.QueryAsync(Kept)).Status));
        WithLiar(_ => Words(40, 0x8002, 40), async (_, variables) => Assert.Equal(EfiStatus.DeviceError, (await variables.QueryAsync(Kept)).Status));
    }

    [Theory]
    [InlineData(23u, 20u, 27u, 40u)]
    [InlineData(24u, 21u, 28u, 41u)]
    [InlineData(24u, 19u, 28u, 39u)]
    public void U04_Given_lengths_of_answers_When_below_the_header_or_not_exactly_it_Then_device_error(uint get, uint set, uint next, uint query)
    {
        WithLiar(request => BinaryPrimitives.ReadUInt32LittleEndian(request) switch
        {
            0x8000 => Words(24, 0x8000, get, 0, 0, 24, 0),
            0x8001 => Words(20, 0x8001, set),
            0x8002 => Words(28, 0x8002, next, 0x8000000E),
            _ => Words(40, 0x8003, query),
        }, async (_, variables) =>
        {
            Assert.Equal(get < 24 ? EfiStatus.DeviceError : EfiStatus.Success, (await variables.GetAsync("A", Vendor, 0, null)).Status);
            Assert.Equal(set != 20 ? EfiStatus.DeviceError : EfiStatus.Success, await variables.SetAsync("A", Vendor, Kept, 1, new byte[1]));
            Assert.Equal(next < 28 ? EfiStatus.DeviceError : EfiStatus.NotFound, (await variables.NextAsync("", Vendor, 64)).Status);
            Assert.Equal(query != 40 ? EfiStatus.DeviceError : EfiStatus.Success, (await variables.QueryAsync(Kept)).Status);
        });
    }

    [Fact]
    public void U05_Given_a_buffer_that_is_too_small_When_told_so_Then_size_and_attributes_and_name_size_come_back()
    {
        WithLiar(request => BinaryPrimitives.ReadUInt32LittleEndian(request) == 0x8000
            ? Words(24, 0x8000, 24, (uint)EfiStatus.BufferTooSmall, (uint)Kept, 0, 77)
            : Words(28, 0x8002, 28, (uint)EfiStatus.BufferTooSmall, 0, 0, 0, 88), async (_, variables) =>
        {
            Assert.Equal(new EfiGetResult(EfiStatus.BufferTooSmall, Kept, 77), await variables.GetAsync("A", Vendor, 4, new byte[4]));
            var next = await variables.NextAsync("", Vendor, 4);
            Assert.Equal((EfiStatus.BufferTooSmall, 88u), (next.Status, next.NameSize));
        });
    }

    [Theory]
    [InlineData(0x8000u, 60u, 24u, 8u)]                 // the length is more than the buffer
    [InlineData(0x8000u, 32u, 24u, 9u)]                 // the data end behind the length
    [InlineData(0x8000u, 32u, 0xFFFFFFF8u, 0x10u)]      // the sum wraps in 32 bits
    public void U06_Given_a_get_answer_whose_parts_do_not_fit_Then_device_error_and_no_byte_is_copied(uint command, uint length, uint offset, uint size)
    {
        WithLiar(_ => Words(32, command, length, 0, (uint)Kept, offset, size, 0x41414141, 0x41414141), async (_, variables) =>
        {
            var buffer = new byte[8];
            Assert.Equal(EfiStatus.DeviceError, (await variables.GetAsync("A", Vendor, 8, buffer)).Status);
            Assert.Equal(new byte[8], buffer);
        });
    }

    [Theory]
    [InlineData(28u, 15u, 44u, 4u)]                     // a GUID of 15 bytes
    [InlineData(28u, 17u, 44u, 4u)]
    [InlineData(0xFFFFFFF0u, 16u, 44u, 4u)]
    [InlineData(28u, 16u, 0xFFFFFFFEu, 4u)]
    [InlineData(28u, 16u, 46u, 4u)]
    public void U06_Given_a_next_answer_whose_parts_do_not_fit_Then_device_error(uint guidOffset, uint guidSize, uint nameOffset, uint nameSize)
    {
        WithLiar(_ => Words(48, 0x8002, 48, 0, guidOffset, guidSize, nameOffset, nameSize), async (_, variables) => Assert.Equal(EfiStatus.DeviceError, (await variables.NextAsync("", Vendor, 64)).Status));
    }

    [Fact]
    public void U07_Given_a_variable_When_read_with_and_without_room_Then_size_and_attributes_always_and_data_only_where_they_fit()
    {
        WithLiar(_ => Words(31, 0x8000, 31, 0, (uint)Kept, 20, 8)[..31], async (_, variables) =>
            Assert.Equal(new EfiGetResult(EfiStatus.BufferTooSmall, Kept, 8), await variables.GetAsync("A", Vendor, 7, new byte[7])));
        WithLiar(_ => Words(32, 0x8000, 32, 0, (uint)Kept, 24, 8, 0x41414141, 0x41414141), async (_, variables) =>
        {
            var buffer = new byte[9];
            Assert.Equal(new EfiGetResult(EfiStatus.Success, Kept, 8), await variables.GetAsync("A", Vendor, 9, buffer));
            Assert.Equal((byte[])[0x41, 0x41, 0x41, 0x41, 0x41, 0x41, 0x41, 0x41, 0], buffer);
        });
        WithLiar(_ => Words(24, 0x8000, 24, 0, (uint)Kept, 24, 0), async (_, variables) => Assert.Equal(new EfiGetResult(EfiStatus.Success, Kept, 0), await variables.GetAsync("A", Vendor, 0, null)));
    }

    [Fact]
    public void U08_Given_a_name_that_is_too_long_or_has_no_end_Then_its_size_and_buffer_too_small_or_device_error()
    {
        WithLiar(_ => Words(52, 0x8002, 52, 0, 28, 16, 44, 8), async (_, variables) =>
        {
            var next = await variables.NextAsync("", Vendor, 8);
            Assert.Equal((EfiStatus.Success, ""), (next.Status, next.Name));
        });
        WithLiar(_ =>
        {
            var bytes = Words(52, 0x8002, 52, 0, 28, 16, 44, 8);
            bytes.AsSpan(44).Fill(0x41);
            return bytes;
        }, async (_, variables) => Assert.Equal(EfiStatus.DeviceError, (await variables.NextAsync("", Vendor, 8)).Status));
        UefiTests.WithStore(async (_, variables) =>
        {
            await variables.SetAsync("LongName", Vendor, Kept, 1, new byte[1]);
            var next = await variables.NextAsync("", Vendor, 6);
            Assert.Equal((EfiStatus.BufferTooSmall, 18u), (next.Status, next.NameSize));
        });
    }
}
