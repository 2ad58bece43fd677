using System.Buffers.Binary;
using MinkActors.Emulator.Tests.Services;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Listeners;

/// <summary>Services of the normal world, as applications use them and as bytes (spec/05 sections 3 to 6).</summary>
public class ServiceTests
{
    [Fact]
    public async Task Given_a_time_service_When_an_application_asks_the_time_Then_it_is_the_services()
    {
        await using var served = await ServedListener.StartAsync(TimeListener.Id, memory =>
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(memory) == 0x304) BinaryPrimitives.WriteUInt64LittleEndian(memory[4..], 1_700_000_000_123);
            else ServedListener.Words(memory[4..], 1_700_000_000, 5, 0);
        });

        await served.RunAsync(async app =>
        {
            Assert.Equal((1_700_000_000u, 5u), await new TimeListener(app).GetUtcAsync());
            Assert.Equal(1_700_000_000_123ul, await new TimeListener(app).GetMillisecondsAsync());
        });
    }

    [Fact]
    public async Task Given_a_service_without_time_When_asked_Then_the_application_is_told_so()
    {
        await using var served = await ServedListener.StartAsync(TimeListener.Id, memory => memory[4..].Fill(0xFF));

        await served.RunAsync(async app =>
        {
            await Assert.ThrowsAsync<ListenerException>(async () => await new TimeListener(app).GetUtcAsync());
            await Assert.ThrowsAsync<ListenerException>(async () => await new TimeListener(app).GetMillisecondsAsync());
        });
    }

    [Fact]
    public async Task Given_a_file_service_When_written_and_read_Then_commands_and_fields_are_where_it_expects_them()
    {
        var seen = new List<string>();
        await using var served = await ServedListener.StartAsync(FileListener.Id, memory =>
        {
            var command = BinaryPrimitives.ReadUInt32LittleEndian(memory);
            switch (command)
            {
                case 0x202:
                    seen.Add($"open {ServedListener.Name(memory[4..])} {BinaryPrimitives.ReadInt32LittleEndian(memory[260..]):X}");
                    ServedListener.Words(memory[4..], 7);
                    break;
                case 0x208:
                    var count = BinaryPrimitives.ReadUInt32LittleEndian(memory[20008..]);
                    seen.Add($"write {BinaryPrimitives.ReadInt32LittleEndian(memory[4..])} {memory[8]}..{memory[8 + (int)count - 1]} {count}");
                    ServedListener.Words(memory[4..], count);
                    break;
                case 0x207:
                    var wanted = BinaryPrimitives.ReadUInt32LittleEndian(memory[8..]);
                    memory.Slice(4, (int)wanted).Fill(9);
                    ServedListener.Words(memory[20004..], wanted);
                    break;
                case 0x20E:
                    ServedListener.Words(memory[100..], 0);
                    BinaryPrimitives.WriteInt64LittleEndian(memory[48..], 12345);
                    break;
                case 0x217:
                    seen.Add($"rename {ServedListener.Name(memory[4..])} {ServedListener.Name(memory[260..])}");
                    ServedListener.Words(memory[4..], 0);
                    break;
                default:
                    seen.Add($"{command:X}");
                    ServedListener.Words(memory[4..], 0);
                    break;
            }
        });

        await served.RunAsync(async app =>
        {
            var files = new FileListener(app);
            var file = await files.OpenAsync("/a/b", 0x42);
            Assert.Equal(7, file);
            Assert.Equal(FileListener.TransferMax, await files.WriteAsync(file, new byte[30_000]));
            var read = new byte[100];
            Assert.Equal(100, await files.ReadAsync(file, read));
            Assert.False(read.AsSpan().ContainsAnyExcept((byte)9));
            Assert.Equal(12345, await files.GetSizeAsync(file));
            await files.RenameAsync("/a/b", "/a/c");
            await files.SyncAsync(file);
            await files.CloseAsync(file);
        });
        Assert.Equal(["open /a/b 42", "write 7 0..0 20000", "rename /a/b /a/c", "216", "209"], seen);
    }

    [Theory]
    [InlineData(0x207, 20004, 101u)]                     // more than was asked for
    [InlineData(0x207, 20004, 0xFFFFFFFFu)]
    [InlineData(0x208, 4, 101u)]
    [InlineData(0x202, 4, 0xFFFFFFFFu)]
    public async Task Given_numbers_that_cannot_be_When_the_service_answers_Then_they_are_not_believed(int command, int at, uint number)
    {
        await using var served = await ServedListener.StartAsync(FileListener.Id, memory =>
        {
            var isLie = BinaryPrimitives.ReadInt32LittleEndian(memory) == command;
            ServedListener.Words(memory[4..], 0);
            if (isLie) ServedListener.Words(memory[at..], number);
        });

        await served.RunAsync(async app =>
        {
            var files = new FileListener(app);
            await Assert.ThrowsAsync<ListenerException>(async () =>
            {
                await files.OpenAsync("/x", 0);
                await files.ReadAsync(0, new byte[100]);
                await files.WriteAsync(0, new byte[100]);
            });
        });
    }

    [Fact]
    public async Task Given_a_store_When_used_Then_each_partition_has_its_commands_and_errors_come_with_their_number()
    {
        var commands = new List<uint>();
        await using var served = await ServedListener.StartAsync(SecureFileListener.Id, memory =>
        {
            var command = BinaryPrimitives.ReadUInt32LittleEndian(memory);
            commands.Add(command);
            if (command is 4 or 8) memory[12..22].Fill(3);
            ServedListener.Words(memory[4..], command == 10 ? 2u : 0u, command switch { 4 or 8 => 10, 5 or 9 => BinaryPrimitives.ReadUInt32LittleEndian(memory[264..]), _ => 0 });
            if (command == 12) ServedListener.Words(memory[4..], 2, 0);
        }, 516_096);

        await served.RunAsync(async app =>
        {
            var files = new SecureFileListener(app);
            Assert.Equal(2u, await files.GetVersionAsync());
            foreach (var partition in Enum.GetValues<SecureFilePartition>())
            {
                Assert.Equal(500, await files.WriteAsync(partition, "x", 0, new byte[500]));
                var read = new byte[10];
                Assert.Equal(10, await files.ReadAsync(partition, "x", 0, read));
                Assert.False(read.AsSpan().ContainsAnyExcept((byte)3));
                await files.RenameAsync(partition, "x", "y");
            }

            await files.RemoveAsync(SecureFilePartition.Data, "y");
            var refused = await Assert.ThrowsAsync<ListenerException>(async () => await files.RemoveAsync(SecureFilePartition.Persistent, "y"));
            Assert.Equal(2, refused.Error);
            await Assert.ThrowsAsync<ArgumentException>(async () => await files.RemoveAsync(SecureFilePartition.Data, "../etc/passwd"));
        });
        Assert.Equal([12u, 5, 4, 7, 9, 8, 11, 6, 10], commands);
    }

    [Fact]
    public async Task Given_protected_memory_When_frames_are_exchanged_Then_they_lie_behind_the_header()
    {
        await using var served = await ServedListener.StartAsync(ReplayProtectedListener.Id, memory =>
        {
            switch (BinaryPrimitives.ReadUInt32LittleEndian(memory))
            {
                case 0x101:
                    memory[..8].Clear();                 // as the published service does
                    ServedListener.Words(memory[8..], 0, 256, 32);
                    break;
                case 0x102:
                    var sectors = BinaryPrimitives.ReadUInt32LittleEndian(memory[4..]);
                    Assert.Equal(24u, BinaryPrimitives.ReadUInt32LittleEndian(memory[12..]));
                    var frame = memory[24];
                    ServedListener.Words(memory[4..], 0, sectors * 512, 20, 1);
                    memory.Slice(20, (int)sectors * 512).Fill((byte)(frame + 1));
                    break;
                default:
                    ServedListener.Words(memory[4..], 5, 0, 20, 1);
                    break;
            }
        });

        await served.RunAsync(async app =>
        {
            var block = new ReplayProtectedListener(app);
            Assert.Equal((256u, 32u), await block.InitAsync());
            var request = new byte[512];
            request.AsSpan().Fill(8);
            var read = await block.ReadAsync(2, 32, request);
            Assert.Equal(1024, read.Length);
            Assert.False(read.AsSpan().ContainsAnyExcept((byte)9));
            var failed = await Assert.ThrowsAsync<ListenerException>(async () => await block.WriteAsync(1, 32, request));
            Assert.Equal(5, failed.Error);
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await block.ReadAsync(40, 32, request));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await block.WriteAsync(1, 0, request));
        });
    }

    [Fact]
    public async Task Given_no_service_When_an_application_asks_Then_UNAVAIL()
    {
        await using var served = await ServedListener.StartAsync(1, _ => { });

        await served.RunAsync(async app =>
        {
            var refused = await Assert.ThrowsAsync<ListenerException>(async () => await new TimeListener(app).GetUtcAsync());
            Assert.Equal(ResultCode.Unavailable, refused.Code);
        });
    }
}
