using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee.Mediator;

/// <summary>The fast calls that a mediator forwards (M4), and what of their answers reaches the guest.</summary>
internal static class MediatedFastCalls
{
    /// <summary>How many registers from a0 on the guest gets; 0 for a call that is not forwarded (M5).</summary>
    public static int ResultRegisters(OpTeeFunctionId id) =>
        id == OpTeeFunctionId.CallsUid || id == OpTeeFunctionId.GetOsUuid ? 4
        : id == OpTeeFunctionId.GetOsRevision || id == OpTeeFunctionId.DisableSharedMemoryCache ? 3
        : id == OpTeeFunctionId.CallsRevision || id == OpTeeFunctionId.ExchangeCapabilities ? 2
        : id == OpTeeFunctionId.EnableSharedMemoryCache ? 1 : 0;

    /// <summary>The guest's registers with the results in them.</summary>
    public static OpTeeRegisters Answer(OpTeeFunctionId id, in OpTeeRegisters asked, in OpTeeRegisters returned)
    {
        var up = asked;
        if (id == OpTeeFunctionId.ExchangeCapabilities)
        {
            return Capabilities(up, returned);
        }
        // A refusal has a code and nothing else.
        var refused = id == OpTeeFunctionId.DisableSharedMemoryCache && returned[0] != (uint)OpTeeReturn.Ok;
        for (var i = 0; i < (refused ? 1 : ResultRegisters(id)); i++)
        {
            up[i] = returned[i];
        }
        return up;
    }

    /// <summary>M6: a refusal passes as it is; without shared memory by page list there is nothing a guest could use.</summary>
    private static OpTeeRegisters Capabilities(OpTeeRegisters up, in OpTeeRegisters returned)
    {
        up[0] = returned[0];
        if (returned[0] != (uint)OpTeeReturn.Ok)
        {
            return up;
        }
        var passed = CapabilityExchange.Up((OpTeeCapabilities)returned[1]);
        if ((passed & OpTeeCapabilities.DynamicSharedMemory) == 0)
        {
            up[0] = (uint)OpTeeReturn.NotAvailable;
            return up;
        }
        up[1] = (uint)passed;
        return up;
    }
}
