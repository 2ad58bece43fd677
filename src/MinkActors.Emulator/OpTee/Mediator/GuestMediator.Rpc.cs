using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee.Mediator;

/// <summary>Calls that OP-TEE has suspended: what the guest is asked, and what of its answer OP-TEE gets (M17..M26).</summary>
public sealed partial class GuestMediator
{
    private MediatorStep ShowCommand(MediatedCall call)
    {
        if (!_rpc.TryFind(call.RpcCookie, out var page, out var shadow))
        {
            return EnterAgain(call);
        }
        // Also when the guest cannot be shown it: what OP-TEE gives back it does not use any more, and no pin may stay.
        NoteSharedMemory(call, shadow);
        if (!MediatedRpc.TryShow(shadow, guest, page))
        {
            OpTeeMessage.WriteOutcome(shadow, TeeResult.Generic, TeeOrigin.None);
            return EnterAgain(call);
        }
        return AskGuest(call);
    }

    /// <summary>M22: the type of what OP-TEE asks for is kept, what it gives back is released.</summary>
    private void NoteSharedMemory(MediatedCall call, ReadOnlySpan<byte> shadow)
    {
        if (!OpTeeMessage.TryRead(shadow, out var header, out _) || header.Parameters == 0)
        {
            return;
        }
        var first = OpTeeMessage.ReadParameter(shadow, 0);
        if (header.Command == (uint)OpTeeRpcCommand.SharedMemoryAllocate)
        {
            call.AllocationKind = first.A;
        }
        else if (header.Command == (uint)OpTeeRpcCommand.SharedMemoryFree)
        {
            _shared.Drop(first.B);
        }
    }

    private MediatorStep Resume(in OpTeeRegisters registers)
    {
        var thread = registers[3];
        if (_calls.Find(call => call.Thread == thread && !call.IsAbandoned) is not { } call)
        {
            return Refuse(registers, OpTeeReturn.Resume);
        }
        call.Guest = registers;
        if (call.AskedByMediator)
        {
            call.AskedByMediator = false;
            FailRpc(call);
            return EnterAgain(call);
        }
        return call.Function switch
        {
            OpTeeRpcFunction.Allocate => ResumeAllocate(call, registers),
            OpTeeRpcFunction.Command => ResumeCommand(call),
            _ => EnterAgain(call),
        };
    }

    private MediatorStep ResumeAllocate(MediatedCall call, in OpTeeRegisters registers)
    {
        var cookie = registers.Pair(4);
        var taken = _rpc.TryAdd(registers.Pair(1), cookie, out var shadow);
        var step = EnterAgain(call);
        var down = step.Registers;
        down.SetPair(1, taken ? shadow : 0);
        down.SetPair(4, taken ? cookie : 0);
        return step with { Registers = down };
    }

    private MediatorStep ResumeCommand(MediatedCall call)
    {
        if (!_rpc.TryFind(call.RpcCookie, out var page, out var shadow))
        {
            return EnterAgain(call);
        }
        if (!MediatedRpc.TryTake(shadow, guest, page, out var header))
        {
            OpTeeMessage.WriteOutcome(shadow, TeeResult.Generic, TeeOrigin.None);
            return EnterAgain(call);
        }
        if (header.Command != (uint)OpTeeRpcCommand.SharedMemoryAllocate || header.Result != TeeResult.Success)
        {
            return EnterAgain(call);
        }
        var answer = header.Parameters == 1 ? OpTeeMessage.ReadParameter(shadow, 0) : default;
        if (answer.Attribute != OpTeeAttribute.PageListOutput)
        {
            FailRpc(call);
            return EnterAgain(call);
        }
        if (_shared.TryTranslate(answer, out var address) == TeeResult.Success)
        {
            OpTeeMessage.WriteParameter(shadow, 0, answer with { A = address });
            return EnterAgain(call);
        }
        // M25: the guest gave memory that nobody will use; it is asked to take it back before OP-TEE hears of the failure.
        FailRpc(call);
        if (!MediatedRpc.TryAskToFree(guest, page, call.AllocationKind, answer.Cookie))
        {
            return EnterAgain(call);
        }
        call.AskedByMediator = true;
        return AskGuest(call);
    }

    private void FailRpc(MediatedCall call)
    {
        if (_rpc.TryFind(call.RpcCookie, out _, out var shadow))
        {
            OpTeeMessage.WriteOutcome(shadow, TeeResult.Generic, TeeOrigin.None);
            OpTeeMessage.WriteParameterCount(shadow, 0);
            // What the guest wrote into the answer must not reach OP-TEE, not even behind a count of zero (D-143).
            shadow[OpTeeMessage.HeaderSize..].Clear();
        }
    }

    private MediatorStep AskGuest(MediatedCall call)
    {
        var up = call.Guest;
        up[0] = OpTeeReturnWord.Rpc(call.Function);
        (up[1], up[2], up[3]) = (call.A1, call.A2, call.Thread!.Value);
        return new(false, up, call);
    }

    private MediatorStep EnterAgain(MediatedCall call)
    {
        var down = OpTeeRegisters.Fast(OpTeeFunctionId.ReturnFromRpc, call.A1, clientId);
        (down[2], down[3]) = (call.A2, call.Thread!.Value);
        call.Thread = null;
        return new(true, down, call);
    }
}
