using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>The first and the last fast calls of a driver (spec 09 section 9).</summary>
internal static class OpTeeStart
{
    private const int CachedBuffersMax = 1 << 16;
    private const uint Cached = 1;
    private static readonly Guid Uid = new("384fb3e0-e7f8-11e3-af63-0002a5d5c51b");

    /// <summary>Start-up in the stated order, but for the last step: notifications are enabled once somebody listens.</summary>
    /// <param name="calls">The way to OP-TEE.</param>
    /// <param name="area">The static area of this machine, if there is one.</param>
    public static async Task<OpTeePeer> NegotiateAsync(RegisterCalls calls, OpTeeStaticArea? area)
    {
        var uid = await AskAsync(calls, OpTeeFunctionId.CallsUid);
        if (uid.Uuid() != Uid) throw Unusable($"the UID {uid.Uuid()} is not OP-TEE's");
        var revision = await AskAsync(calls, OpTeeFunctionId.CallsRevision);
        if (revision[0] != 2) throw Unusable($"its revision is {revision[0]}.{revision[1]} and not 2.0 or later");
        var threads = await AskAsync(calls, OpTeeFunctionId.GetThreadCount);
        var exchanged = await AskAsync(calls, OpTeeFunctionId.ExchangeCapabilities);
        if (exchanged[0] != (uint)OpTeeReturn.Ok) throw Unusable($"it answers {exchanged[0]} to our capabilities");
        var capabilities = CapabilityExchange.From(exchanged);
        var needsArea = !capabilities.Capabilities.HasFlag(OpTeeCapabilities.DynamicSharedMemory);
        if (needsArea)
        {
            if (!capabilities.Capabilities.HasFlag(OpTeeCapabilities.ReservedSharedMemory)) throw Unusable("it cannot share memory by page lists, and has no static area");
            CheckArea(await AskAsync(calls, OpTeeFunctionId.GetSharedMemoryConfig), area);
        }
        // Somebody before us may have left buffers in the cache: they are not ours to free.
        await DrainCacheAsync(calls, _ => { });
        var hasCache = !capabilities.Capabilities.HasFlag(OpTeeCapabilities.RpcArgument)
            && (await AskAsync(calls, OpTeeFunctionId.EnableSharedMemoryCache))[0] == (uint)OpTeeReturn.Ok;
        return new OpTeePeer(capabilities, threads[0] == (uint)OpTeeReturn.Ok ? threads[1] : 0, hasCache, needsArea ? area : null);
    }

    /// <summary>The last step of a start; false when OP-TEE refuses, though it offered them.</summary>
    public static async Task<bool> EnableNotificationsAsync(RegisterCalls calls) =>
        (await AskAsync(calls, OpTeeFunctionId.EnableNotifications))[0] == (uint)OpTeeReturn.Ok;

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

    /// <summary>What OP-TEE names has to be the area of this machine: its word alone makes no memory ours to write to.</summary>
    private static void CheckArea(in OpTeeRegisters config, OpTeeStaticArea? area)
    {
        if (config[0] != (uint)OpTeeReturn.Ok) throw Unusable($"it answers {config[0]} when asked for its static area");
        if (config[3] != Cached) throw Unusable($"its static area has the cache setting {config[3]} and not {Cached}");
        if (area is null || config[1] != area.Start || config[2] != area.Size)
            throw Unusable($"it names a static area of {config[2]} bytes at 0x{config[1]:X}, and this machine has {(area is null ? "none" : $"one of {area.Size} bytes at 0x{area.Start:X}")}");
    }

    private static async ValueTask<OpTeeRegisters> AskAsync(RegisterCalls calls, OpTeeFunctionId id) =>
        OpTeeRegisters.From(await calls.Ask(new RegisterCall(OpTeeRegisters.Fast(id).ToSmc())));

    private static MinkTransportException Unusable(string reason) =>
        new(ResultCode.Error, Errno.EINVAL, InvocationPhase.Preparing, true, $"The other side cannot be used as an OP-TEE: {reason}");
}

/// <summary>What a start has found on the other side.</summary>
/// <param name="Exchange">Its capabilities.</param>
/// <param name="Threads">How many; 0 when it does not say.</param>
/// <param name="HasCache">It keeps RPC buffers from call to call.</param>
/// <param name="StaticArea">All memory comes from here; null: page lists are used.</param>
internal sealed record OpTeePeer(CapabilityExchange Exchange, uint Threads, bool HasCache, OpTeeStaticArea? StaticArea)
{
    public OpTeeCapabilities Capabilities => Exchange.Capabilities;

    public bool HasRpcArgument => Capabilities.HasFlag(OpTeeCapabilities.RpcArgument) && Exchange.RpcParameters >= OpTeeRpcMessages.ParametersMax;

    public bool HasNotifications => Capabilities.HasFlag(OpTeeCapabilities.Notifications);

    /// <summary>The largest notification value that it may use.</summary>
    public uint NotificationMax => HasNotifications ? Exchange.NotificationMax : CapabilityExchange.NotificationMaxDefault;
}
