using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee.Mediator;

/// <summary>
/// The mediator of one guest: rules M3..M31 of spec 09 section 13 as a state machine without actors. Its owner, one actor per
/// guest, feeds it the guest's calls and OP-TEE's returns and carries out each <see cref="MediatorStep"/>.
/// </summary>
/// <remarks>One owner; nothing here waits. Host addresses leave it only towards OP-TEE.</remarks>
/// <param name="clientId">Domain id + 1; goes down in a7 of every call.</param>
/// <param name="guest">The guest's memory.</param>
/// <param name="shadows">The mediator's own pages.</param>
/// <param name="threadCount">OP-TEE's threads; the guest gets no more calls than that.</param>
/// <param name="limits">Null for the specification's.</param>
public sealed partial class GuestMediator(uint clientId, IGuestMemory guest, ShadowPages shadows, uint threadCount, MediatorLimits? limits = null)
{
    private const uint MediatedCalls = 11;

    private readonly MediatorLimits _limits = limits ?? new();
    private readonly List<MediatedCall> _calls = [];
    private readonly SharedBuffers _shared = new(guest, shadows, limits ?? new());
    private readonly RpcBuffers _rpc = new(guest, shadows);

    /// <summary>Calls running or suspended.</summary>
    public IReadOnlyList<MediatedCall> Calls => _calls;
    /// <summary>Shared buffers held.</summary>
    public int SharedBufferCount => _shared.Count;
    /// <summary>Shared pages reserved.</summary>
    public int SharedPages => _shared.Pages;
    /// <summary>RPC buffers held.</summary>
    public int RpcBufferCount => _rpc.Count;

    private int CallsMax => (int)Math.Min((uint)_limits.Calls, threadCount);

    /// <summary>A call of the guest.</summary>
    public MediatorStep Enter(in OpTeeRegisters registers)
    {
        var id = new OpTeeFunctionId(registers[0]);
        if (id == OpTeeFunctionId.CallWithArg)
        {
            return Start(registers);
        }
        if (id == OpTeeFunctionId.ReturnFromRpc)
        {
            return Resume(registers);
        }
        if (id == OpTeeFunctionId.CallsCount)
        {
            return Refuse(registers, (OpTeeReturn)MediatedCalls);
        }
        if (id == OpTeeFunctionId.GetSharedMemoryConfig)
        {
            return Refuse(registers, OpTeeReturn.NotAvailable);
        }
        if (MediatedFastCalls.ResultRegisters(id) == 0)
        {
            return Refuse(registers, OpTeeReturn.UnknownFunction);
        }
        var a1 = id == OpTeeFunctionId.ExchangeCapabilities ? CapabilityExchange.Down(registers[1]) : 0;
        return new(true, OpTeeRegisters.Fast(id, a1, clientId), null);
    }

    /// <summary>OP-TEE's return of a fast call.</summary>
    /// <param name="asked">The guest's registers at its call.</param>
    /// <param name="returned">OP-TEE's.</param>
    public MediatorStep FastReturned(in OpTeeRegisters asked, in OpTeeRegisters returned)
    {
        var id = new OpTeeFunctionId(asked[0]);
        if (id == OpTeeFunctionId.DisableSharedMemoryCache && returned[0] == (uint)OpTeeReturn.Ok)
        {
            _rpc.Drop(returned.Pair(1));
        }
        return new(false, MediatedFastCalls.Answer(id, asked, returned), null);
    }

    /// <summary>OP-TEE's return of a standard call: an RPC, or the end.</summary>
    public MediatorStep Returned(MediatedCall call, in OpTeeRegisters registers)
    {
        if (!OpTeeReturnWord.IsRpc(registers[0], out var function))
        {
            return Complete(call, registers[0]);
        }
        (call.Function, call.A1, call.A2, call.Thread) = (function, registers[1], registers[2], registers[3]);
        if (function == OpTeeRpcFunction.Free)
        {
            _rpc.Drop(call.RpcCookie);
        }
        if (call.IsAbandoned)
        {
            return AnswerWithFailure(call);
        }
        if (function != OpTeeRpcFunction.Command)
        {
            return AskGuest(call);
        }
        if (!_rpc.TryFind(call.RpcCookie, out var page, out var shadow))
        {
            return EnterAgain(call);
        }
        if (!MediatedRpc.TryShow(shadow, guest, page))
        {
            OpTeeMessage.WriteOutcome(shadow, TeeResult.Generic, TeeOrigin.None);
            return EnterAgain(call);
        }
        OpTeeMessage.TryReadHeader(shadow, out var header);
        if (header.Parameters > 0)
        {
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
        return AskGuest(call);
    }

    /// <summary>Frees one thing of a guest none of whose processors runs; false when nothing is left and VM_DESTROYED is due (M30).
    /// May be left and taken up again between any two items.</summary>
    public bool DestroyNext()
    {
        if (_calls.Count > 0)
        {
            Free(_calls[^1]);
            return true;
        }
        return _rpc.DropOne() || _shared.DropOne();
    }

    private MediatorStep Start(in OpTeeRegisters registers)
    {
        if (_calls.Count >= CallsMax)
        {
            return Refuse(registers, OpTeeReturn.ThreadLimit);
        }
        if (!shadows.TryAllocate(1, out var shadow))
        {
            return Refuse(registers, OpTeeReturn.NoMemory);
        }
        var call = new MediatedCall(registers, shadow);
        _calls.Add(call);
        var bytes = shadows.Bytes(shadow);
        if ((call.Message & (PageList.PageSize - 1)) != 0 || !guest.TryRead(call.Message, bytes))
        {
            return Finish(call, (uint)OpTeeReturn.BadAddress);
        }
        OpTeeMessage.TryReadHeader(bytes, out var header);
        if (header.Parameters > OpTeeMessage.ParametersMax)
        {
            return RefuseInMessage(call, TeeResult.BadParameters);
        }
        if (header.Command > (uint)OpTeeCommand.UnregisterSharedMemory)
        {
            return Finish(call, (uint)OpTeeReturn.BadCommand);
        }
        Remember(call, header, bytes);
        var result = TranslateAll(call, bytes);
        return result == TeeResult.Success
            ? new(true, OpTeeRegisters.Call(shadow, 1, clientId), call)
            : RefuseInMessage(call, result);
    }

    private static void Remember(MediatedCall call, in OpTeeHeader header, Span<byte> bytes)
    {
        call.Command = (OpTeeCommand)header.Command;
        call.Attributes = new OpTeeAttribute[header.Parameters];
        for (var i = 0; i < call.Attributes.Length; i++)
        {
            call.Attributes[i] = OpTeeMessage.ReadParameter(bytes, i).Attribute;
        }
        if (call.Command == OpTeeCommand.UnregisterSharedMemory && call.Attributes.Length > 0)
        {
            call.Unregisters = OpTeeMessage.ReadParameter(bytes, 0).Cookie;
        }
    }

    /// <summary>M13 over all parameters; the buffers of a refused call are dropped when it is freed.</summary>
    private TeeResult TranslateAll(MediatedCall call, Span<byte> bytes)
    {
        for (var i = 0; i < call.Attributes.Length; i++)
        {
            var parameter = OpTeeMessage.ReadParameter(bytes, i);
            if (!parameter.Attribute.IsTemporary || (!parameter.Attribute.IsNonContiguous && parameter.Address == 0))
            {
                continue;
            }
            if (!parameter.Attribute.IsNonContiguous)
            {
                return TeeResult.BadParameters;
            }
            var result = _shared.TryTranslate(parameter, out var address);
            if (result != TeeResult.Success)
            {
                return result;
            }
            call.Buffers.Add(parameter.Cookie);
            OpTeeMessage.WriteParameter(bytes, i, parameter with { A = address });
        }
        return TeeResult.Success;
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

    private MediatorStep Complete(MediatedCall call, uint a0)
    {
        OpTeeMessage.TryReadHeader(shadows.Bytes(call.Shadow), out var outcome);
        var succeeded = a0 == (uint)OpTeeReturn.Ok && outcome.Result == TeeResult.Success;
        var written = WriteBack(call);
        if (succeeded && call.Command == OpTeeCommand.RegisterSharedMemory)
        {
            call.Buffers.ForEach(_shared.DropList);
            call.Buffers.Clear();
        }
        if (succeeded && call.Command == OpTeeCommand.UnregisterSharedMemory)
        {
            _shared.Drop(call.Unregisters);
        }
        return Finish(call, written ? a0 : (uint)OpTeeReturn.BadAddress);
    }

    private MediatorStep RefuseInMessage(MediatedCall call, TeeResult result)
    {
        OpTeeMessage.WriteOutcome(shadows.Bytes(call.Shadow), result, TeeOrigin.Comms);
        return Finish(call, (uint)(WriteBack(call) ? OpTeeReturn.Ok : OpTeeReturn.BadAddress));
    }

    private bool WriteBack(MediatedCall call)
    {
        // The guest may use the page for something else by now.
        if (call.IsAbandoned)
        {
            return true;
        }
        if (!guest.TryMap(call.Message, out var page))
        {
            return false;
        }
        OpTeeWriteBack.Message(shadows.Bytes(call.Shadow), page, call.Attributes);
        return true;
    }

    private MediatorStep Finish(MediatedCall call, uint a0)
    {
        Free(call);
        return Refuse(call.Guest, (OpTeeReturn)a0);
    }

    private void Free(MediatedCall call)
    {
        call.Buffers.ForEach(_shared.Drop);
        shadows.Free(call.Shadow);
        _calls.Remove(call);
    }

    /// <summary>Gives the guest its own registers back with only a0 changed (D-142: no address of ours is among them).</summary>
    private static MediatorStep Refuse(in OpTeeRegisters registers, OpTeeReturn code)
    {
        var up = registers;
        up[0] = (uint)code;
        return new(false, up, null);
    }
}
