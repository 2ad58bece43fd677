using System.Buffers.Binary;
using MinkActors.Emulator.Qsee;
using MinkActors.Emulator.Qsee.Uefi;
using MinkActors.Protocol.Qseecom;
using MinkActors.Protocol.Qseecom.Uefi;
using MinkActors.Sisters.Qseecom;
using MinkActors.Sisters.Qseecom.Uefi;

namespace MinkActors.Sisters.Tests.Qseecom;

/// <summary>Spec/08 section 11, the client: what a caller sees of uefisecapp and of one that lies (check 11; U1 to U8; E10).</summary>
public class UefiTests
{
    private const EfiAttributes Kept = EfiAttributes.NonVolatile | EfiAttributes.BootService | EfiAttributes.Runtime;
    private static readonly Guid Vendor = new("8be4df61-93ca-11d2-aa0d-00e098032b8c");

    private static void WithStore(Func<QseeRig, EfiVariableService, Task> scenario, UefiStoreLimits? limits = null, Action<UefiSecureApp>? made = null) =>
        QseeRig.Simulate(rig => scenario(rig, rig.System.Variables), qsee => qsee.LoadUefi(limits: limits, made: made), seeds: 3);

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
    public void Check11_Given_a_store_When_variables_are_created_read_appended_enumerated_and_deleted_Then_each_does_what_it_says()
    {
        WithStore(async (_, variables) =>
        {
            Assert.Equal(EfiStatus.Success, await variables.SetAsync("A", Vendor, Kept, 2, new byte[] { 1, 2 }));
            Assert.Equal(EfiStatus.Success, await variables.SetAsync("B", Vendor, Kept, 1, new byte[] { 9 }));
            Assert.Equal(EfiStatus.Success, await variables.SetAsync("A", Vendor, Kept | EfiAttributes.Append, 1, new byte[] { 3 }));
            var read = await variables.ReadAsync("A", Vendor);
            Assert.Equal((byte[])[1, 2, 3], read!.Data);
            Assert.Equal(Kept, read.Attributes);
            Assert.Equal(["A", "B"], (await variables.ListAsync()).Select(variable => variable.Name));
            Assert.Equal(EfiStatus.Success, await variables.SetAsync("A", Vendor, EfiAttributes.None, 0, null));
            Assert.Null(await variables.ReadAsync("A", Vendor));
            Assert.Equal(EfiStatus.NotFound, await variables.SetAsync("A", Vendor, EfiAttributes.None, 0, null));
        });
    }

    [Fact]
    public void Check11_Given_a_small_store_When_it_is_full_Then_out_of_resources_and_the_query_says_why()
    {
        WithStore(async (_, variables) =>
        {
            Assert.Equal(EfiStatus.Success, await variables.SetAsync("A", Vendor, Kept, 40, new byte[40]));
            Assert.Equal(EfiStatus.OutOfResources, await variables.SetAsync("B", Vendor, Kept, 40, new byte[40]));
            Assert.Equal(EfiStatus.InvalidParameter, await variables.SetAsync("B", Vendor, Kept, 51, new byte[51]));
            var space = await variables.QueryAsync(Kept);
            Assert.Equal((EfiStatus.Success, 64ul, 50ul), (space.Status, space.Storage, space.VariableMax));
            Assert.True(space.Remaining < 40);
        }, new UefiStoreLimits(64, 50));
    }

    [Fact]
    public void U01_Given_no_client_When_an_operation_is_made_Then_not_ready_and_a_second_client_is_refused()
    {
        QseeRig.Simulate(async rig => Assert.Equal(EfiStatus.NotReady, (await rig.System.Variables.GetAsync("A", Vendor, 0, null)).Status));
        WithStore(async (rig, variables) =>
        {
            var app = rig.System.Clients.Single().App;
            Assert.Equal(QseecomErrno.EEXIST, Assert.Throws<QseecomException>(() => variables.Register(new UefiClient(app))).Errno);
            await rig.System.Clients.Single().Instance.DisposeAsync();
            Assert.Equal(EfiStatus.NotReady, await variables.SetAsync("A", Vendor, Kept, 1, new byte[1]));
            await using var again = variables.Register(new UefiClient(app));
            Assert.Equal(EfiStatus.Success, await variables.SetAsync("A", Vendor, Kept, 1, new byte[1]));
        });
    }

    [Fact]
    public void U01_Given_many_operations_at_once_When_they_run_Then_one_at_a_time_and_in_order()
    {
        WithStore(async (_, variables) =>
        {
            var sets = Enumerable.Range(0, 8).Select(i => variables.SetAsync("A", Vendor, Kept | EfiAttributes.Append, 1, new[] { (byte)i })).ToArray();
            await Task.WhenAll(sets);
            Assert.Equal((byte[])[0, 1, 2, 3, 4, 5, 6, 7], (await variables.ReadAsync("A", Vendor))!.Data);
        });
    }

    [Fact]
    public void U02_Given_what_no_request_may_say_When_asked_Then_invalid_parameter_without_a_call()
    {
        WithStore(async (rig, variables) =>
        {
            var tooLong = new string('n', 1024);
            Assert.Equal(EfiStatus.InvalidParameter, (await variables.GetAsync(null, Vendor, 0, null)).Status);
            Assert.Equal(EfiStatus.InvalidParameter, (await variables.GetAsync("A", null, 0, null)).Status);
            Assert.Equal(EfiStatus.InvalidParameter, (await variables.GetAsync(tooLong, Vendor, 0, null)).Status);
            Assert.Equal(EfiStatus.InvalidParameter, (await variables.GetAsync("A", Vendor, 1, null)).Status);
            Assert.Equal(EfiStatus.InvalidParameter, await variables.SetAsync(null, Vendor, Kept, 0, null));
            Assert.Equal(EfiStatus.InvalidParameter, await variables.SetAsync("A", null, Kept, 0, null));
            Assert.Equal(EfiStatus.InvalidParameter, await variables.SetAsync("A", Vendor, Kept, 1, null));
            Assert.Equal(EfiStatus.InvalidParameter, await variables.SetAsync(tooLong, Vendor, Kept, 0, null));
            Assert.Equal(EfiStatus.InvalidParameter, (await variables.NextAsync(null, Vendor, 10)).Status);
            Assert.Equal(EfiStatus.InvalidParameter, (await variables.NextAsync("", null, 10)).Status);
            Assert.Equal(EfiStatus.InvalidParameter, (await variables.NextAsync("", Vendor, 0)).Status);
            Assert.Equal(EfiStatus.InvalidParameter, (await variables.NextAsync("long", Vendor, 8)).Status);
            Assert.Equal("", rig.Calls);
            // One unit less is a name.
            Assert.Equal(EfiStatus.Success, await variables.SetAsync(tooLong[1..], Vendor, Kept, 1, new byte[1]));
        });
    }

    [Fact]
    public void Given_a_command_that_does_not_fit_the_client_memory_When_made_Then_out_of_resources_without_a_call()
    {
        WithStore(async (rig, variables) =>
        {
            Assert.Equal(EfiStatus.OutOfResources, await variables.SetAsync("A", Vendor, Kept, 256 * 1024, new byte[256 * 1024]));
            Assert.Equal(EfiStatus.OutOfResources, (await variables.GetAsync("A", Vendor, 256 * 1024, new byte[256 * 1024])).Status);
            Assert.Equal("", rig.Calls);
            Assert.Equal(EfiStatus.NotFound, (await variables.GetAsync("A", Vendor, 255 * 1024, new byte[255 * 1024])).Status);
        });
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
        WithStore(async (_, variables) =>
        {
            await variables.SetAsync("LongName", Vendor, Kept, 1, new byte[1]);
            var next = await variables.NextAsync("", Vendor, 6);
            Assert.Equal((EfiStatus.BufferTooSmall, 18u), (next.Status, next.NameSize));
        });
    }

    [Fact]
    public void E10_Given_the_listener_hook_When_a_non_volatile_variable_is_set_Then_the_listener_works_first_and_without_it_nothing_is_set()
    {
        WithStore(async (rig, variables) =>
        {
            Assert.Equal(EfiStatus.DeviceError, await variables.SetAsync("A", Vendor, Kept, 1, new byte[1]));
            Assert.Null(await variables.ReadAsync("A", Vendor));
            var code = new CodeListener();
            await using var listener = await rig.System.RegisterListenerAsync(UefiSecureApp.ListenerId, 4096, code);
            Assert.Equal(EfiStatus.Success, await variables.SetAsync("A", Vendor, Kept, 1, new byte[1]));
            Assert.Equal(EfiStatus.Success, await variables.SetAsync("B", Vendor, EfiAttributes.BootService, 1, new byte[1]));
            Assert.Equal(1, code.Requests);
        }, made: app => app.AsksListener = true);
    }

    [Fact]
    public void E10_Given_the_failure_hook_When_commands_are_made_Then_so_many_end_with_that_status()
    {
        UefiSecureApp? app = null;
        WithStore(async (_, variables) =>
        {
            app!.FailNext(2, EfiStatus.SecurityViolation);
            Assert.Equal(EfiStatus.SecurityViolation, await variables.SetAsync("A", Vendor, Kept, 1, new byte[1]));
            Assert.Equal(EfiStatus.SecurityViolation, (await variables.QueryAsync(Kept)).Status);
            Assert.Equal(EfiStatus.Success, await variables.SetAsync("A", Vendor, Kept, 1, new byte[1]));
        }, made: made => app = made);
    }

    [Fact]
    public void Given_a_crash_at_every_byte_of_the_file_When_started_again_Then_what_was_answered_is_there_and_nothing_else()
    {
        for (var crashAt = 0; ; crashAt++)
        {
            var storage = new CrashingStorage(crashAt);
            var answered = new Dictionary<string, byte[]>();
            string? inDoubt = null;
            QseeRig.Simulate(async rig =>
            {
                for (var i = 0; i < 4 && inDoubt is null; i++)
                {
                    var (name, data) = ($"V{i % 3}", new byte[] { (byte)i, (byte)(i + 1) });
                    var status = i == 2 ? await rig.System.Variables.SetAsync("V0", Vendor, EfiAttributes.None, 0, null) : await rig.System.Variables.SetAsync(name, Vendor, Kept, 2, data);
                    if (status != EfiStatus.Success) inDoubt = i == 2 ? "V0" : name;
                    else if (i == 2) answered.Remove("V0");
                    else answered[name] = data;
                }
            }, qsee => qsee.LoadUefi(storage), seeds: 1);
            QseeRig.Simulate(async rig =>
            {
                var found = (await rig.System.Variables.ListAsync()).ToDictionary(variable => variable.Name, variable => variable.Data);
                // The one operation that was not answered may have happened; it is whole or not there.
                if (inDoubt is not null)
                {
                    if (found.Remove(inDoubt, out var half)) Assert.Equal(2, half.Length);
                    answered.Remove(inDoubt);
                }
                Assert.Equal(answered, found);
            }, qsee => qsee.LoadUefi(new MemoryVariableStorage(storage.Disk)), seeds: 1);
            if (inDoubt is null) return;
        }
    }

    /// <summary>A disk that keeps so many bytes of what is written, and then nothing more.</summary>
    private sealed class CrashingStorage(int bytesLeft) : IVariableStorage
    {
        private readonly List<byte> _disk = [];
        private int _left = bytesLeft;

        public byte[] Disk => [.. _disk];

        public byte[] ReadAll() => Disk;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            var kept = Math.Min(_left, bytes.Length);
            _disk.AddRange(bytes[..kept]);
            _left -= kept;
            if (kept < bytes.Length) throw new IOException("The power went.");
        }

        public void Replace(ReadOnlySpan<byte> bytes)
        {
            // A new file is written beside; only the rename, behind its last byte, puts it in place.
            if (_left < bytes.Length)
            {
                _left = 0;
                throw new IOException("The power went.");
            }
            _left -= bytes.Length;
            _disk.Clear();
            _disk.AddRange(bytes);
        }
    }
}
