using System.Buffers.Binary;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.Tests.OpTee.Mediator;

public sealed class MediatorMemoryTests
{
    private readonly MediatedGuest _guest = new();

    private TeeResult CallResult(params OpTeeParameter[] parameters)
    {
        _guest.Write(OpTeeCommand.InvokeCommand, parameters);
        Assert.False(_guest.Call().EntersSecureWorld);
        return _guest.Header().Result;
    }

    private void Nothing_is_held()
    {
        Assert.Equal((0, 0, 0, 0, 0), (_guest.PinCount, _guest.Shadows.Live, _guest.Mediator.SharedBufferCount,
            _guest.Mediator.SharedPages, _guest.Mediator.Calls.Count));
    }

    [Fact]
    public void M13_Given_contiguous_temporary_memory_When_called_Then_refused_but_null_passes()
    {
        Assert.Equal(TeeResult.BadParameters, CallResult(OpTeeParameter.Temporary(OpTeeParameterType.TemporaryInput, 0x5000_0000, 4, 1)));
        Nothing_is_held();
        _guest.Write(OpTeeCommand.InvokeCommand, OpTeeParameter.Temporary(OpTeeParameterType.TemporaryInput, 0, 0, 0));
        Assert.True(_guest.Call().EntersSecureWorld);
    }

    [Fact]
    public void M14_M16_Given_a_page_list_When_called_Then_OPTEE_gets_a_shadow_list_of_host_pages_with_the_offset()
    {
        _guest.Write(OpTeeCommand.InvokeCommand, _guest.Buffer(3, 0xA, offset: 0x10));

        var sent = _guest.Call();

        var parameter = OpTeeMessage.ReadParameter(_guest.Shadow(sent), 0);
        var list = _guest.Shadows.Bytes(parameter.PageListAddress);
        Assert.Equal(0x10, parameter.PageOffset);
        Assert.Equal(MediatedGuest.Data + MediatedGuest.HostOffset + 0x2000, BinaryPrimitives.ReadUInt64LittleEndian(list[16..]));
        Assert.Equal((3, 3), (_guest.PinCount, _guest.Mediator.SharedPages));
    }

    [Theory]
    [InlineData(129, true)]
    [InlineData(130, false)]
    public void M14_Given_a_buffer_of_many_pages_When_registered_Then_129_pass_and_130_are_out_of_memory(int pages, bool passes)
    {
        _guest.Write(OpTeeCommand.RegisterSharedMemory, _guest.Buffer(pages, 0xA, OpTeeParameterType.TemporaryOutput));

        Assert.Equal(passes, _guest.Call().EntersSecureWorld);
        Assert.Equal(passes ? TeeResult.Success : TeeResult.OutOfMemory, _guest.Header().Result);
    }

    [Fact]
    public void M14_Given_16_registered_buffers_When_a_17th_is_registered_Then_out_of_memory()
    {
        for (var i = 0u; i < 16; i++)
        {
            _guest.Write(OpTeeCommand.RegisterSharedMemory, _guest.Buffer(1, 1 + i, OpTeeParameterType.TemporaryOutput));
            var sent = _guest.Call();
            _guest.Done(sent.Call!, sent);
        }

        Assert.Equal(TeeResult.OutOfMemory, CallResult(_guest.Buffer(1, 99)));
    }

    [Fact]
    public void M14_Given_a_page_total_When_it_would_be_reached_Then_out_of_memory()
    {
        var guest = new MediatedGuest(limits: new(PagesTotal: 6));
        guest.Write(OpTeeCommand.InvokeCommand, guest.Buffer(3, 1), guest.Buffer(3, 2, list: 0x4002_0000));

        guest.Call();

        Assert.Equal((TeeResult.OutOfMemory, 0, 0), (guest.Header().Result, guest.Mediator.SharedPages, guest.PinCount));
    }

    public static TheoryData<string> BrokenLists => ["foreign page", "foreign list", "low bits", "wrap", "empty", "duplicate", "no cookie"];

    [Theory, MemberData(nameof(BrokenLists))]
    public void M14_M15_Given_a_broken_list_beside_a_good_one_When_called_Then_refused_and_nothing_is_held(string broken)
    {
        var good = _guest.Buffer(2, 0xA);
        var bad = _guest.Buffer(3, 0xB, list: 0x4002_0000, data: 0x6000_0000);
        switch (broken)
        {
            case "foreign page": _guest.Take(0x6000_2000); break;
            case "foreign list": _guest.Take(0x4002_0000); break;
            case "low bits": BinaryPrimitives.WriteUInt64LittleEndian(_guest[0x4002_0000].AsSpan(8), 0x6000_1001); break;
            case "wrap": bad = bad with { B = ulong.MaxValue }; break;
            case "empty": bad = bad with { B = 0 }; break;
            case "duplicate": bad = bad with { C = 0xA }; break;
            default: bad = bad with { C = 0 }; break;
        }

        Assert.Equal(TeeResult.BadParameters, CallResult(good, bad));
        Nothing_is_held();
    }

    [Fact]
    public void M15_Given_a_refused_call_When_answered_Then_the_guests_parameters_hold_its_own_addresses()
    {
        var good = _guest.Buffer(2, 0xA);

        CallResult(good, OpTeeParameter.Temporary(OpTeeParameterType.TemporaryInput, 0x5000_0000, 4, 1));

        Assert.Equal(good, OpTeeMessage.ReadParameter(_guest[MediatedGuest.Message], 0));
    }

    [Fact]
    public void M29_Given_a_register_When_it_succeeds_Then_pins_stay_until_unregister_and_the_list_goes()
    {
        _guest.Write(OpTeeCommand.RegisterSharedMemory, _guest.Buffer(3, 0xA, OpTeeParameterType.TemporaryOutput));
        var sent = _guest.Call();
        _guest.Done(sent.Call!, sent);
        Assert.Equal((3, 0), (_guest.PinCount, _guest.Shadows.Live));

        _guest.Write(OpTeeCommand.UnregisterSharedMemory, OpTeeParameter.Registered(OpTeeParameterType.RegisteredInput, 0, 0, 0xA));
        sent = _guest.Call();
        _guest.Done(sent.Call!, sent);
        Nothing_is_held();
    }

    [Theory]
    [InlineData(TeeResult.BadParameters, OpTeeReturn.Ok)]
    [InlineData(TeeResult.Success, OpTeeReturn.BadAddress)]
    public void M29_Given_a_register_When_it_fails_Then_nothing_is_held(TeeResult result, OpTeeReturn a0)
    {
        _guest.Write(OpTeeCommand.RegisterSharedMemory, _guest.Buffer(3, 0xA, OpTeeParameterType.TemporaryOutput));
        var sent = _guest.Call();

        _guest.Done(sent.Call!, sent, result, a0);

        Nothing_is_held();
    }

    [Fact]
    public void M29_Given_a_failed_unregister_When_completed_Then_the_pins_stay()
    {
        _guest.Write(OpTeeCommand.RegisterSharedMemory, _guest.Buffer(3, 0xA, OpTeeParameterType.TemporaryOutput));
        var sent = _guest.Call();
        _guest.Done(sent.Call!, sent);
        _guest.Write(OpTeeCommand.UnregisterSharedMemory, OpTeeParameter.Registered(OpTeeParameterType.RegisteredInput, 0, 0, 0xA));
        sent = _guest.Call();

        _guest.Done(sent.Call!, sent, TeeResult.BadParameters);

        Assert.Equal(3, _guest.PinCount);
    }

    [Fact]
    public void M29_Given_an_invoke_When_completed_Then_its_buffers_are_dropped_even_if_the_guest_changed_command_and_cookies()
    {
        _guest.Write(OpTeeCommand.InvokeCommand, _guest.Buffer(3, 0xA));
        var sent = _guest.Call();
        _guest[MediatedGuest.Message].AsSpan().Fill(4);
        _guest.Shadow(sent).Fill(5);

        _guest.Done(sent.Call!, sent);

        Nothing_is_held();
    }

    [Fact]
    public void M30_Given_a_guest_with_calls_buffers_and_RPC_When_destroyed_item_by_item_Then_nothing_is_held()
    {
        _guest.Add(MediatedGuest.RpcPage + 0x1000);
        for (var i = 0u; i < 5; i++)
        {
            _guest.Write(OpTeeCommand.RegisterSharedMemory, _guest.Buffer(2, 1 + i, OpTeeParameterType.TemporaryOutput));
            var sent = _guest.Call();
            _guest.Done(sent.Call!, sent);
        }
        _guest.Write(OpTeeCommand.InvokeCommand, _guest.Buffer(2, 0x50));
        _guest.Rpc(_guest.CallWithRpcBuffer(0x20).Call, OpTeeRpcFunction.ForeignInterrupt, 1);
        _guest.Write(OpTeeCommand.InvokeCommand);
        _guest.Rpc(_guest.CallWithRpcBuffer(0x21, MediatedGuest.RpcPage + 0x1000, thread: 2).Call, OpTeeRpcFunction.ForeignInterrupt, 2);
        _guest.Rpc(_guest.Call().Call!, OpTeeRpcFunction.ForeignInterrupt, 3);
        var items = 0;

        while (_guest.Mediator.DestroyNext())
        {
            items++;
        }

        Assert.Equal(3 + 2 + 5, items);
        Nothing_is_held();
    }

    [Fact]
    public void M31_Given_two_guests_with_equal_thread_ids_and_cookies_When_one_resumes_Then_the_others_call_is_untouched()
    {
        var other = new MediatedGuest(shadows: _guest.Shadows);
        foreach (var guest in (MediatedGuest[])[_guest, other])
        {
            guest.Write(OpTeeCommand.InvokeCommand, guest.Buffer(2, 0xA));
            guest.Rpc(guest.Call().Call!, OpTeeRpcFunction.ForeignInterrupt, 1);
        }

        _guest.Resume(1);

        Assert.True(_guest.Mediator.Calls[0].InFlight);
        Assert.False(other.Mediator.Calls[0].InFlight);
        while (_guest.Mediator.DestroyNext())
        {
        }
        Assert.Equal((0, 2), (_guest.PinCount, other.PinCount));
    }
}
