using MinkActors.Protocol.OpTee;
using MinkActors.Vectors.Inputs;

namespace MinkActors.Vectors.OpTee;

/// <summary>Function ids and RPC return words.</summary>
internal static class OpTeeWords
{
    private static readonly Dictionary<string, OpTeeFunctionId> Ids = new()
    {
        ["call-with-arg"] = OpTeeFunctionId.CallWithArg,
        ["return-from-rpc"] = OpTeeFunctionId.ReturnFromRpc,
        ["call-with-rpc-arg"] = OpTeeFunctionId.CallWithRpcArg,
        ["call-with-regd-arg"] = OpTeeFunctionId.CallWithRegisteredArg,
        ["calls-count"] = OpTeeFunctionId.CallsCount,
        ["calls-uid"] = OpTeeFunctionId.CallsUid,
        ["calls-revision"] = OpTeeFunctionId.CallsRevision,
        ["get-os-uuid"] = OpTeeFunctionId.GetOsUuid,
        ["get-os-revision"] = OpTeeFunctionId.GetOsRevision,
        ["get-shm-config"] = OpTeeFunctionId.GetSharedMemoryConfig,
        ["l2cc-mutex"] = OpTeeFunctionId.CacheControllerMutex,
        ["exchange-capabilities"] = OpTeeFunctionId.ExchangeCapabilities,
        ["disable-shm-cache"] = OpTeeFunctionId.DisableSharedMemoryCache,
        ["enable-shm-cache"] = OpTeeFunctionId.EnableSharedMemoryCache,
        ["boot-secondary"] = OpTeeFunctionId.BootSecondary,
        ["vm-created"] = OpTeeFunctionId.VmCreated,
        ["vm-destroyed"] = OpTeeFunctionId.VmDestroyed,
        ["get-thread-count"] = OpTeeFunctionId.GetThreadCount,
        ["enable-async-notif"] = OpTeeFunctionId.EnableNotifications,
        ["get-async-notif-value"] = OpTeeFunctionId.GetNotificationValue,
        ["get-protmem-config"] = OpTeeFunctionId.GetProtectedMemoryConfig,
    };

    public static bool IsKnown(uint a0) => Ids.ContainsValue(new(a0));

    public static string? Judge(VectorCase vector)
    {
        if (vector.Image.Length != 4)
        {
            return $"hex has {vector.Image.Length * 2} digits, a word32 has 8";
        }
        var word = (uint)vector.Number;
        if (OpTeeReturnWord.IsRpc(word, out var function))
        {
            return new Facts().Number("func", (ushort)function).Prose("note").Compare(vector.Inputs)
                ?? (vector.Has("func") ? vector.SameNumber(OpTeeReturnWord.Rpc((OpTeeRpcFunction)vector.Input("func")), 8)
                    : "an RPC word without its func in the inputs");
        }
        var id = new OpTeeFunctionId(word);
        var facts = new Facts().Number("owner", id.Owner).Number("function", id.Function).Number("func", id.Function)
            .Number("fast", id.IsFast ? 1u : 0).Text("type", id.IsFast ? "fast" : "std", id.IsFast ? "fast" : "yielding", id.IsFast ? "fast" : "standard");
        return facts.Compare(vector.Inputs) ?? Identity(vector, id);
    }

    private static string? Identity(VectorCase vector, OpTeeFunctionId id)
    {
        if (!id.IsWellFormed)
        {
            return "bit 30 or one of the bits 23:16 is set";
        }
        if (Ids.TryGetValue(vector.Name.StartsWith("fid-", StringComparison.Ordinal) ? vector.Name[4..] : vector.Name, out var named))
        {
            return vector.SameNumber(named.Value, 8);
        }
        return vector.Has("owner", "function") ? vector.SameNumber(OpTeeFunctionId.Of(id.IsFast, id.Owner, id.Function).Value, 8)
            : $"'{vector.Name}' names no function and the inputs describe none";
    }
}
