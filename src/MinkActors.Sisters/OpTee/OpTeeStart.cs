using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>The first and the last fast calls of a driver (spec 09 section 9).</summary>
internal static class OpTeeStart
{
    private const int CachedBuffersMax = 1 << 16;
    private static readonly Guid Uid = new("384fb3e0-e7f8-11e3-af63-0002a5d5c51b");

    /// <summary>Start-up in the stated order.</summary>
    public static async Task<(CapabilityExchange Capabilities, uint Threads, bool HasCache)> NegotiateAsync(RegisterCalls calls)
    {
        var uid = await AskAsync(calls, OpTeeFunctionId.CallsUid);
        if (uid.Uuid() != Uid) throw Unusable($"the UID {uid.Uuid()} is not OP-TEE's");
        var revision = await AskAsync(calls, OpTeeFunctionId.CallsRevision);
        if (revision[0] != 2) throw Unusable($"its revision is {revision[0]}.{revision[1]} and not 2.0 or later");
        var threads = await AskAsync(calls, OpTeeFunctionId.GetThreadCount);
        var exchanged = await AskAsync(calls, OpTeeFunctionId.ExchangeCapabilities);
        if (exchanged[0] != (uint)OpTeeReturn.Ok) throw Unusable($"it answers {exchanged[0]} to our capabilities");
        var capabilities = CapabilityExchange.From(exchanged);
        if (!capabilities.Capabilities.HasFlag(OpTeeCapabilities.DynamicSharedMemory)) throw Unusable("it cannot share memory by page lists");
        // Somebody before us may have left buffers in the cache: they are not ours to free.
        await DrainCacheAsync(calls, _ => { });
        var hasCache = !capabilities.Capabilities.HasFlag(OpTeeCapabilities.RpcArgument)
            && (await AskAsync(calls, OpTeeFunctionId.EnableSharedMemoryCache))[0] == (uint)OpTeeReturn.Ok;
        return (capabilities, threads[0] == (uint)OpTeeReturn.Ok ? threads[1] : 0, hasCache);
    }

    /// <summary>Switches the cache off and takes its buffers, until there is none; a peer that never ends is left after many.</summary>
    public static async Task DrainCacheAsync(RegisterCalls calls, Action<ulong> take)
    {
        for (var i = 0; i < CachedBuffersMax; i++)
        {
            var answer = await AskAsync(calls, OpTeeFunctionId.DisableSharedMemoryCache);
            if (answer[0] != (uint)OpTeeReturn.Ok) return;
            take(answer.Pair(1));
        }
    }

    private static async ValueTask<OpTeeRegisters> AskAsync(RegisterCalls calls, OpTeeFunctionId id) =>
        OpTeeRegisters.From(await calls.Ask(new RegisterCall(OpTeeRegisters.Fast(id).ToSmc())));

    private static MinkTransportException Unusable(string reason) =>
        new(ResultCode.Error, Errno.EINVAL, InvocationPhase.Preparing, true, $"The other side cannot be used as an OP-TEE: {reason}");
}
