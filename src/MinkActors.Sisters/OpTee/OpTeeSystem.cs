using Microsoft.Extensions.Logging;
using MinkActors.Actors;
using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>The normal world of an OP-TEE: where sessions come from and where they are let go.</summary>
/// <remarks>Any thread. Start one with <see cref="StartAsync"/>, stop it by disposing.</remarks>
public sealed partial class OpTeeSystem : IAsyncDisposable
{
    private readonly OpTeeDomain _domain;
    private readonly ISecureWorld _world;
    private readonly RegisterCalls _fast;
    private readonly bool _ownsActors;
    private readonly bool _hasCache;
    private Task? _stopping;

    private OpTeeSystem(OpTeeDomain domain, ISecureWorld world, RegisterCalls fast, bool ownsActors, bool hasCache, CapabilityExchange capabilities)
    {
        (_domain, _world, _fast) = (domain, world, fast);
        (_ownsActors, _hasCache) = (ownsActors, hasCache);
        Capabilities = capabilities.Capabilities;
    }

    /// <summary>What OP-TEE says it can do.</summary>
    public OpTeeCapabilities Capabilities { get; }

    /// <summary>The engine that runs the system's actors.</summary>
    public ActorSystem Actors => _domain.Actors;

    /// <summary>Sessions that are open.</summary>
    public int OpenSessions => _domain.Sessions;

    /// <summary>Buffers that are registered.</summary>
    public int RegisteredBuffers => _domain.RegisteredBuffers;

    /// <summary>Calls that have begun and not ended, those whose callers have left included.</summary>
    public int CallsUnderWay => _domain.Sister.UnderWay;

    /// <summary>Memory blocks that OP-TEE holds by RPC.</summary>
    public int RpcBuffers => _domain.Rpc.Count;

    internal OpTeeDomain Domain => _domain;

    /// <summary>Finds out what the other side is, in the order of spec 09 section 9, and is ready for calls.</summary>
    /// <exception cref="InvalidOperationException">No secure world was chosen.</exception>
    /// <exception cref="MinkTransportException">It is no OP-TEE, or one that cannot share memory by page lists (EINVAL).</exception>
    public static async Task<OpTeeSystem> StartAsync(Action<OpTeeOptions> configure, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configure);
        cancellationToken.ThrowIfCancellationRequested();
        var options = new OpTeeOptions();
        configure(options);
        var makeWorld = options.World ?? throw new InvalidOperationException("No secure world was chosen: call UseSecureWorld.");
        var actors = options.Actors ?? new ThreadPoolActorSystem();
        var logger = options.LoggerFactory.CreateLogger("MinkActors.OpTee");
        var context = new SecureWorldContext(actors, options.DecorateMemory(options.Memory ?? new PhysicalMemory(options.MemoryBudget)), logger);
        var world = makeWorld(context);
        var fast = actors.Spawn(new RegisterCalls(world), "optee-fast-calls");
        try
        {
            var (capabilities, threads, hasCache) = await OpTeeStart.NegotiateAsync(fast);
            var limits = threads > 0 ? options.Limits with { Slots = (int)Math.Min((uint)options.Limits.Slots, threads) } : options.Limits;
            var domain = new OpTeeDomain(context, world, options, limits, capabilities, reason => Refused(logger, reason));
            return new OpTeeSystem(domain, world, fast, options.Actors is null, hasCache, capabilities);
        }
        catch
        {
            actors.Stop(fast);
            await world.DisposeAsync();
            if (options.Actors is null) await actors.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a session as anybody.</summary>
    /// <param name="application">UUID of the trusted application.</param>
    /// <param name="arguments">At most four.</param>
    /// <exception cref="OpTeeResultException">It was refused.</exception>
    /// <exception cref="MinkTransportException">The path failed, or the deadline has passed; a session that opens later is closed again.</exception>
    public Task<OpTeeSession> OpenSessionAsync(Guid application, params OpTeeArgument[] arguments) =>
        OpenSessionAsync(application, CallOptions.None, TeeLogin.Public, Guid.Empty, arguments);

    /// <inheritdoc cref="OpenSessionAsync(Guid, OpTeeArgument[])"/>
    /// <param name="application">UUID of the trusted application.</param>
    /// <param name="options">Deadline and cancellation.</param>
    /// <param name="login">How the client shows who it is.</param>
    /// <param name="client">Who it is; nil for public and kernel logins.</param>
    /// <param name="arguments">At most four.</param>
    public async Task<OpTeeSession> OpenSessionAsync(Guid application, CallOptions options, TeeLogin login = TeeLogin.Public, Guid client = default, params OpTeeArgument[] arguments)
    {
        var call = StandardCall.Open(_domain, application, client, login, arguments);
        (await _domain.Start(call, options)).EnsureSuccess();
        return call.Opened ?? throw new OpTeeResultException(TeeResult.Communication, TeeOrigin.Comms);
    }

    /// <summary>Shares zeroed memory with OP-TEE until it is disposed.</summary>
    /// <param name="size">Bytes, rounded up to whole pages; at least 1.</param>
    /// <param name="options">Deadline and cancellation.</param>
    /// <exception cref="OpTeeResultException">OP-TEE refused it.</exception>
    /// <exception cref="MinkTransportException">No shared memory is left, or the path failed.</exception>
    public Task<OpTeeBuffer> ShareMemoryAsync(int size, CallOptions options = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        return _domain.RegisterAsync(size, options);
    }

    /// <summary>Refuses new calls, lets waiting callers go, waits until OP-TEE has ended every call, then closes what is left.</summary>
    public Task StopAsync() => _stopping ??= Stop();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(StopAsync());

    private async Task Stop()
    {
        await _domain.Sister.BeginStop();
        await _domain.CloseAllAsync();
        if (_hasCache) await OpTeeStart.DrainCacheAsync(_fast, cookie => _domain.Rpc.Remove(cookie));
        Actors.Stop(_domain.Notifications);
        if (_domain.Supplicant is { } supplicant) Actors.Stop(supplicant);
        Actors.Stop(_fast);
        Actors.Stop(_domain.Sister.Link.Transport);
        await _world.DisposeAsync();
        _domain.FreeAll();
        _domain.Sister.Link.Metrics.Dispose();
        if (_ownsActors) await Actors.DisposeAsync();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "OP-TEE driver: {Reason}")]
    private static partial void Refused(ILogger logger, string reason);
}
