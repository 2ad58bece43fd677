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
        return ShowCommand(call);
    }

    /// <summary>Gives the guest its own registers back with only a0 changed (D-142: no address of ours is among them).</summary>
    private static MediatorStep Refuse(in OpTeeRegisters registers, OpTeeReturn code)
    {
        var up = registers;
        up[0] = (uint)code;
        return new(false, up, null);
    }
}
