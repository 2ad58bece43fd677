using MinkActors.Emulator.OpTee.Mediator;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.Tests.OpTee.Mediator;

/// <summary>When there is a mediator, and which calls pass it without a message (M1..M7).</summary>
public sealed class MediatorFastCallTests
{
    private readonly MediatedGuest _guest = new();

    private static OpTeeReturn Code(in MediatorStep step) => (OpTeeReturn)step.Registers[0];

    [Fact]
    public void M01_Given_probes_When_one_is_missing_Then_there_is_no_mediator()
    {
        var uid = OpTeeRegisters.ReturnUuid(MediatorStart.Uid);
        var threads = OpTeeRegisters.Return(OpTeeReturn.Ok);
        threads[1] = 4;
        var fine = OpTeeRegisters.Return(OpTeeReturn.Ok);
        var unknown = OpTeeRegisters.Return(OpTeeReturn.UnknownFunction);

        Assert.True(MediatorStart.TryProbe(uid, threads, fine, out var count));
        Assert.Equal(4u, count);
        Assert.False(MediatorStart.TryProbe(fine, threads, fine, out _));
        Assert.False(MediatorStart.TryProbe(uid, unknown, fine, out _));
        Assert.False(MediatorStart.TryProbe(uid, threads, unknown, out _));
    }

    [Fact]
    public void M03_Given_a_guest_with_its_own_client_id_When_it_calls_Then_the_mediators_goes_down_and_a4_to_a6_do_not()
    {
        _guest.Write(OpTeeCommand.InvokeCommand);
        var registers = OpTeeRegisters.Call(MediatedGuest.Message, 1, client: 99);
        (registers[4], registers[5], registers[6]) = (1, 2, 3);

        var sent = _guest.Mediator.Enter(registers);

        Assert.True(sent.EntersSecureWorld);
        Assert.Equal((0u, 0u, 0u, MediatedGuest.Client), (sent.Registers[4], sent.Registers[5], sent.Registers[6], sent.Registers[7]));
    }

    [Fact]
    public void M04_Given_the_calls_count_When_asked_Then_the_mediator_answers_eleven_itself()
    {
        var answer = _guest.Mediator.Enter(OpTeeRegisters.Fast(OpTeeFunctionId.CallsCount));

        Assert.Equal((false, 11u), (answer.EntersSecureWorld, answer.Registers[0]));
    }

    [Fact]
    public void M04_Given_the_static_area_When_asked_Then_not_available() =>
        Assert.Equal(OpTeeReturn.NotAvailable, Code(_guest.Mediator.Enter(OpTeeRegisters.Fast(OpTeeFunctionId.GetSharedMemoryConfig))));

    [Fact]
    public void M04_Given_a_forwarded_fast_call_When_answered_Then_only_its_result_registers_are_written()
    {
        var asked = OpTeeRegisters.Fast(OpTeeFunctionId.CallsRevision, 0xAA);
        asked[2] = 0xBB;
        var returned = OpTeeRegisters.Return((OpTeeReturn)2);
        (returned[1], returned[2]) = (0, 0xDEAD);

        var answer = _guest.Mediator.FastReturned(asked, returned);

        Assert.Equal((2u, 0u, 0xBBu), (answer.Registers[0], answer.Registers[1], answer.Registers[2]));
    }

    public static TheoryData<uint> NotHandled =>
    [
        OpTeeFunctionId.VmCreated.Value, OpTeeFunctionId.VmDestroyed.Value, OpTeeFunctionId.GetThreadCount.Value,
        OpTeeFunctionId.EnableNotifications.Value, OpTeeFunctionId.GetNotificationValue.Value,
        OpTeeFunctionId.CallWithRpcArg.Value, OpTeeFunctionId.CallWithRegisteredArg.Value,
        OpTeeFunctionId.GetProtectedMemoryConfig.Value, OpTeeFunctionId.CacheControllerMutex.Value, OpTeeFunctionId.BootSecondary.Value,
        0xB200_7777, 0x3200_7777, 0xBF00_FF02, 0x8400_0000, 0xFFFF_FFFF, 0,
    ];

    [Theory, MemberData(nameof(NotHandled))]
    public void M05_Given_a_call_that_is_not_mediated_When_made_Then_unknown_function(uint id) =>
        Assert.Equal(OpTeeReturn.UnknownFunction, Code(_guest.Mediator.Enter(OpTeeRegisters.Fast(new(id)))));

    [Fact]
    public void M06_Given_capabilities_When_exchanged_Then_both_directions_are_masked()
    {
        var asked = OpTeeRegisters.Fast(OpTeeFunctionId.ExchangeCapabilities, 0xFF);
        var returned = new CapabilityExchange((OpTeeCapabilities)0x7D, 63, 4).ToRegisters();

        var down = _guest.Mediator.Enter(asked);
        var up = _guest.Mediator.FastReturned(asked, returned);

        Assert.Equal(1u, down.Registers[1]);
        Assert.Equal((0u, 0x14u, 0u, 0u), (up.Registers[0], up.Registers[1], up.Registers[2], up.Registers[3]));
    }

    [Fact]
    public void M06_Given_no_dynamic_memory_When_exchanged_Then_not_available()
    {
        var asked = OpTeeRegisters.Fast(OpTeeFunctionId.ExchangeCapabilities);

        Assert.Equal(OpTeeReturn.NotAvailable, Code(_guest.Mediator.FastReturned(asked, new CapabilityExchange((OpTeeCapabilities)0x19, 0, 0).ToRegisters())));
    }

    [Fact]
    public void M07_Given_a_cached_buffer_When_the_cache_gives_it_back_Then_its_pin_is_gone()
    {
        _guest.Write(OpTeeCommand.InvokeCommand);
        _guest.CallWithRpcBuffer(cookie: 0x1_0000_0020);
        var returned = OpTeeRegisters.Return(OpTeeReturn.Ok);
        returned.SetPair(1, 0x1_0000_0020);

        var answer = _guest.Mediator.FastReturned(OpTeeRegisters.Fast(OpTeeFunctionId.DisableSharedMemoryCache), returned);

        Assert.Equal((0, 0, 0x1_0000_0020ul), (_guest.Mediator.RpcBufferCount, _guest.PinCount, answer.Registers.Pair(1)));
    }

    public static TheoryData<uint, int> Forwarded => new()
    {
        { OpTeeFunctionId.CallsUid.Value, 4 },
        { OpTeeFunctionId.CallsRevision.Value, 2 },
        { OpTeeFunctionId.GetOsUuid.Value, 4 },
        { OpTeeFunctionId.GetOsRevision.Value, 3 },
        { OpTeeFunctionId.EnableSharedMemoryCache.Value, 1 },
        { OpTeeFunctionId.DisableSharedMemoryCache.Value, 3 },
        { OpTeeFunctionId.ExchangeCapabilities.Value, 2 },
    };

    [Theory, MemberData(nameof(Forwarded))]
    public void M03_M04_Given_each_forwarded_fast_call_When_made_Then_it_goes_down_bare_with_the_client_id_and_only_results_come_up(uint id, int results)
    {
        OpTeeRegisters asked = default;
        for (var i = 1; i < 8; i++)
        {
            asked[i] = 0xA0u + (uint)i;
        }
        asked[0] = id;
        var returned = OpTeeRegisters.Return(OpTeeReturn.Ok);
        for (var i = 1; i < 8; i++)
        {
            returned[i] = 0x14;     // also a set of capabilities with shared memory by page list
        }

        var down = _guest.Mediator.Enter(asked);
        var up = _guest.Mediator.FastReturned(asked, returned);

        var a1 = id == OpTeeFunctionId.ExchangeCapabilities.Value ? 0xA1u & 1 : 0;
        Assert.Equal([id, a1, 0u, 0u, 0u, 0u, 0u, MediatedGuest.Client], Enumerable.Range(0, 8).Select(i => down.Registers[i]));
        Assert.Equal(Enumerable.Range(0, 8).Select(i => i < results ? returned[i] : asked[i]), Enumerable.Range(0, 8).Select(i => up.Registers[i]));
    }

    [Fact]
    public void M06_Given_OPTEE_that_refuses_the_exchange_When_answered_Then_its_code_passes_and_nothing_else()
    {
        var asked = OpTeeRegisters.Fast(OpTeeFunctionId.ExchangeCapabilities, 1);
        var returned = OpTeeRegisters.Return(OpTeeReturn.Busy);
        returned[1] = 0x7F;

        var up = _guest.Mediator.FastReturned(asked, returned).Registers;

        Assert.Equal((OpTeeReturn.Busy, 1u), ((OpTeeReturn)up[0], up[1]));
    }

    [Fact]
    public void M07_Given_a_cache_that_is_empty_or_busy_When_asked_Then_no_buffer_is_freed_and_the_code_passes_alone()
    {
        _guest.Write(OpTeeCommand.InvokeCommand);
        _guest.CallWithRpcBuffer(cookie: 0x20);
        var returned = OpTeeRegisters.Return(OpTeeReturn.Busy);
        returned.SetPair(1, 0x20);

        var up = _guest.Mediator.FastReturned(OpTeeRegisters.Fast(OpTeeFunctionId.DisableSharedMemoryCache), returned).Registers;

        Assert.Equal((OpTeeReturn.Busy, 0ul, 1), ((OpTeeReturn)up[0], up.Pair(1), _guest.Mediator.RpcBufferCount));
    }
}
