using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using MinkActors.Actors;
using MinkActors.Emulator.OpTee;
using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Sisters.Tests.OpTee;

/// <summary>An OP-TEE without page lists: everything lies in the static shared area (spec 09 sections 2, 6, 7 and 9).</summary>
public sealed class StaticAreaTests
{
    private const uint Start = 0x4200_0000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Given_an_OP_TEE_without_page_lists_When_used_Then_everything_works_and_nothing_else_is_shared(bool rpcArgument) => Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid, OpTeeArgument.Value(7));
        await using var buffer = await world.System.ShareMemoryAsync(8192);

        var sum = await session.InvokeAsync(TestTa.Add, OpTeeArgument.Value(2, 3), OpTeeArgument.OutValue);
        var upper = await session.InvokeAsync(TestTa.Upper, OpTeeArgument.In(Encoding.ASCII.GetBytes(new string('x', 5000))), OpTeeArgument.Out(5000));
        var needed = await session.InvokeAsync(TestTa.Upper, OpTeeArgument.In("abc"u8.ToArray()), OpTeeArgument.SizeQuery());
        var filled = await session.InvokeAsync(TestTa.Fill, OpTeeArgument.Part(buffer, OpTeeParameterType.RegisteredOutput, 4000, 200), OpTeeArgument.Value(9));
        var borrowed = await session.InvokeAsync(TestTa.Borrow, OpTeeArgument.Value(1, 40_000));
        var file = await session.InvokeAsync(TestTa.AskFile, OpTeeArgument.In("contents"u8.ToArray()), OpTeeArgument.Out(100));

        Assert.True(world.System.UsesStaticArea);
        Assert.Equal(((5ul, 7ul), new string('X', 5000)), (sum.Value(1), Encoding.ASCII.GetString(upper.Bytes(1))));
        Assert.Equal((TeeResult.ShortBuffer, 3ul), (needed.Result, needed.Size(1)));
        Assert.True(filled.IsSuccess && borrowed.IsSuccess && !buffer.Span[4000..4200].ContainsAnyExcept((byte)9) && buffer.Span[3999] == 0 && buffer.Span[4200] == 0);
        Assert.Equal("contents", Encoding.ASCII.GetString(file.Bytes(1)));
        Assert.Equal((0, 0), (world.Secure.SharedObjects, world.Memory.Shared));
    }, emulator => emulator.HasRpcArgument = rpcArgument, options => options.Supplicant = new Files());

    [Fact]
    public void Given_a_buffer_in_use_When_it_is_disposed_Then_its_bytes_go_back_after_the_last_call() => Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        var buffer = await world.System.ShareMemoryAsync(4096);
        var slow = session.InvokeAsync(TestTa.Sleep, OpTeeArgument.Value(1000), OpTeeArgument.Part(buffer));
        await Task.Delay(TimeSpan.FromMilliseconds(10), world.Actors.Time);

        await buffer.DisposeAsync();
        var before = buffer.Region!.IsShared;
        await Assert.ThrowsAsync<MinkTransportException>(() => session.InvokeAsync(TestTa.Add, OpTeeArgument.Part(buffer)));
        await slow;

        Assert.Equal((true, false), (before, buffer.Region.IsShared));
    });

    [Fact]
    public void Given_an_area_that_is_used_up_When_called_Then_no_memory_and_a_retry_works() => Run(async world =>
    {
        await using var session = await world.System.OpenSessionAsync(TestTa.Uuid);
        var held = new List<OpTeeBuffer>();
        MinkTransportException? full = null;
        while (full is null)
        {
            try
            {
                held.Add(await world.System.ShareMemoryAsync(16 * 4096));
            }
            catch (MinkTransportException failed)
            {
                full = failed;
            }
        }

        var refused = await Assert.ThrowsAsync<MinkTransportException>(() => session.InvokeAsync(TestTa.Upper, OpTeeArgument.In(new byte[70_000]), OpTeeArgument.Out(1)));
        foreach (var buffer in held) await buffer.DisposeAsync();
        var works = await session.InvokeAsync(TestTa.Upper, OpTeeArgument.In(new byte[70_000]), OpTeeArgument.Out(70_000));

        Assert.Equal((Errno.ENOMEM, Errno.ENOMEM, true, true), (full.Errno, refused.Errno, refused.IsRetrySafe, works.IsSuccess));
    });

    [Theory]
    [InlineData(Start, 2u << 20, 0u)]
    [InlineData(Start, 1u << 20, 1u)]
    [InlineData(Start + 4096u, 2u << 20, 1u)]
    public void Given_an_OP_TEE_that_names_another_area_or_no_cached_one_When_started_Then_unusable(uint start, uint size, uint cache) => Assert.Equal(Errno.EINVAL, Refusal(registers =>
    {
        if (registers[0] != OpTeeFunctionId.GetSharedMemoryConfig.Value) return null;
        var lie = OpTeeRegisters.Return(OpTeeReturn.Ok);
        (lie[1], lie[2], lie[3]) = (start, size, cache);
        return lie;
    }));

    [Fact]
    public void Given_an_OP_TEE_with_neither_page_lists_nor_an_area_When_started_Then_unusable() => Assert.Equal(Errno.EINVAL, Refusal(registers =>
        registers[0] == OpTeeFunctionId.ExchangeCapabilities.Value ? new CapabilityExchange(OpTeeCapabilities.NullMemoryReference, 0, 0).ToRegisters() : null));

    [Fact]
    public void Given_an_area_and_page_lists_When_started_Then_page_lists_are_used() => Run(async world =>
    {
        await using var buffer = await world.System.ShareMemoryAsync(4096);

        Assert.False(world.System.UsesStaticArea);
        Assert.Equal((1, 0), (world.Secure.SharedObjects, world.Area!.Shared));
    }, emulator => emulator.HasDynamicSharedMemory = true);

    [Fact]
    public void Given_messages_and_memory_in_the_area_by_registers_When_sent_Then_only_what_lies_in_it_is_taken()
    {
        var actors = new SimulationActorSystem(new SimulationOptions { Seed = 3 });
        actors.Run(async () =>
        {
            var area = new OpTeeStaticArea(Start, 1 << 20);
            var world = EmulatedOpTee.Start(new SecureWorldContext(actors, new PhysicalMemory(), NullLogger.Instance), options =>
            {
                (options.StaticArea, options.HasDynamicSharedMemory) = (area, false);
                options.Load<TestTa>(TestTa.Uuid);
            });
            var cpu = new RawCaller(actors, world, area);
            var config = await cpu.FastAsync(OpTeeFunctionId.GetSharedMemoryConfig);
            var session = await cpu.OpenAsync(TestTa.Uuid);
            var data = area.Allocate(8192)!;
            var message = area.Allocate(4096)!;

            async Task<TeeResult> Fill(ulong address, ulong size)
            {
                var invoke = cpu.Message((uint)OpTeeCommand.InvokeCommand, session, TestTa.Fill, OpTeeParameter.Temporary(OpTeeParameterType.TemporaryOutput, address, size, 1), OpTeeParameter.Value(OpTeeParameterType.ValueInput, 0x5A));
                var (code, result, _) = await cpu.AskAsync(invoke);
                Assert.Equal(OpTeeReturn.Ok, code);
                return result;
            }

            Assert.Equal((0u, Start, 1u << 20, 1u), (config[0], config[1], config[2], config[3]));
            Assert.Equal(TeeResult.Success, await Fill(data.PhysicalAddress + 100, 8000));
            Assert.True(!data.Owner[100..8100].ContainsAnyExcept((byte)0x5A) && data.Owner[99] == 0 && data.Owner[8100] == 0);
            Assert.Equal(TeeResult.BadParameters, await Fill(Start - 4096, 8192));
            Assert.Equal(TeeResult.BadParameters, await Fill(Start + (1 << 20) - 4096, 8192));
            Assert.Equal(TeeResult.BadParameters, await Fill(data.PhysicalAddress, ulong.MaxValue));
            Assert.Equal(TeeResult.BadParameters, await Fill(ulong.MaxValue - 4095, 8192));
            // In the area a message may begin anywhere, and registering is not known.
            OpTeeMessage.WriteHeader(message.Owner[64..], new((uint)OpTeeCommand.CloseSession, 0, session, 0, TeeResult.Generic, TeeOrigin.None, 0));
            Assert.Equal(0u, (await cpu.CallAsync(OpTeeRegisters.Call(message.PhysicalAddress + 64)))[0]);
            OpTeeMessage.TryReadHeader(message.Owner[64..], out var closed);
            Assert.Equal(TeeResult.Success, closed.Result);
            Assert.Equal(4u, (await cpu.CallAsync(OpTeeRegisters.Call(message.PhysicalAddress + 4080)))[0]);
            Assert.Equal(OpTeeReturn.BadCommand, (await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, cpu.Buffer(1, 5, OpTeeParameterType.TemporaryOutput, out _, out _))).Code);
            Assert.Equal("nothing is alive", world.ToString());
        });
    }

    [Fact]
    public void Given_regions_of_an_area_When_given_out_and_back_Then_zeroed_disjoint_and_found_by_address()
    {
        var area = new OpTeeStaticArea(Start, 4 * 4096);
        var first = area.Allocate(4096)!;
        var second = area.Allocate(5000)!;
        second.Owner.Fill(1);

        Assert.Null(area.Allocate(8192));
        Assert.True(area.TryResolve(second.PhysicalAddress + 4096, 4096, out var found, out var offset) && found == second && offset == 4096);
        Assert.False(area.TryResolve(first.PhysicalAddress, 4097, out _, out _));
        area.Free(second);
        Assert.Throws<InvalidOperationException>(() => area.Free(second));
        var again = area.Allocate(3 * 4096)!;

        Assert.True(!again.Owner.ContainsAnyExcept((byte)0) && again.PhysicalAddress == first.PhysicalAddress + 4096);
        Assert.Equal(4 * 4096, area.Shared);
        Assert.Throws<ArgumentException>(() => new OpTeeStaticArea(uint.MaxValue - 4095, 8192));
    }

    private static void Run(Func<OpTeeWorld, Task> test, Action<OpTeeEmulatorOptions>? secure = null, Action<OpTeeOptions>? normal = null) =>
        OpTeeWorld.Run(test, secure, normal, area: new OpTeeStaticArea(Start, 2 << 20));

    /// <summary>How a start fails with an OP-TEE that lies.</summary>
    private static Errno? Refusal(Func<OpTeeRegisters, OpTeeRegisters?> lies)
    {
        Errno? errno = null;
        var actors = new SimulationActorSystem(new SimulationOptions { Seed = 1 });
        actors.Run(async () =>
        {
            var failed = await Assert.ThrowsAsync<MinkTransportException>(() => OpTeeSystem.StartAsync(options => options.UseActors(actors)
                .UseEmulatedOpTee(emulator => (emulator.StaticArea, emulator.HasDynamicSharedMemory) = (new OpTeeStaticArea(Start, 2 << 20), false))
                .WrapSecureWorld((inner, _) => new WatchedWorld(inner) { Lies = lies })));
            errno = failed.Errno;
        });
        return errno;
    }
}
