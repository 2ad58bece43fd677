using System.Buffers.Binary;
using MinkActors.Emulator.OpTee.Mediator;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.Tests.OpTee.Mediator;

public sealed class MediatorCallTests
{
    private readonly MediatedGuest _guest = new();

    private static OpTeeReturn Code(in MediatorStep step) => (OpTeeReturn)step.Registers[0];

    [Theory]
    [InlineData(64u, 16)]
    [InlineData(4u, 4)]
    public void M08_D144_Given_all_slots_taken_by_suspended_calls_When_one_more_comes_Then_thread_limit_until_one_ends(uint threads, int slots)
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
    public void M08_Given_no_shadow_page_When_called_Then_no_memory_and_the_slot_is_free()
    {
        var guest = new MediatedGuest(shadows: new(0x8_8000_0000, pagesMax: 0));

        Assert.Equal(OpTeeReturn.NoMemory, Code(guest.Call()));
        Assert.Empty(guest.Mediator.Calls);
    }

    [Theory]
    [InlineData(MediatedGuest.Message + 8)]
    [InlineData(0x7777_0000ul)]
    public void M09_M10_D140_Given_a_bad_message_address_When_called_Then_bad_address_and_nothing_forwarded(ulong address)
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

    [Fact]
    public void M03_Given_a_resume_with_registers_of_the_guests_own_When_it_goes_down_Then_a1_a2_are_the_saved_ones_and_a4_to_a7_do_not_pass()
    {
        _guest.Write(OpTeeCommand.InvokeCommand);
        var sent = _guest.Call();
        _guest.Rpc(sent.Call!, OpTeeRpcFunction.ForeignInterrupt, 5, 0x11_0000_0022);
        var resume = OpTeeRegisters.ResumeAllocate(OpTeeRegisters.RpcReturn(default, 1, 2, 5), 0xBAD_0000_0BAD, 0xDEAD_0000_BEEF);
        (resume[6], resume[7]) = (66, 77);

        var down = _guest.Mediator.Enter(resume).Registers;

        Assert.Equal([0x3200_0003u, 0x11u, 0x22u, 5u, 0u, 0u, 0u, MediatedGuest.Client], Enumerable.Range(0, 8).Select(i => down[i]));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0x7FFF_FFFFu)]
    public void M17_Given_no_call_at_all_When_a_thread_is_resumed_Then_refused_and_the_registers_are_the_guests(uint thread)
    {
        var answer = _guest.Resume(thread);

        Assert.Equal((false, OpTeeReturn.Resume, thread), (answer.EntersSecureWorld, Code(answer), answer.Registers[3]));
    }

    [Fact]
    public void M26_Given_an_unknown_RPC_function_When_resumed_Then_the_saved_registers_and_the_thread_go_down()
    {
        _guest.Write(OpTeeCommand.InvokeCommand);
        var sent = _guest.Call();

        var up = _guest.Rpc(sent.Call!, (OpTeeRpcFunction)0x77, 3, 0x5_0000_0006).Registers;
        up.SetPair(1, 0xBAD);
        var down = _guest.Resume(up).Registers;

        Assert.Equal((0xFFFF_0077u, 0x3200_0003u, 5u, 6u, 3u), (up[0], down[0], down[1], down[2], down[3]));
    }

    [Fact]
    public void M29_Given_a_call_that_OPTEE_refuses_When_completed_Then_its_code_reaches_the_guest_and_nothing_is_held()
    {
        _guest.Write(OpTeeCommand.InvokeCommand, _guest.Buffer(2, 0xA));
        var sent = _guest.Call();

        var answer = _guest.Done(sent.Call!, sent, a0: OpTeeReturn.Busy);

        Assert.Equal((OpTeeReturn.Busy, 0, 0), (Code(answer), _guest.PinCount, _guest.Shadows.Live));
    }

    [Fact]
    public void M28_D146_Given_an_open_whose_page_is_gone_When_it_has_succeeded_Then_the_session_is_closed_in_the_same_slot_before_bad_address()
    {
        _guest.Write(OpTeeCommand.OpenSession, _guest.Buffer(2, 0xA));
        var sent = _guest.Call();
        OpTeeMessage.WriteSession(_guest.Shadow(sent), 0x99);
        _guest.Take(MediatedGuest.Message);

        var closing = _guest.Done(sent.Call!, sent);
        OpTeeMessage.TryReadHeader(_guest.Shadow(closing), out var close);
        var held = (_guest.Mediator.Calls.Count, _guest.PinCount);
        var ended = _guest.Mediator.Returned(closing.Call!, OpTeeRegisters.Return(OpTeeReturn.Ok));

        Assert.Equal((true, (uint)OpTeeCommand.CloseSession, 0x99u, 0u), (closing.EntersSecureWorld, close.Command, close.Session, close.Parameters));
        Assert.Equal((1, 0), held);
        Assert.Equal((OpTeeReturn.BadAddress, 0, 0), (Code(ended), _guest.Mediator.Calls.Count, _guest.Shadows.Live));
    }
}
