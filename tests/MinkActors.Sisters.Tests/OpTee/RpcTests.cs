using MinkActors.Emulator.OpTee;
using MinkActors.Protocol.OpTee;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Sisters.Tests.OpTee;

public sealed class RpcTests
{
    public static TheoryData<bool> RpcArgument => [true, false];

    [Theory, MemberData(nameof(RpcArgument))]
    public void Given_an_application_that_asks_the_time_When_served_Then_it_is_the_engines(bool rpcArgument) => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        await Task.Delay(TimeSpan.FromSeconds(1234), world.Actors.Time);

        var reply = await session.InvokeAsync(TestTa.Time, OpTeeArgument.OutValue);

        Assert.Equal((ulong)world.Actors.Time.GetUtcNow().ToUnixTimeSeconds(), reply.Value(0).A);
    }, emulator => emulator.HasRpcArgument = rpcArgument);

    [Theory, MemberData(nameof(RpcArgument))]
    public void Given_allocations_of_both_kinds_When_asked_Then_served_and_freed(bool rpcArgument) => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);

        var kernel = await session.InvokeAsync(TestTa.Borrow, OpTeeArgument.Value(1, 700 * 4096));
        var application = await session.InvokeAsync(TestTa.Borrow, OpTeeArgument.Value(0, 100));
        var global = await session.InvokeAsync(TestTa.Borrow, OpTeeArgument.Value(2, 100));
        var huge = await session.InvokeAsync(TestTa.Borrow, OpTeeArgument.Value(1, ulong.MaxValue));

        Assert.Equal((TeeResult.Success, TeeResult.Success, TeeResult.OutOfMemory, TeeResult.OutOfMemory), (kernel.Result, application.Result, global.Result, huge.Result));
        Assert.Equal(world.Secure.CachedRpcBuffers, world.System.RpcBuffers);
    }, emulator => emulator.HasRpcArgument = rpcArgument, options => options.Supplicant = new Files());

    [Fact]
    public void Given_no_supplicant_When_its_memory_or_a_file_is_asked_for_Then_communication() => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);

        var borrowed = await session.InvokeAsync(TestTa.Borrow, OpTeeArgument.Value(0, 100));
        var asked = await session.InvokeAsync(TestTa.Rpc, OpTeeArgument.Value(2, 1), OpTeeArgument.OutValue);

        Assert.Equal((TeeResult.OutOfMemory, TeeResult.Communication), (borrowed.Result, (TeeResult)asked.Value(1).A));
    });

    [Theory]
    [InlineData(20, 0, TeeResult.NotSupported)]
    [InlineData(21, 0, TeeResult.NotSupported)]
    [InlineData(22, 0, TeeResult.NotSupported)]
    [InlineData(24, 0, TeeResult.NotSupported)]
    [InlineData(3, 1, TeeResult.BadParameters)]
    [InlineData(4, 7, TeeResult.BadParameters)]
    [InlineData(5, 0, TeeResult.BadParameters)]
    [InlineData(6, 0, TeeResult.BadParameters)]
    [InlineData(7, 9, TeeResult.BadParameters)]
    [InlineData(9999, 0, TeeResult.Communication)]
    public void Given_an_RPC_of_a_wrong_shape_or_an_unknown_command_When_served_Then_the_specified_error(uint command, uint value, TeeResult expected) => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);

        var reply = await session.InvokeAsync(TestTa.Rpc, OpTeeArgument.Value(command, value), OpTeeArgument.OutValue);

        Assert.Equal(expected, (TeeResult)reply.Value(1).A);
    });

    [Fact]
    public void Given_a_sleep_When_served_Then_virtual_time_passes() => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        var before = world.Actors.Time.GetUtcNow();

        await session.InvokeAsync(TestTa.Sleep, OpTeeArgument.Value(5000));

        Assert.True(world.Actors.Time.GetUtcNow() - before >= TimeSpan.FromSeconds(5));
    });

    [Fact]
    public void Given_a_waiting_call_When_another_notifies_Then_it_goes_on() => OpTeeWorld.Run(async world =>
    {
        await using var waiter = await world.System.OpenSessionAsync(TestTa.Uuid);
        await using var sender = await world.System.OpenSessionAsync(TestTa.Uuid);

        var waiting = waiter.InvokeAsync(TestTa.Wait, OpTeeArgument.Value(5));
        await Task.Delay(TimeSpan.FromMilliseconds(10), world.Actors.Time);
        Assert.False(waiting.IsCompleted);
        await sender.InvokeAsync(TestTa.Notify, OpTeeArgument.Value(5));

        Assert.True((await waiting).IsSuccess);
    });

    [Fact]
    public void Given_a_value_posted_before_When_waited_for_Then_it_is_consumed_once() => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        await session.InvokeAsync(TestTa.Notify, OpTeeArgument.Value(5));

        var first = await session.InvokeAsync(TestTa.Wait, OpTeeArgument.Value(5, 100));
        var second = await session.InvokeAsync(TestTa.Wait, OpTeeArgument.Value(5, 100));

        Assert.Equal((TeeResult.Success, TeeResult.BadParameters), (first.Result, second.Result));
    });

    [Fact]
    public void Given_a_value_somebody_waits_for_or_beyond_the_largest_When_waited_for_Then_bad_parameters() => OpTeeWorld.Run(async world =>
    {
        await using var first = await world.System.OpenSessionAsync(TestTa.Uuid);
        await using var second = await world.System.OpenSessionAsync(TestTa.Uuid);
        var waiting = first.InvokeAsync(TestTa.Wait, OpTeeArgument.Value(5, 1000));
        await Task.Delay(TimeSpan.FromMilliseconds(10), world.Actors.Time);

        var taken = await second.InvokeAsync(TestTa.Wait, OpTeeArgument.Value(5));
        var large = await second.InvokeAsync(TestTa.Wait, OpTeeArgument.Value(256));

        Assert.Equal((TeeResult.BadParameters, TeeResult.BadParameters, TeeResult.BadParameters), (taken.Result, large.Result, (await waiting).Result));
    });

    [Theory]
    [InlineData(0x0001)]
    [InlineData(0x7FFF)]
    public void Check02_Given_an_unknown_RPC_function_When_returned_Then_resumed_unchanged(uint function) => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);

        Assert.True((await session.InvokeAsync(TestTa.OddReturn, OpTeeArgument.Value(function))).IsSuccess);
    });

    [Fact]
    public void Given_interrupts_before_and_inside_calls_When_they_come_Then_each_call_ends_well() => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);

        var reply = await session.InvokeAsync(TestTa.Interrupts, OpTeeArgument.Value(20));
        var both = await session.InvokeAsync(TestTa.Both);

        Assert.True(reply.IsSuccess && both.IsSuccess);
    }, emulator => emulator.InterruptEvery = 2);

    [Fact]
    public void Given_a_supplicant_with_files_When_an_application_writes_and_reads_Then_the_bytes_are_the_same() => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);

        var reply = await session.InvokeAsync(TestTa.AskFile, OpTeeArgument.In("kept"u8.ToArray()), OpTeeArgument.Out(100));

        Assert.Equal("kept"u8, reply.EnsureSuccess().Bytes(1));
    }, normal: options => options.Supplicant = new Files());

    [Theory]
    [InlineData(true, TeeResult.Success)]
    [InlineData(false, TeeResult.ItemNotFound)]
    public void Given_an_application_from_a_file_When_opened_Then_the_supplicant_decides(bool exists, TeeResult expected) => OpTeeWorld.Run(async world =>
    {
        var result = TeeResult.Success;
        try
        {
            await using var session = await world.System.OpenSessionAsync(TestTa.FromFile);
        }
        catch (OpTeeResultException refused)
        {
            result = refused.Result;
        }

        Assert.Equal(expected, result);
    }, normal: options => options.Supplicant = new Files(exists ? [TestTa.FromFile] : []));

    [Fact]
    public void Given_a_supplicant_that_throws_When_asked_Then_communication() => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);

        var asked = await session.InvokeAsync(TestTa.Rpc, OpTeeArgument.Value(12), OpTeeArgument.OutValue);

        Assert.Equal(TeeResult.Communication, (TeeResult)asked.Value(1).A);
    }, normal: options => options.Supplicant = new Files());

    [Fact]
    public void Given_an_application_that_keeps_what_it_borrows_When_the_budget_is_reached_Then_only_it_is_refused_and_stopping_takes_all_back() => OpTeeWorld.Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);

        var results = new List<TeeResult>();
        for (var i = 0; i < 5; i++) results.Add((await session.InvokeAsync(TestTa.BorrowAndKeep, OpTeeArgument.Value(16384))).Result);
        var works = await session.InvokeAsync(TestTa.Add, OpTeeArgument.Value(1, 1), OpTeeArgument.OutValue);

        Assert.Equal(TeeResult.OutOfMemory, results[^1]);
        Assert.Equal(TeeResult.Success, results[0]);
        Assert.True(works.IsSuccess);
    }, normal: options => options.RpcMemoryMax = 16384 * 3);
}
