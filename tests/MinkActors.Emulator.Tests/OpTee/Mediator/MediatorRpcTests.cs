using MinkActors.Emulator.OpTee.Mediator;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.Tests.OpTee.Mediator;

public sealed class MediatorRpcTests
{
    private const ulong Cookie = 0x20;
    private readonly MediatedGuest _guest = new();

    public MediatorRpcTests() => _guest.Write(OpTeeCommand.InvokeCommand);

    private OpTeeHeader ShadowHeader(ulong shadow)
    {
        OpTeeMessage.TryReadHeader(_guest.Shadows.Bytes(shadow), out var header);
        return header;
    }

    /// <summary>OP-TEE asks for shared memory; the guest's answer is in its RPC page, and it resumes.</summary>
    private (MediatedCall Call, ulong Shadow, MediatorStep Step) Allocate(OpTeeParameter answer, uint count = 1)
    {
        var (call, shadow) = _guest.CallWithRpcBuffer(Cookie);
        OpTeeRpcMessages.AllocateShared(_guest.Shadows.Bytes(shadow), OpTeeSharedMemoryKind.Application, 8192, 8);
        _guest.Rpc(call, OpTeeRpcFunction.Command, 1, Cookie);
        var page = _guest[MediatedGuest.RpcPage];
        OpTeeMessage.WriteParameter(page, 0, answer);
        OpTeeMessage.WriteParameterCount(page, count);
        OpTeeMessage.WriteOutcome(page, TeeResult.Success, TeeOrigin.Comms);
        return (call, shadow, _guest.Resume(1));
    }

    [Fact]
    public void M20_Given_an_allocation_When_resumed_Then_OPTEE_gets_a_shadow_page_and_the_guests_cookie()
    {
        var sent = _guest.Call();
        var up = _guest.Rpc(sent.Call!, OpTeeRpcFunction.Allocate, 1, 160ul << 32);

        var down = _guest.Mediator.Enter(OpTeeRegisters.ResumeAllocate(up.Registers, MediatedGuest.RpcPage, Cookie));

        Assert.Equal(4096, _guest.Shadows.Bytes(down.Registers.Pair(1)).Length);
        Assert.Equal((Cookie, 1u, MediatedGuest.Client, 1), (down.Registers.Pair(4), down.Registers[3], down.Registers[7], _guest.PinCount));
    }

    [Theory]
    [InlineData(MediatedGuest.RpcPage + 8, 0x21ul)]
    [InlineData(0x7777_0000ul, 0x21ul)]
    [InlineData(0ul, 0ul)]
    [InlineData(MediatedGuest.RpcPage, Cookie)]
    public void M20_D143_Given_a_bad_page_or_a_used_cookie_When_resumed_Then_OPTEE_sees_a_failed_allocation(ulong page, ulong cookie)
    {
        var (call, _) = _guest.CallWithRpcBuffer(Cookie);
        var up = _guest.Rpc(call, OpTeeRpcFunction.Allocate, 1);

        var down = _guest.Mediator.Enter(OpTeeRegisters.ResumeAllocate(up.Registers, page, cookie));

        Assert.True(down.EntersSecureWorld);
        Assert.Equal((0ul, 0ul, 1), (down.Registers.Pair(1), down.Registers.Pair(4), _guest.PinCount));
    }

    [Fact]
    public void M21_Given_a_free_When_OPTEE_asks_Then_the_page_is_unpinned_before_the_guest_hears()
    {
        var (call, _) = _guest.CallWithRpcBuffer(Cookie);

        var up = _guest.Rpc(call, OpTeeRpcFunction.Free, 1, Cookie);

        Assert.Equal((false, Cookie, 0, 0), (up.EntersSecureWorld, up.Registers.Pair(1), _guest.PinCount, _guest.Mediator.RpcBufferCount));
    }

    [Fact]
    public void M22_Given_an_unknown_cookie_When_OPTEE_asks_Then_it_is_resumed_at_once()
    {
        var (call, _) = _guest.CallWithRpcBuffer(Cookie);

        var step = _guest.Rpc(call, OpTeeRpcFunction.Command, 1, 0x99);

        Assert.Equal((true, OpTeeFunctionId.ReturnFromRpc.Value, 1u), (step.EntersSecureWorld, step.Registers[0], step.Registers[3]));
        Assert.True(call.InFlight);
    }

    [Fact]
    public void M22_Given_a_guest_page_that_is_gone_When_OPTEE_asks_Then_generic_and_resumed_at_once()
    {
        var (call, shadow) = _guest.CallWithRpcBuffer(Cookie);
        OpTeeRpcMessages.GetTime(_guest.Shadows.Bytes(shadow));
        OpTeeMessage.WriteOutcome(_guest.Shadows.Bytes(shadow), TeeResult.Success, TeeOrigin.None);
        _guest.Take(MediatedGuest.RpcPage);

        Assert.True(_guest.Rpc(call, OpTeeRpcFunction.Command, 1, Cookie).EntersSecureWorld);
        Assert.Equal(TeeResult.Generic, ShadowHeader(shadow).Result);
    }

    [Fact]
    public void M16_M23_Given_a_request_that_names_memory_When_shown_and_answered_Then_the_guest_sees_no_address_and_OPTEE_gets_its_own_back()
    {
        var (call, shadow) = _guest.CallWithRpcBuffer(Cookie);
        var memory = OpTeeParameter.Temporary(OpTeeParameterType.TemporaryOutput, 0x9_0000_0000, 64, 0x77);
        OpTeeRpcMessages.LoadApplication(_guest.Shadows.Bytes(shadow), Guid.Empty, memory);
        _guest.Rpc(call, OpTeeRpcFunction.Command, 1, Cookie);
        var page = _guest[MediatedGuest.RpcPage];
        var shown = OpTeeMessage.ReadParameter(page, 1);
        OpTeeMessage.WriteParameter(page, 1, shown with { A = 0x1234_5000, B = 32 });
        OpTeeMessage.WriteOutcome(page, TeeResult.Success, TeeOrigin.None);

        _guest.Resume(1);

        Assert.Equal(memory with { A = 0 }, shown);
        Assert.Equal(memory with { B = 32 }, OpTeeMessage.ReadParameter(_guest.Shadows.Bytes(shadow), 1));
    }

    [Fact]
    public void M23_Given_a_guest_that_names_another_cookie_and_command_When_resumed_Then_the_saved_cookie_and_command_count()
    {
        var (call, shadow) = _guest.CallWithRpcBuffer(Cookie);
        OpTeeRpcMessages.GetTime(_guest.Shadows.Bytes(shadow));
        var up = _guest.Rpc(call, OpTeeRpcFunction.Command, 1, Cookie);
        _guest.Write(MediatedGuest.RpcPage, 99, OpTeeParameter.Value(OpTeeParameterType.ValueOutput, 1_700_000_000));
        var registers = up.Registers;
        registers.SetPair(1, 0xBAD);

        var down = _guest.Resume(registers);

        Assert.Equal(Cookie, down.Registers.Pair(1));
        Assert.Equal(((uint)OpTeeRpcCommand.GetTime, TeeResult.Success), (ShadowHeader(shadow).Command, ShadowHeader(shadow).Result));
        Assert.Equal(1_700_000_000ul, OpTeeMessage.ReadParameter(_guest.Shadows.Bytes(shadow), 0).A);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void M23_Given_an_answer_too_large_or_unreadable_When_resumed_Then_OPTEE_gets_generic(bool tooLarge)
    {
        var (call, shadow) = _guest.CallWithRpcBuffer(Cookie);
        OpTeeRpcMessages.GetTime(_guest.Shadows.Bytes(shadow));
        _guest.Rpc(call, OpTeeRpcFunction.Command, 1, Cookie);
        OpTeeMessage.WriteOutcome(_guest[MediatedGuest.RpcPage], TeeResult.Success, TeeOrigin.None);
        OpTeeMessage.WriteParameterCount(_guest[MediatedGuest.RpcPage], 128);
        if (!tooLarge)
        {
            _guest.Take(MediatedGuest.RpcPage);
        }

        Assert.True(_guest.Resume(1).EntersSecureWorld);
        Assert.Equal((TeeResult.Generic, 1u), (ShadowHeader(shadow).Result, ShadowHeader(shadow).Parameters));
    }

    [Fact]
    public void M24_Given_shared_memory_from_the_guest_When_answered_Then_OPTEE_gets_a_translated_list()
    {
        var (_, shadow, step) = Allocate(_guest.Buffer(2, 0xAB, OpTeeParameterType.TemporaryOutput));

        var parameter = OpTeeMessage.ReadParameter(_guest.Shadows.Bytes(shadow), 0);
        Assert.True(step.EntersSecureWorld);
        Assert.Equal(4096, _guest.Shadows.Bytes(parameter.PageListAddress).Length);
        Assert.Equal((3, 1), (_guest.PinCount, _guest.Mediator.SharedBufferCount));
    }

    [Theory]
    [InlineData(0xAul, 1u)]
    [InlineData(0x20Bul, 1u)]
    [InlineData(0x1ul, 1u)]
    [InlineData(0x20Aul, 2u)]
    [InlineData(0x20Aul, 0u)]
    public void M24_D143_Given_an_answer_of_another_form_When_resumed_Then_generic_and_no_guest_address_below(ulong attribute, uint count)
    {
        var (_, shadow, step) = Allocate(_guest.Buffer(2, 0xAB) with { Attribute = new(attribute) }, count);

        Assert.True(step.EntersSecureWorld);
        Assert.Equal((TeeResult.Generic, 0u), (ShadowHeader(shadow).Result, ShadowHeader(shadow).Parameters));
        Assert.Equal(-1, _guest.Shadows.Bytes(shadow)[32..].IndexOfAnyExcept((byte)0));
        Assert.Equal(1, _guest.PinCount);
    }

    [Fact]
    public void M25_Given_memory_that_cannot_be_translated_When_answered_Then_the_guest_frees_it_before_OPTEE_hears_generic()
    {
        var buffer = _guest.Buffer(2, 0xAB, OpTeeParameterType.TemporaryOutput);
        _guest.Take(MediatedGuest.Data + 0x1000);
        var (call, shadow, step) = Allocate(buffer);

        OpTeeMessage.TryRead(_guest[MediatedGuest.RpcPage], out var asked, out _);
        var value = OpTeeMessage.ReadParameter(_guest[MediatedGuest.RpcPage], 0);
        Assert.Equal((false, 0xFFFF_0005u, Cookie, 1u), (step.EntersSecureWorld, step.Registers[0], step.Registers.Pair(1), step.Registers[3]));
        Assert.Equal(((uint)OpTeeRpcCommand.SharedMemoryFree, 0xABul), (asked.Command, value.B));
        Assert.True(call.AskedByMediator);

        var down = _guest.Resume(1);
        Assert.True(down.EntersSecureWorld);
        Assert.Equal((TeeResult.Generic, 0u, 1), (ShadowHeader(shadow).Result, ShadowHeader(shadow).Parameters, _guest.PinCount));
    }

    [Fact]
    public void M22_Given_a_free_of_shared_memory_When_OPTEE_asks_Then_its_pins_are_gone()
    {
        var (call, shadow, _) = Allocate(_guest.Buffer(2, 0xAB, OpTeeParameterType.TemporaryOutput));
        OpTeeRpcMessages.FreeShared(_guest.Shadows.Bytes(shadow), OpTeeSharedMemoryKind.Application, 0xAB);

        _guest.Rpc(call, OpTeeRpcFunction.Command, 1, Cookie);

        Assert.Equal((1, 0), (_guest.PinCount, _guest.Mediator.SharedBufferCount));
    }

    [Fact]
    public void M25_Given_a_guest_that_took_its_page_away_When_its_memory_cannot_be_translated_Then_OPTEE_hears_generic_at_once()
    {
        var buffer = _guest.Buffer(2, 0xAB, OpTeeParameterType.TemporaryOutput);
        _guest.Take(MediatedGuest.Data + 0x1000);
        _guest.AfterRead = page =>
        {
            if (page == MediatedGuest.RpcPage)
            {
                _guest.Take(page);
            }
        };

        var (call, shadow, step) = Allocate(buffer);

        Assert.Equal((true, false), (step.EntersSecureWorld, call.AskedByMediator));
        Assert.Equal((TeeResult.Generic, 0u, 1), (ShadowHeader(shadow).Result, ShadowHeader(shadow).Parameters, _guest.PinCount));
    }

    [Fact]
    public void M26_Given_the_result_of_any_other_command_When_resumed_Then_it_reaches_OPTEE_unchanged()
    {
        var (call, shadow) = _guest.CallWithRpcBuffer(Cookie);
        OpTeeRpcMessages.Request(_guest.Shadows.Bytes(shadow), OpTeeRpcCommand.FileSystem, [OpTeeParameter.Value(OpTeeParameterType.ValueInput, 3, 40), OpTeeParameter.Registered(OpTeeParameterType.RegisteredOutput, 0, 100, 7)]);
        _guest.Rpc(call, OpTeeRpcFunction.Command, 1, Cookie);
        var page = _guest[MediatedGuest.RpcPage];
        OpTeeMessage.WriteParameter(page, 1, OpTeeParameter.Registered(OpTeeParameterType.RegisteredOutput, 0, 250, 7));
        OpTeeMessage.WriteOutcome(page, TeeResult.ShortBuffer, TeeOrigin.Comms);

        _guest.Resume(1);

        Assert.Equal((TeeResult.ShortBuffer, TeeOrigin.Comms), (ShadowHeader(shadow).Result, ShadowHeader(shadow).Origin));
        Assert.Equal(250ul, OpTeeMessage.ReadParameter(_guest.Shadows.Bytes(shadow), 1).ByteSize);
    }
}
