using System.Buffers.Binary;
using MinkActors.Emulator.Tests.Applications;
using MinkActors.Emulator.Tests.Services;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.GlobalPlatform;

/// <summary>Sessions with GlobalPlatform applications, as their clients' library asks for them (spec/04 sections 8 and 9).</summary>
public class SessionTests
{
    private const uint Multiply = 1;
    private const uint AwaitCancellation = 2;
    private const uint PeerTest = 15;
    private const uint SharedMemory = 21;
    private const uint FromTee = 3;
    private const uint FromApplication = 4;

    [Fact]
    public async Task Given_a_loaded_application_When_a_command_has_a_value_and_bytes_Then_the_bytes_come_back_changed()
    {
        await using var world = await TestWorld.StartAsync();
        await using var client = await TestClient.StartAsync(world, "gptest");
        using var session = await client.OpenAsync();
        var bytes = new byte[] { 1, 2, 100 };

        var answer = await TestClient.InvokeAsync(session, Multiply, 0x71, 0, Words(3, 0), bytes, bytes);

        Assert.Equal((0u, FromApplication, 3u), (answer.RetValue, answer.RetOrigin, answer.MemrefOutSz2));
        Assert.Equal([3, 6, 44], bytes);
    }

    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000001", 16, 11)]
    [InlineData("CAD10542-34E4-452D-6156-E979AA6E61BC", 15, 10)]
    public async Task Given_a_UUID_that_names_nothing_When_a_session_is_opened_Then_the_interface_says_why(string uuid, int length, int code)
    {
        await using var world = await TestWorld.StartAsync();
        await using var client = await TestClient.StartAsync(world, "gptest");

        var refused = await Assert.ThrowsAsync<GPAppClientException>(async () => await client.OpenAsync(new Guid(uuid).ToByteArray()[..length]));

        Assert.Equal((ResultCode)code, refused.Code);
    }

    [Fact]
    public async Task Given_shared_memory_in_two_parts_When_a_command_fills_one_Then_nothing_outside_it_changes()
    {
        await using var world = await TestWorld.StartAsync();
        await using var client = await TestClient.StartAsync(world, "gptest");
        using var session = await client.OpenAsync();
        using var memory = world.Mink.ShareMemory(0x3000);
        memory.Span[..0x64].Fill(1);

        var answer = await TestClient.InvokeAsync(session, SharedMemory, 0x65, 0x23, Reference(0x64, 0), Reference(0x2000, 0x64), [], memory, memory);

        Assert.Equal((0u, 0x2000u), (answer.RetValue, answer.MemrefOutSz2));
        Assert.False(memory.Span[..0x64].ContainsAnyExcept((byte)1));
        Assert.False(memory.Span.Slice(0x64, 0x2000).ContainsAnyExcept((byte)4));
        Assert.False(memory.Span[0x2064..].ContainsAnyExcept((byte)0));
    }

    [Theory]
    [InlineData(0x1001ul, 0ul)]
    [InlineData(1ul, 0x1000ul)]
    [InlineData(0x10ul, ulong.MaxValue - 7)]
    [InlineData(ulong.MaxValue, 1ul)]
    public async Task Given_a_reference_outside_its_memory_When_invoked_Then_the_secure_world_refuses_the_parameters(ulong size, ulong offset)
    {
        await using var world = await TestWorld.StartAsync();
        await using var client = await TestClient.StartAsync(world, "gptest");
        using var session = await client.OpenAsync();
        using var memory = world.Mink.ShareMemory(0x1000);

        var answer = await TestClient.InvokeAsync(session, SharedMemory, 0x65, 0, Reference(size, offset), Reference(1, 0), [], memory, memory);

        Assert.Equal(((uint)SessionResult.BadParameters, FromTee), (answer.RetValue, answer.RetOrigin));
    }

    [Fact]
    public async Task Given_a_client_that_cancels_When_a_command_waits_Then_it_ends_CANCEL_and_was_asked_without_a_limit()
    {
        await using var world = await TestWorld.StartAsync();
        await using var client = await TestClient.StartAsync(world, "gpsample2");
        uint[] asked = [];
        var wait = new Callback(call =>
        {
            asked = [.. Enumerable.Range(0, 3).Select(i => BinaryPrimitives.ReadUInt32LittleEndian(call.Input(0)[(4 * i)..]))];
            call.Write(0, IWait.EventCancel);
            return new(ResultCode.Ok);
        });
        using (var exported = world.Mink.Export(wait))
        using (var session = await client.OpenAsync(wait: exported))
        {
            var answer = await TestClient.InvokeAsync(session, AwaitCancellation, 0, 0, [], [], [], cancelCode: 77);

            Assert.Equal(((uint)SessionResult.Cancelled, FromApplication), (answer.RetValue, answer.RetOrigin));
            Assert.Equal([uint.MaxValue, 77u, 1u], asked);
            Assert.False(wait.IsReleased);
        }

        await client.EndAsync();
        await world.Mink.DrainReleasesAsync();
        Assert.True(wait.IsReleased);
    }

    [Fact]
    public async Task Given_a_closed_session_When_used_Then_CLOSED()
    {
        await using var world = await TestWorld.StartAsync();
        await using var client = await TestClient.StartAsync(world, "gptest");
        using var session = await client.OpenAsync();
        await session.CloseAsync();

        var refused = await Assert.ThrowsAsync<GPSessionException>(async () => await TestClient.InvokeAsync(session, Multiply, 0, 0, [], [], []));

        Assert.Equal(IGPSession.Errors.Closed, refused.Code);
    }

    [Fact]
    public async Task Given_an_unloaded_application_When_its_session_is_used_Then_DEFUNCT()
    {
        await using var world = await TestWorld.StartAsync();
        await using var client = await TestClient.StartAsync(world, "gptest");
        using var session = await client.OpenAsync();
        await client.UnloadAsync();

        var refused = await Assert.ThrowsAsync<GPSessionException>(async () => await TestClient.InvokeAsync(session, Multiply, 0, 0, [], [], []));

        Assert.Equal(ResultCode.Defunct, refused.Code);
    }

    [Fact]
    public async Task Given_two_loaded_applications_When_one_calls_the_other_Then_the_first_answers_for_both()
    {
        await using var world = await TestWorld.StartAsync();
        await using var peer = await TestClient.StartAsync(world, "gptest2");
        await using var client = await TestClient.StartAsync(world, "gptest");
        using var session = await client.OpenAsync();

        var answer = await TestClient.InvokeAsync(session, PeerTest, 0, 0, [], [], []);

        Assert.Equal(0u, answer.RetValue);
    }

    [Fact]
    public async Task Given_an_output_larger_than_its_room_When_invoked_Then_SHORT_BUFFER_says_how_much()
    {
        await using var world = await TestWorld.StartAsync(emulator => emulator.Load<GreedyApp>("greedy", GreedyApp.Uuid));
        await using var client = await TestClient.StartAsync(world, "greedy");
        using var session = await client.OpenAsync(GreedyApp.Uuid.ToByteArray());

        var answer = await TestClient.InvokeAsync(session, 1, 0x6, 0, new byte[4], [], [], firstOutput: new byte[4]);

        Assert.Equal(((uint)SessionResult.ShortBuffer, 100u, 0), (answer.RetValue, answer.MemrefOutSz1, answer.O1Count));
    }

    [Theory]
    [InlineData("gptest", 0)]
    [InlineData("smcinvoke_skeleton_ta64", 14)]
    public async Task Given_a_controller_When_a_session_is_opened_through_it_Then_only_an_application_with_a_UUID_has_one(string name, int code)
    {
        await using var world = await TestWorld.StartAsync();
        await using var client = await TestClient.StartAsync(world, name);

        Assert.Equal((ResultCode)code, await client.OpenThroughControllerAsync());
    }

    internal static byte[] Words(uint a, uint b)
    {
        var words = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(words, a);
        BinaryPrimitives.WriteUInt32LittleEndian(words.AsSpan(4), b);
        return words;
    }

    private static byte[] Reference(ulong size, ulong offset)
    {
        var bytes = new byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, size);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), offset);
        return bytes;
    }

    /// <summary>Wants more room than it is given.</summary>
    private sealed class GreedyApp : TrustedApplication
    {
        public static readonly Guid Uuid = new("00112233-4455-6677-8899-AABBCCDDEEFF");

        protected internal override IMinkObject CreateAppObject(ClientIdentity client) => new Callback();

        protected internal override ValueTask<(SessionResult Result, TrustedSession? Session)> OpenSessionAsync(SessionOpening opening) => new((SessionResult.Success, new Session()));

        private sealed class Session : TrustedSession
        {
            protected internal override ValueTask<SessionResult> InvokeAsync(SessionCommand command)
            {
                command.Parameters[0].Size = 100;
                return new(SessionResult.Success);
            }
        }
    }
}
