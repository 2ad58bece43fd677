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
    private readonly OpTeePeer _peer;
    private readonly OpTeeOptions _options;
    private NotificationInterrupt? _interrupt;

    private OpTeeSystem(OpTeeDomain domain, ISecureWorld world, RegisterCalls fast, OpTeePeer peer, OpTeeOptions options)
    {
        (_domain, _world, _fast) = (domain, world, fast);
        (_peer, _options) = (peer, options);
    }

    /// <summary>What OP-TEE says it can do.</summary>
    public OpTeeCapabilities Capabilities => _peer.Capabilities;

    /// <summary>Asynchronous notifications were offered and are switched on.</summary>
    public bool HasNotifications => _interrupt is not null;

    /// <summary>Memory comes out of the static area: OP-TEE cannot share any other.</summary>
    public bool UsesStaticArea => _domain.StaticArea is not null;

    /// <summary>The engine that runs the system's actors.</summary>
    public ActorSystem Actors => _domain.Actors;

    /// <summary>Sessions that are open.</summary>
    public int OpenSessions => _domain.Open.Sessions;

    /// <summary>Buffers that are registered.</summary>
    public int RegisteredBuffers => _domain.Open.RegisteredBuffers;

    /// <summary>Calls that have begun and not ended, those whose callers have left included.</summary>
    public int CallsUnderWay => _domain.Sister.UnderWay;

    /// <summary>Memory blocks that OP-TEE holds by RPC.</summary>
    public int RpcBuffers => _domain.Rpc.Count;

    internal OpTeeDomain Domain => _domain;

    /// <summary>Finds out what the other side is, in the order of spec 09 section 9, and is ready for calls.</summary>
    /// <exception cref="InvalidOperationException">No secure world was chosen.</exception>
    /// <exception cref="MinkTransportException">It is no OP-TEE, or one that can share memory neither by page lists nor in the machine's static area (EINVAL).</exception>
    public static async Task<OpTeeSystem> StartAsync(Action<OpTeeOptions> configure, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configure);
        cancellationToken.ThrowIfCancellationRequested();
        var options = new OpTeeOptions();
        configure(options);
        if (!options.HasWorld) throw new InvalidOperationException("No secure world was chosen: call UseSecureWorld.");
        var actors = options.TakeActors();
        var logger = options.LoggerFactory.CreateLogger("MinkActors.OpTee");
        var context = new SecureWorldContext(actors, options.DecorateMemory(options.Memory ?? new PhysicalMemory(options.MemoryBudget)), logger);
        NotificationInterrupt? listener = null;
        var world = options.MakeWorld(context, () => Volatile.Read(ref listener)?.Raise());
        var fast = actors.Spawn(new RegisterCalls(world), "optee-fast-calls");
        try
        {
            var peer = await OpTeeStart.NegotiateAsync(fast, options.StaticArea);
            var system = new OpTeeSystem(new OpTeeDomain(context, world, options, peer, reason => Refused(logger, reason)), world, fast, peer, options);
            if (peer.HasNotifications) await system.ListenAsync(interrupt => Volatile.Write(ref listener, interrupt));
            system._gone = options.Lifetime.UnsafeRegister(static domain => ((OpTeeDomain)domain!).PeerHasGone(), system._domain);
            return system;
        }
        catch
        {
            actors.Stop(fast);
            await world.DisposeAsync();
            if (options.OwnsActors) await actors.DisposeAsync();
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
        return _domain.Open.RegisterAsync(size, options);
    }

    /// <summary>Somebody listens before OP-TEE may interrupt; one that refuses what it has offered is used without.</summary>
    private async Task ListenAsync(Action<NotificationInterrupt> attach)
    {
        var interrupt = Actors.Spawn(new NotificationInterrupt(_domain, _world), "optee-interrupt");
        attach(interrupt);
        if (await OpTeeStart.EnableNotificationsAsync(_fast)) _interrupt = interrupt;
        else Actors.Stop(interrupt);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "OP-TEE driver: {Reason}")]
    private static partial void Refused(ILogger logger, string reason);
}
