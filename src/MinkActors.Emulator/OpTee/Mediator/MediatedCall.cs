using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee.Mediator;

/// <summary>
/// One standard call of a guest, from the moment it took its slot until it is freed.
/// <code>
/// InFlight --RPC return--> Suspended(thread) --resume with that thread--> InFlight --completion--> freed
/// </code>
/// Everything that was checked is kept here, so that neither the guest nor OP-TEE can change it later.
/// </summary>
public sealed class MediatedCall
{
    internal MediatedCall(in OpTeeRegisters guest, ulong shadow)
    {
        Guest = guest;
        Message = guest.Pair(1);
        Shadow = shadow;
    }

    /// <summary>Thread id while suspended; null in flight, because OP-TEE may reuse the id before this call is gone (M18).</summary>
    public uint? Thread { get; internal set; }
    /// <summary>True while OP-TEE runs it.</summary>
    public bool InFlight => Thread is null;
    /// <summary>True when the guest has been asked something by the mediator, not by OP-TEE (M25).</summary>
    public bool AskedByMediator { get; internal set; }

    /// <summary>Nobody in the guest will resume it: OP-TEE is told of failures until it ends the call (spec/11 D-145).</summary>
    public bool IsAbandoned { get; internal set; }
    /// <summary>The guest's own call is over: this ends what it has made and the guest cannot be told of.</summary>
    internal bool IsUndoing { get; set; }

    /// <summary>How often OP-TEE was told so.</summary>
    internal int Failures { get; set; }

    /// <summary>The guest's registers at its last entry; a4..a7 go back to it unchanged.</summary>
    internal OpTeeRegisters Guest { get; set; }
    internal ulong Message { get; }
    internal ulong Shadow { get; }
    internal OpTeeCommand Command { get; set; }
    /// <summary>As checked; the write-back trusts no others (M27).</summary>
    internal OpTeeAttribute[] Attributes { get; set; } = [];
    /// <summary>Cookie an UNREGISTER named when it was checked (M29).</summary>
    internal ulong Unregisters { get; set; }
    /// <summary>Cookie that a successful REGISTER has made known.</summary>
    internal ulong Registers { get; set; }
    /// <summary>Cookies of the buffers this call's parameters brought (M15, M29).</summary>
    internal List<ulong> Buffers { get; } = [];
    internal OpTeeRpcFunction Function { get; set; }
    internal uint A1 { get; set; }
    internal uint A2 { get; set; }
    /// <summary>Cookie of the RPC message OP-TEE named (M23).</summary>
    internal ulong RpcCookie => ((ulong)A1 << 32) | A2;
    /// <summary>Type of the last SHM_ALLOC (M22).</summary>
    internal ulong AllocationKind { get; set; }
}

/// <summary>What has to happen next: registers for OP-TEE, or registers for the guest.</summary>
/// <param name="EntersSecureWorld">True: make the call, then hand its return to <see cref="GuestMediator.Returned"/>, or to
/// <see cref="GuestMediator.FastReturned"/> when there is no call. False: the guest's turn is over.</param>
/// <param name="Registers">All eight.</param>
/// <param name="Call">The standard call this belongs to; null for fast calls and for refusals.</param>
public readonly record struct MediatorStep(bool EntersSecureWorld, OpTeeRegisters Registers, MediatedCall? Call);
