using MinkActors.Actors;
using MinkActors.Emulator.OpTee;
using MinkActors.Emulator.OpTee.Mediator;
using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.Tests.OpTee;

/// <summary>What a guest gets and what OP-TEE gets when something is wrong, from end to end (spec 09 section 14, checks 7 and 8).</summary>
public sealed class MediatedFailureTests
{
    [Fact]
    public void Check07_Given_messages_that_a_mediator_refuses_When_sent_by_a_guest_Then_the_specified_codes() => GuestWorld.Run(async world =>
    {
        var (guest, cpu) = await world.StartRawGuestAsync(0);
        var message = cpu.Message(OpTeeCommand.CloseSession);
        var many = cpu.Message(OpTeeCommand.InvokeCommand);
        OpTeeMessage.WriteParameterCount(many.Owner, 128);

        Assert.Equal(4u, (await cpu.CallAsync(OpTeeRegisters.Call(message.PhysicalAddress + 8)))[0]);
        Assert.Equal(OpTeeReturn.BadCommand, (await cpu.AskAsync(OpTeeCommand.DoBottomHalf)).Code);
        Assert.Equal((OpTeeReturn.Ok, TeeResult.BadParameters, TeeOrigin.Comms), await cpu.AskAsync(many));
        Assert.Equal((OpTeeReturn.Ok, TeeResult.BadParameters, TeeOrigin.Comms),
            await cpu.AskAsync(OpTeeCommand.InvokeCommand, OpTeeParameter.Temporary(OpTeeParameterType.TemporaryInput, message.PhysicalAddress, 8, 1)));
        Assert.Equal(3u, (await cpu.CallAsync(OpTeeRegisters.ResumeOf(OpTeeRegisters.RpcReturn(default, 0, 0, 7))))[0]);
        Assert.Equal(3u, (await cpu.CallAsync(OpTeeRegisters.ResumeOf(OpTeeRegisters.RpcReturn(default, 0, 0, 0xFFFF_FFFF))))[0]);
        Assert.True(guest.IsClean);
    });

    [Fact]
    public void M03_Given_bits_above_the_low_half_of_each_register_When_a_guest_calls_Then_they_mean_nothing() => GuestWorld.Run(async world =>
    {
        var (guest, _) = await world.StartRawGuestAsync(0);
        var raw = OpTeeRegisters.Fast(OpTeeFunctionId.CallsCount).ToSmc();
        raw.X0 |= 0xABCD_0000_0000_0000;
        raw.X7 = ulong.MaxValue;

        var answer = await world.Actors.Spawn(new RegisterCalls(guest.World)).Ask(new RegisterCall(raw));

        Assert.Equal(11ul, answer.X0);
    });

    [Fact]
    public void M02_M30_Given_a_guest_When_created_and_destroyed_Then_the_machine_is_announced_after_its_context_and_ended_after_everything_else()
    {
        var calls = new List<string>();
        var actors = new SimulationActorSystem(new SimulationOptions { Seed = 1 });
        actors.Run(async () =>
        {
            OpTeeGuest? guest = null;
            await using var mediator = await OpTeeMediator.StartAsync(new SecureWorldContext(actors, new PhysicalMemory(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance), (context, memory) =>
                new WatchedWorld(EmulatedOpTee.Start(context, memory, options => options.HasVirtualization = true))
                {
                    Entering = registers =>
                    {
                        var id = new OpTeeFunctionId(registers[0]);
                        if (id == OpTeeFunctionId.VmCreated) calls.Add($"created a1={registers[1]} a7={registers[7]} context={memory.TryMap(0x100_0000_0000_0000, out _)}");
                        else if (id == OpTeeFunctionId.VmDestroyed) calls.Add($"destroyed a1={registers[1]} a7={registers[7]} clean={guest?.IsClean}");
                        else if (!id.IsFast) calls.Add("message");
                    },
                });
            calls.Clear();      // the probe of M1
            guest = await mediator.CreateGuestAsync(0);
            var cpu = new RawCaller(actors, guest.World, guest.Memory);
            await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, cpu.Buffer(3, 100, OpTeeParameterType.TemporaryOutput, out _, out _));
            Assert.False(guest.IsClean);
            await guest.DestroyAsync();
        });

        Assert.Equal(["created a1=1 a7=0 context=False", "message", "destroyed a1=1 a7=0 clean=True"], calls);
    }

    [Fact]
    public void M30_Given_a_guest_with_much_to_free_When_it_is_destroyed_Then_others_are_served_between_two_items() => GuestWorld.Run(async world =>
    {
        var (dying, cpu) = await world.StartRawGuestAsync(0);
        var (_, neighbour) = await world.StartRawGuestAsync(1);
        for (var i = 0u; i < 16; i++) await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, cpu.Buffer(3, 100 + i, OpTeeParameterType.TemporaryOutput, out _, out _));

        var dies = dying.DestroyAsync();
        var between = 0;
        while (!dies.IsCompleted)
        {
            await neighbour.AskAsync(OpTeeCommand.CloseSession);
            if (dying.SharedBuffers is > 0 and < 16) between++;
        }
        await dies;

        Assert.True(between > 0, "nobody was served while the guest was being freed");
        Assert.True(dying.IsClean);
    });

    public static TheoryData<string> Failures =>
    [
        "M20 no page", "M20 unaligned page", "M20 a page it has not", "M20 no cookie", "M22 page gone before the request", "M23 page gone before the answer",
        "M23 too many parameters", "M24 contiguous memory", "M24 two parameters", "M25 a foreign page", "M25 a duplicate cookie", "M25 too many pages", "M25 refused to free",
    ];

    /// <summary>The application borrows memory; the guest spoils one step of it.</summary>
    [Theory, MemberData(nameof(Failures))]
    public void Check08_M20_M22_M23_M24_M25_Given_a_guest_that_fails_an_RPC_When_OPTEE_goes_on_Then_it_sees_a_failure_and_no_pin_is_left(string failure) => GuestWorld.Run(async world =>
    {
        var (guest, cpu) = await world.StartRawGuestAsync(0);
        var session = await cpu.OpenAsync(TestTa.Uuid);
        var registered = cpu.Buffer(1, 77, OpTeeParameterType.TemporaryOutput, out _, out _);
        await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, registered);
        var held = (guest.Memory.Pins, guest.SharedBuffers, guest.Shadows.Live);
        var message = cpu.Message((uint)OpTeeCommand.InvokeCommand, session, TestTa.Borrow, OpTeeParameter.Value(OpTeeParameterType.ValueInput, 1, 8192));
        var rpc = guest.Memory.Allocate(4096)!;
        var back = await cpu.SendAsync(message);
        Assert.Equal(0xFFFF_0000u, back[0]);

        back = await cpu.CallAsync(OpTeeRegisters.ResumeAllocate(back, failure switch
        {
            "M20 no page" => 0,
            "M20 unaligned page" => rpc.PhysicalAddress + 8,
            "M20 a page it has not" => rpc.PhysicalAddress + (1 << 20),
            _ => rpc.PhysicalAddress,
        }, failure == "M20 no cookie" ? 0ul : 9ul));
        if (!failure.StartsWith("M20", StringComparison.Ordinal)) back = await AnswerAsync(guest, cpu, rpc, back, failure);
        // Whatever else OP-TEE asks is served as by a driver that does its best.
        for (var i = 0; i < 10 && OpTeeReturnWord.IsRpc(back[0], out var function); i++)
        {
            if (function == OpTeeRpcFunction.Free) Assert.False(guest.Memory.Pins > held.Pins, "the page is pinned while the guest is told that it is free");
            back = await cpu.CallAsync(OpTeeRegisters.ResumeOf(back));
        }

        Assert.Equal((0u, failure.StartsWith("M22", StringComparison.Ordinal) ? TeeResult.Generic : TeeResult.OutOfMemory), (back[0], RawCaller.Header(message).Result));
        Assert.Equal(held, (guest.Memory.Pins, guest.SharedBuffers, guest.Shadows.Live));
        Assert.Equal((0, 0), (guest.Calls, guest.RpcBuffers));
    });

    private static async Task<OpTeeRegisters> AnswerAsync(OpTeeGuest guest, RawCaller cpu, SharedRegion rpc, OpTeeRegisters asked, string failure)
    {
        Assert.Equal((0xFFFF_0005u, (uint)OpTeeRpcCommand.SharedMemoryAllocate), (asked[0], RawCaller.Header(rpc).Command));
        var answer = cpu.Buffer(failure == "M25 too many pages" ? 130 : 2, failure == "M25 a duplicate cookie" ? 77u : 78u, OpTeeParameterType.TemporaryOutput, out var data, out _);
        if (failure == "M25 too many pages") answer = answer with { B = 130 * 4096 };
        if (failure is "M25 a foreign page" or "M25 refused to free") Assert.True(guest.Memory.TryTake(data.PhysicalAddress + 4096));
        if (failure == "M24 contiguous memory") answer = OpTeeParameter.Temporary(OpTeeParameterType.TemporaryOutput, data.PhysicalAddress, 8192, 78);
        OpTeeMessage.WriteParameter(rpc.Owner, 0, answer);
        OpTeeMessage.WriteParameterCount(rpc.Owner, failure switch
        {
            "M23 too many parameters" => 128,
            "M24 two parameters" => 2,
            _ => 1,
        });
        OpTeeMessage.WriteOutcome(rpc.Owner, TeeResult.Success, TeeOrigin.Comms);
        if (failure == "M23 page gone before the answer") guest.Memory.Free(rpc);
        // Gone once the answer was read: what comes next, SHM_FREE, cannot be shown.
        if (failure == "M22 page gone before the request") guest.Memory.AfterRead = page =>
        {
            if (page == rpc.PhysicalAddress) guest.Memory.Free(rpc);
        };
        var back = await cpu.CallAsync(OpTeeRegisters.ResumeOf(asked));
        if (!failure.StartsWith("M25", StringComparison.Ordinal)) return back;
        // The mediator asks for the memory to be freed before OP-TEE hears of anything.
        Assert.Equal((0xFFFF_0005u, (uint)OpTeeRpcCommand.SharedMemoryFree, answer.Cookie), (back[0], RawCaller.Header(rpc).Command, OpTeeMessage.ReadParameter(rpc.Owner, 0).B));
        OpTeeMessage.WriteOutcome(rpc.Owner, failure == "M25 refused to free" ? TeeResult.BadParameters : TeeResult.Success, TeeOrigin.None);
        return await cpu.CallAsync(OpTeeRegisters.ResumeOf(back));
    }
}
