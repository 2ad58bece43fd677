using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee.Mediator;

/// <summary>When a mediator exists at all (M1), and how a guest is announced and ended (M2, M30).</summary>
public static class MediatorStart
{
    /// <summary>UUID every OP-TEE answers to CALLS_UID.</summary>
    public static Guid Uid => new("384fb3e0-e7f8-11e3-af63-0002a5d5c51b");

    /// <summary>Client id of a domain: never 0, which is the hypervisor's.</summary>
    public static uint ClientOf(ushort domain) => domain + 1u;

    /// <summary>M1: the UID matches, the thread count can be read, and virtual machines are known.</summary>
    /// <param name="uid">Return of CALLS_UID.</param>
    /// <param name="threads">Return of GET_THREAD_COUNT.</param>
    /// <param name="destroyed">Return of VM_DESTROYED for client 0.</param>
    /// <param name="threadCount">OP-TEE's threads.</param>
    public static bool TryProbe(in OpTeeRegisters uid, in OpTeeRegisters threads, in OpTeeRegisters destroyed, out uint threadCount)
    {
        threadCount = threads[1];
        return uid.Uuid() == Uid && threads[0] == (uint)OpTeeReturn.Ok && threadCount > 0
            && destroyed[0] != (uint)OpTeeReturn.UnknownFunction;
    }

    /// <summary>VM_CREATED for a domain; anything but OK means the context is freed and nothing attached.</summary>
    public static OpTeeRegisters Created(ushort domain) => OpTeeRegisters.Fast(OpTeeFunctionId.VmCreated, ClientOf(domain));

    /// <summary>VM_DESTROYED for a domain, after everything of it has been freed.</summary>
    public static OpTeeRegisters Destroyed(ushort domain) => OpTeeRegisters.Fast(OpTeeFunctionId.VmDestroyed, ClientOf(domain));
}
