using System.Text;
using MinkActors.Emulator.OpTee;
using MinkActors.Protocol.OpTee;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Sisters.Tests.OpTee;

public sealed class SessionTests
{
    [Fact]
    public void Given_an_application_When_a_session_is_opened_and_invoked_Then_values_and_state_come_through() => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid, OpTeeArgument.Value(7));

        var reply = await session.InvokeAsync(TestTa.Add, OpTeeArgument.Value(2, 3), OpTeeArgument.OutValue);

        Assert.Equal((TeeResult.Success, TeeOrigin.TrustedApplication, (5ul, 7ul)), (reply.Result, reply.Origin, reply.Value(1)));
    });

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(600 * 4096)]
    public void Given_temporary_memory_of_many_sizes_When_invoked_Then_the_bytes_travel_both_ways(int size) => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        var text = new string('x', size);

        var reply = await session.InvokeAsync(TestTa.Upper, OpTeeArgument.In(Encoding.ASCII.GetBytes(text)), OpTeeArgument.Out(size));

        Assert.True(reply.IsSuccess);
        Assert.Equal(text.ToUpperInvariant(), Encoding.ASCII.GetString(reply.Bytes(1)));
    });

    [Fact]
    public void Given_too_little_room_When_invoked_Then_the_needed_size_comes_back() => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);

        var reply = await session.InvokeAsync(TestTa.Upper, OpTeeArgument.In("hello"u8.ToArray()), OpTeeArgument.Out(2));
        var asked = await session.InvokeAsync(TestTa.Upper, OpTeeArgument.In("hello"u8.ToArray()), OpTeeArgument.SizeQuery());

        Assert.Equal((TeeResult.ShortBuffer, 5ul), (reply.Result, reply.Size(1)));
        Assert.Equal((TeeResult.ShortBuffer, 5ul), (asked.Result, asked.Size(1)));
    });

    [Fact]
    public void Given_registered_memory_When_a_part_of_it_is_filled_Then_only_that_part_changes() => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        await using var buffer = await world.System.ShareMemoryAsync(3 * 4096);

        await session.InvokeAsync(TestTa.Fill, OpTeeArgument.Part(buffer, OpTeeParameterType.RegisteredOutput, 4000, 200), OpTeeArgument.Value(0x5A));

        Assert.Equal(1, world.Secure.SharedObjects);
        Assert.True(!buffer.Span[4000..4200].ContainsAnyExcept((byte)0x5A) && !buffer.Span[..4000].ContainsAnyExcept((byte)0) && !buffer.Span[4200..].ContainsAnyExcept((byte)0));
    });

    [Theory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    public void Check04_Given_pages_around_a_list_page_When_registered_directly_Then_taken_and_given_back(int pages) => OpTeeWorld.Run(async world =>
    {
        var buffer = await world.System.ShareMemoryAsync(pages * 4096);
        Assert.Equal(1, world.Secure.SharedObjects);

        await buffer.DisposeAsync();

        Assert.Equal(0, world.Secure.SharedObjects);
    });

    [Fact]
    public void Given_a_buffer_in_use_When_it_is_disposed_Then_the_registration_ends_after_its_last_user() => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        var buffer = await world.System.ShareMemoryAsync(4096);
        var slow = session.InvokeAsync(TestTa.Sleep, OpTeeArgument.Value(1000), OpTeeArgument.Part(buffer));
        await Task.Delay(TimeSpan.FromMilliseconds(10), world.Actors.Time);

        var end = buffer.DisposeAsync().AsTask();
        await Task.Delay(TimeSpan.FromMilliseconds(10), world.Actors.Time);
        Assert.False(end.IsCompleted);
        await slow;
        await end;

        Assert.Equal(0, world.Secure.SharedObjects);
    });

    [Fact]
    public void Given_an_unknown_application_When_opened_Then_item_not_found_of_the_OS() => OpTeeWorld.Run(async world =>
    {
        var refused = await Assert.ThrowsAsync<OpTeeResultException>(() => world.System.OpenSessionAsync(Guid.Parse("00000000-0000-0000-0000-000000000001")));

        Assert.Equal((TeeResult.ItemNotFound, TeeOrigin.Tee), (refused.Result, refused.Origin));
    });

    [Fact]
    public void Given_an_application_that_refuses_When_opened_Then_its_code_comes_through_and_no_instance_stays() => OpTeeWorld.Run(async world =>
    {
        var refused = await Assert.ThrowsAsync<OpTeeResultException>(() => world.System.OpenSessionAsync(TestTa.Uuid, OpTeeArgument.Value(99)));

        Assert.Equal((TeeResult.AccessDenied, TeeOrigin.TrustedApplication, 0), (refused.Result, refused.Origin, world.Secure.Instances));
    });

    [Fact]
    public void Given_a_single_instance_application_in_use_When_opened_again_Then_busy_until_it_is_closed() => OpTeeWorld.Run(async world =>
    {
        var first = await world.System.OpenSessionAsync(TestTa.Single);

        var refused = await Assert.ThrowsAsync<OpTeeResultException>(() => world.System.OpenSessionAsync(TestTa.Single));
        await first.DisposeAsync();
        await using var second = await world.System.OpenSessionAsync(TestTa.Single);

        Assert.Equal(TeeResult.Busy, refused.Result);
    });

    [Fact]
    public void Given_a_shared_instance_When_two_sessions_call_at_once_Then_calls_take_turns() => OpTeeWorld.Run(async world =>
    {
        await using var first = await world.System.OpenSessionAsync(TestTa.Shared);
        await using var second = await world.System.OpenSessionAsync(TestTa.Shared);

        var replies = await Task.WhenAll(first.InvokeAsync(TestTa.Sleep, OpTeeArgument.Value(50)), second.InvokeAsync(TestTa.Sleep, OpTeeArgument.Value(50)));
        var count = await first.InvokeAsync(TestTa.Count, OpTeeArgument.InOutValue(0));

        Assert.All(replies, reply => Assert.True(reply.IsSuccess));
        Assert.Equal((1, 3ul), (world.Secure.Instances, count.Value(0).A));
    });

    [Fact]
    public void Given_a_panic_When_called_again_Then_target_dead_and_closing_works() => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Shared);

        var panicked = await session.InvokeAsync(TestTa.Panic);
        var again = await session.InvokeAsync(TestTa.Add, OpTeeArgument.Value(1), OpTeeArgument.OutValue);
        await using var fresh = await world.System.OpenSessionAsync(TestTa.Shared);
        var alive = await fresh.InvokeAsync(TestTa.Add, OpTeeArgument.Value(1), OpTeeArgument.OutValue);

        Assert.Equal((TeeResult.TargetDead, TeeOrigin.Tee, TeeResult.TargetDead, TeeResult.Success), (panicked.Result, panicked.Origin, again.Result, alive.Result));
    });

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 7)]
    [InlineData(1, 500)]
    public void Given_wrong_parameter_kinds_and_codes_When_invoked_Then_the_applications_answer_comes_through(uint a, uint code) => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);

        var wrong = await session.InvokeAsync(TestTa.Add, OpTeeArgument.In(new byte[] { (byte)a }));
        var failed = await session.InvokeAsync(TestTa.Fail, OpTeeArgument.Value(code));

        Assert.Equal((TeeResult.BadParameters, TeeOrigin.TrustedApplication, (TeeResult)code), (wrong.Result, wrong.Origin, failed.Result));
    });

    [Fact]
    public void Given_a_closed_session_When_invoked_Then_refused_here_without_a_monitor_call() => OpTeeWorld.Run(async world =>
    {
        var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        await session.DisposeAsync();
        var entries = world.Link.Entries;

        await Assert.ThrowsAsync<ObjectDisposedException>(() => session.InvokeAsync(TestTa.Count));

        Assert.Equal(entries, world.Link.Entries);
    });

    [Fact]
    public void Given_memory_that_runs_out_When_called_Then_the_call_fails_retry_safe_and_nothing_is_held() => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);

        var failed = await Assert.ThrowsAsync<MinkTransportException>(() => session.InvokeAsync(TestTa.Upper, OpTeeArgument.In(new byte[1 << 20]), OpTeeArgument.Out(4)));
        var works = await session.InvokeAsync(TestTa.Upper, OpTeeArgument.In("a"u8.ToArray()), OpTeeArgument.Out(4));

        Assert.True(failed.IsRetrySafe && works.IsSuccess);
    }, normal: options => options.WrapMemory(memory => new LimitedMemory(memory, 64 * 4096)));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Given_a_system_with_open_sessions_and_buffers_When_stopped_Then_OP_TEE_is_left_clean(bool hasRpcArgument) => OpTeeWorld.Run(async world =>
    {
        var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        await world.System.ShareMemoryAsync(8192);
        await session.InvokeAsync(TestTa.Time, OpTeeArgument.OutValue);

        await world.System.StopAsync();

        Assert.Equal("nothing is alive", world.Secure.ToString());
    }, emulator => emulator.HasRpcArgument = hasRpcArgument);

    /// <summary>Gives out that many bytes and no more.</summary>
    private sealed class LimitedMemory(ISharedMemory inner, int budget) : ISharedMemory
    {
        private int _used;

        public SharedRegion? Allocate(int size)
        {
            if (_used + size > budget || inner.Allocate(size) is not { } region) return null;
            _used += region.Size;
            return region;
        }

        public void Free(SharedRegion region)
        {
            _used -= region.Size;
            inner.Free(region);
        }

        public bool TryResolve(ulong physicalAddress, ulong size, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SharedRegion? region, out int offset) =>
            inner.TryResolve(physicalAddress, size, out region, out offset);
    }
}
