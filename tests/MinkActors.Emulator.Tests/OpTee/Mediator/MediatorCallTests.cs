using System.Buffers.Binary;
using MinkActors.Emulator.OpTee.Mediator;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.Tests.OpTee.Mediator;

public sealed class MediatorCallTests
{
    private readonly MediatedGuest _guest = new();

    private static OpTeeReturn Code(in MediatorStep step) => (OpTeeReturn)step.Registers[0];

    [Fact]
    public void M1_Given_probes_When_one_is_missing_Then_there_is_no_mediator()
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
    public void M3_Given_a_guest_with_its_own_client_id_When_it_calls_Then_the_mediators_goes_down_and_a4_to_a6_do_not()
    {
        _guest.Write(OpTeeCommand.InvokeCommand);
        var registers = OpTeeRegisters.Call(MediatedGuest.Message, 1, client: 99);
        (registers[4], registers[5], registers[6]) = (1, 2, 3);

        var sent = _guest.Mediator.Enter(registers);

        Assert.True(sent.EntersSecureWorld);
        Assert.Equal((0u, 0u, 0u, MediatedGuest.Client), (sent.Registers[4], sent.Registers[5], sent.Registers[6], sent.Registers[7]));
    }

    [Fact]
    public void M4_Given_the_calls_count_When_asked_Then_the_mediator_answers_eleven_itself()
    {
        var answer = _guest.Mediator.Enter(OpTeeRegisters.Fast(OpTeeFunctionId.CallsCount));

        Assert.Equal((false, 11u), (answer.EntersSecureWorld, answer.Registers[0]));
    }

    [Fact]
    public void M4_Given_the_static_area_When_asked_Then_not_available() =>
        Assert.Equal(OpTeeReturn.NotAvailable, Code(_guest.Mediator.Enter(OpTeeRegisters.Fast(OpTeeFunctionId.GetSharedMemoryConfig))));

    [Fact]
    public void M4_Given_a_forwarded_fast_call_When_answered_Then_only_its_result_registers_are_written()
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
        OpTeeFunctionId.EnableNotifications.Value, OpTeeFunctionId.CallWithRpcArg.Value, OpTeeFunctionId.CallWithRegisteredArg.Value,
        OpTeeFunctionId.GetProtectedMemoryConfig.Value, 0xB200_7777,
    ];

    [Theory, MemberData(nameof(NotHandled))]
    public void M5_Given_a_call_that_is_not_mediated_When_made_Then_unknown_function(uint id) =>
        Assert.Equal(OpTeeReturn.UnknownFunction, Code(_guest.Mediator.Enter(OpTeeRegisters.Fast(new(id)))));

    [Fact]
    public void M6_Given_capabilities_When_exchanged_Then_both_directions_are_masked()
    {
        var asked = OpTeeRegisters.Fast(OpTeeFunctionId.ExchangeCapabilities, 0xFF);
        var returned = new CapabilityExchange((OpTeeCapabilities)0x7D, 63, 4).ToRegisters();

        var down = _guest.Mediator.Enter(asked);
        var up = _guest.Mediator.FastReturned(asked, returned);

        Assert.Equal(1u, down.Registers[1]);
        Assert.Equal((0u, 0x14u, 0u, 0u), (up.Registers[0], up.Registers[1], up.Registers[2], up.Registers[3]));
    }

    [Fact]
    public void M6_Given_no_dynamic_memory_When_exchanged_Then_not_available()
    {
        var asked = OpTeeRegisters.Fast(OpTeeFunctionId.ExchangeCapabilities);

        Assert.Equal(OpTeeReturn.NotAvailable, Code(_guest.Mediator.FastReturned(asked, new CapabilityExchange((OpTeeCapabilities)0x19, 0, 0).ToRegisters())));
    }

    [Fact]
    public void M7_Given_a_cached_buffer_When_the_cache_gives_it_back_Then_its_pin_is_gone()
    {
        _guest.Write(OpTeeCommand.InvokeCommand);
        _guest.CallWithRpcBuffer(cookie: 0x1_0000_0020);
        var returned = OpTeeRegisters.Return(OpTeeReturn.Ok);
        returned.SetPair(1, 0x1_0000_0020);

        var answer = _guest.Mediator.FastReturned(OpTeeRegisters.Fast(OpTeeFunctionId.DisableSharedMemoryCache), returned);

        Assert.Equal((0, 0, 0x1_0000_0020ul), (_guest.Mediator.RpcBufferCount, _guest.PinCount, answer.Registers.Pair(1)));
    }

    [Theory]
    [InlineData(64u, 16)]
    [InlineData(4u, 4)]
    public void M8_D144_Given_all_slots_taken_by_suspended_calls_When_one_more_comes_Then_thread_limit_until_one_ends(uint threads, int slots)
    {
        var guest = new MediatedGuest(threads);
        guest.Write(OpTeeCommand.InvokeCommand);
        var calls = Enumerable.Range(0, slots).Select(i =>
        {
            var sent = guest.Call();
            guest.Rpc(sent.Call!, OpTeeRpcFunction.ForeignInterrupt, (uint)i);
            return sent;
        }).ToArray();

        Assert.Equal(OpTeeReturn.ThreadLimit, Code(guest.Call()));
        guest.Resume(0);
        guest.Done(calls[0].Call!, calls[0]);
        Assert.True(guest.Call().EntersSecureWorld);
    }

    [Fact]
    public void M8_Given_no_shadow_page_When_called_Then_no_memory_and_the_slot_is_free()
    {
        var guest = new MediatedGuest(shadows: new(0x8_8000_0000, pagesMax: 0));

        Assert.Equal(OpTeeReturn.NoMemory, Code(guest.Call()));
        Assert.Empty(guest.Mediator.Calls);
    }

    [Theory]
    [InlineData(MediatedGuest.Message + 8)]
    [InlineData(0x7777_0000ul)]
    public void M9_M10_D140_Given_a_bad_message_address_When_called_Then_bad_address_and_nothing_forwarded(ulong address)
    {
        var answer = _guest.Call(address);

        Assert.Equal((false, OpTeeReturn.BadAddress, 0), (answer.EntersSecureWorld, Code(answer), _guest.Shadows.Live));
        Assert.Equal(address, answer.Registers.Pair(1));
    }

    [Fact]
    public void M10_Given_a_guest_that_rewrites_its_message_after_every_read_When_called_Then_OPTEE_sees_the_first_content()
    {
        _guest.Write(OpTeeCommand.InvokeCommand, _guest.Buffer(2, 0xA), OpTeeParameter.Value(OpTeeParameterType.ValueInput, 1, 2, 3));
        var original = (byte[])_guest[MediatedGuest.Message].Clone();
        var reads = 0;
        _guest.AfterRead = page =>
        {
            reads += page == MediatedGuest.Message ? 1 : 0;
            _guest[MediatedGuest.Message].AsSpan().Fill(0xFF);
        };

        var sent = _guest.Call();

        Assert.Equal(1, reads);
        Assert.Equal(original.AsSpan(64, 32), _guest.Shadow(sent).Slice(64, 32));
        Assert.Equal(original.AsSpan(0, 40), _guest.Shadow(sent)[..40]);
    }

    [Fact]
    public void M11_Given_128_parameters_When_called_Then_bad_parameters_in_the_message_and_only_there()
    {
        _guest.Write(OpTeeCommand.InvokeCommand);
        var page = _guest[MediatedGuest.Message];
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(28), 128);
        var before = (byte[])page.Clone();

        var answer = _guest.Call();

        Assert.Equal((OpTeeReturn.Ok, TeeResult.BadParameters, TeeOrigin.Comms), (Code(answer), _guest.Header().Result, _guest.Header().Origin));
        Assert.Equal(before.AsSpan(28), page.AsSpan(28));
        Assert.Equal(0, _guest.Shadows.Live);
    }

    [Fact]
    public void M12_D142_Given_command_6_When_called_Then_bad_command_and_message_and_registers_are_the_guests()
    {
        _guest.Write(OpTeeCommand.DoBottomHalf);
        var before = (byte[])_guest[MediatedGuest.Message].Clone();

        var answer = _guest.Call();

        Assert.Equal((OpTeeReturn.BadCommand, MediatedGuest.Message), (Code(answer), answer.Registers.Pair(1)));
        Assert.Equal(before, _guest[MediatedGuest.Message]);
    }

    [Fact]
    public void M17_Given_an_unknown_thread_or_minus_one_When_resumed_Then_refused()
    {
        _guest.Write(OpTeeCommand.InvokeCommand);
        var sent = _guest.Call();
        Assert.Equal(OpTeeReturn.Resume, Code(_guest.Resume(0xFFFF_FFFF)));
        _guest.Rpc(sent.Call!, OpTeeRpcFunction.ForeignInterrupt, 5);

        Assert.Equal(OpTeeReturn.Resume, Code(_guest.Resume(4)));
        Assert.Equal(5u, sent.Call!.Thread);
    }

    [Fact]
    public void M17_M18_Given_a_suspended_call_When_resumed_twice_Then_exactly_one_wins()
    {
        _guest.Write(OpTeeCommand.InvokeCommand);
        var sent = _guest.Call();
        _guest.Rpc(sent.Call!, OpTeeRpcFunction.ForeignInterrupt, 5);

        var first = _guest.Resume(5);
        var second = _guest.Resume(5);

        Assert.True(first.EntersSecureWorld);
        Assert.Equal((false, OpTeeReturn.Resume), (second.EntersSecureWorld, Code(second)));
        Assert.True(sent.Call!.InFlight);
    }

    [Fact]
    public void M18_Given_a_reused_thread_id_When_a_second_call_is_suspended_on_it_Then_the_resume_reaches_the_second()
    {
        _guest.Write(OpTeeCommand.InvokeCommand);
        var first = _guest.Call();
        var second = _guest.Call();
        _guest.Rpc(first.Call!, OpTeeRpcFunction.ForeignInterrupt, 1);
        _guest.Resume(1);
        _guest.Rpc(second.Call!, OpTeeRpcFunction.ForeignInterrupt, 1);

        Assert.Same(second.Call, _guest.Resume(1).Call);
    }

    [Fact]
    public void M19_M26_Given_a_foreign_interrupt_When_resumed_with_other_registers_Then_the_saved_ones_go_down()
    {
        _guest.Write(OpTeeCommand.InvokeCommand);
        var sent = _guest.Call();
        var returned = OpTeeRegisters.RpcReturn(OpTeeRpcFunction.ForeignInterrupt, 11, 22, 3);
        (returned[4], returned[5]) = (0xDEAD, 0xBEEF);

        var up = _guest.Mediator.Returned(sent.Call!, returned);
        var down = _guest.Resume(3);

        Assert.Equal((0xFFFF_0004u, 11u, 22u, 3u, 0u, 0u), (up.Registers[0], up.Registers[1], up.Registers[2], up.Registers[3], up.Registers[4], up.Registers[5]));
        Assert.Equal((0x3200_0003u, 11u, 22u, 3u, MediatedGuest.Client), (down.Registers[0], down.Registers[1], down.Registers[2], down.Registers[3], down.Registers[7]));
    }

    [Fact]
    public void M27_D141_Given_OPTEE_that_changes_everything_When_completed_Then_only_outputs_by_the_checked_attributes_are_written()
    {
        _guest.Write(OpTeeCommand.InvokeCommand, _guest.Buffer(2, 0xA, offset: 16), OpTeeParameter.Value(OpTeeParameterType.ValueOutput),
            OpTeeParameter.Value(OpTeeParameterType.ValueInput, 1, 2, 3));
        var before = (byte[])_guest[MediatedGuest.Message].Clone();
        var sent = _guest.Call();
        _guest.Shadow(sent).Fill(0x5A);
        _guest.Mediator.Returned(sent.Call!, OpTeeRegisters.Return(OpTeeReturn.Ok));

        // session, ret and origin; the size of parameter 0; a, b, c of parameter 1.
        var expected = (byte[])before.Clone();
        foreach (var (at, size) in ((int, int)[])[(8, 4), (20, 8), (32 + 16, 8), (64 + 8, 24)])
        {
            expected.AsSpan(at, size).Fill(0x5A);
        }
        Assert.Equal(expected, _guest[MediatedGuest.Message]);
    }

    [Fact]
    public void M28_D146_Given_a_message_page_that_is_gone_When_completed_Then_bad_address_and_all_is_freed()
    {
        _guest.Write(OpTeeCommand.InvokeCommand, _guest.Buffer(2, 0xA));
        var sent = _guest.Call();
        _guest.Take(MediatedGuest.Message);

        Assert.Equal(OpTeeReturn.BadAddress, Code(_guest.Done(sent.Call!, sent)));
        Assert.Equal((0, 0, 0), (_guest.Mediator.Calls.Count, _guest.PinCount, _guest.Shadows.Live));
    }
}
