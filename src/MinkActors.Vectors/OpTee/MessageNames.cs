using MinkActors.Protocol.OpTee;
using MinkActors.Vectors.Inputs;

namespace MinkActors.Vectors.OpTee;

/// <summary>What a message vector's name promises: its command, and the fields that it does not mention.</summary>
internal static class MessageNames
{
    private static readonly (string Beginning, uint Command)[] Commands =
    [
        ("arg-open-session", (uint)OpTeeCommand.OpenSession), ("arg-invoke", (uint)OpTeeCommand.InvokeCommand),
        ("arg-close-session", (uint)OpTeeCommand.CloseSession), ("arg-cancel", (uint)OpTeeCommand.Cancel),
        ("arg-register-shm", (uint)OpTeeCommand.RegisterSharedMemory), ("arg-unregister-shm", (uint)OpTeeCommand.UnregisterSharedMemory),
        ("arg-lend-protmem", (uint)OpTeeCommand.LendProtectedMemory), ("arg-reclaim-protmem", (uint)OpTeeCommand.ReclaimProtectedMemory),
        ("arg-get-protmem-config", (uint)OpTeeCommand.GetProtectedMemoryConfig), ("arg-assign-protmem", (uint)OpTeeCommand.AssignProtectedMemory),
        ("pm-optee-invoke", (uint)OpTeeCommand.InvokeCommand), ("rpc-load-ta", (uint)OpTeeRpcCommand.LoadTrustedApplication),
        ("rpc-get-time", (uint)OpTeeRpcCommand.GetTime), ("rpc-notification", (uint)OpTeeRpcCommand.Notification),
        ("rpc-suspend", (uint)OpTeeRpcCommand.Suspend), ("rpc-shm-alloc", (uint)OpTeeRpcCommand.SharedMemoryAllocate),
        ("rpc-shm-free", (uint)OpTeeRpcCommand.SharedMemoryFree),
    ];

    public static bool Agrees(string name, in OpTeeHeader header)
    {
        foreach (var (beginning, command) in Commands)
        {
            if (name.StartsWith(beginning, StringComparison.Ordinal))
            {
                return header.Command == command;
            }
        }
        return true;
    }

    /// <summary>A request's unmentioned header fields are zero; an RPC request's result is GENERIC until somebody answers.</summary>
    public static void AddDefaults(string name, Facts facts)
    {
        var isRpc = name.StartsWith("rpc-", StringComparison.Ordinal);
        var isAnswer = name.EndsWith("-result", StringComparison.Ordinal) || name.Contains("-reply", StringComparison.Ordinal);
        if (!isRpc && (isAnswer || !name.StartsWith("arg-", StringComparison.Ordinal)))
        {
            return;
        }
        facts.Otherwise("session", 0).Otherwise("func", 0).Otherwise("cancel_id", 0)
            .Otherwise("ret", isRpc && !isAnswer ? (uint)TeeResult.Generic : 0);
        if (!isAnswer)
        {
            facts.Otherwise("origin", 0);
        }
    }
}
