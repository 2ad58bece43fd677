using MinkActors.Actors;
using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>The driver's shared state: memory, sessions, who waits, and the helpers of its calls. Any thread.</summary>
internal sealed class OpTeeDomain
{
    private readonly Action<string> _refused;
    private readonly HashSet<OpTeeSession> _sessions = [];
    private readonly List<SharedRegion> _stuck = [];
    private readonly HashSet<OpTeeBuffer> _buffers = [];
    private long _cookies;
    private int _cancelIds;

    public OpTeeDomain(SecureWorldContext context, ISecureWorld world, OpTeeOptions options, SisterLimits limits, CapabilityExchange capabilities, Action<string> refused)
    {
        _refused = refused;
        // Who finds no thread waits for the end of another call; only when others hold them all is there anything to poll for.
        Sister = new SisterDomain("optee", context, limits, busyEntries: 100, busyPause: TimeSpan.FromMilliseconds(10), freesSlotWhileHelped: false, depths: 2);
        Sister.Link.World = world;
        HasRpcArgument = capabilities.Capabilities.HasFlag(OpTeeCapabilities.RpcArgument) && capabilities.RpcParameters >= OpTeeRpcMessages.ParametersMax;
        NotificationMax = options.NotificationMax;
        Rpc = new RpcMemory(Buffers, options.RpcMemoryMax);
        Notifications = Actors.Spawn(new NotificationTable(), "optee-notifications");
        if (options.Supplicant is { } supplicant) Supplicant = Actors.Spawn(new SupplicantActor(supplicant), "optee-supplicant");
    }

    public SisterDomain Sister { get; }
    public BufferPool Buffers => Sister.Buffers;
    public ActorSystem Actors => Sister.Actors;
    public ThreadWaiters Threads { get; } = new();
    public RpcMemory Rpc { get; }
    public NotificationTable Notifications { get; }
    public SupplicantActor? Supplicant { get; }
    public bool HasSupplicant => Supplicant is not null;
    public bool HasRpcArgument { get; }
    public uint NotificationMax { get; }

    public int Sessions
    {
        get
        {
            lock (_sessions) return _sessions.Count;
        }
    }

    public int RegisteredBuffers
    {
        get
        {
            lock (_buffers) return _buffers.Count;
        }
    }

    /// <summary>Unique among everything this normal world shares, never 0.</summary>
    public ulong NextCookie() => (ulong)Interlocked.Increment(ref _cookies);

    public uint NextCancelId() => (uint)Interlocked.Increment(ref _cancelIds);

    public void Refused(string reason) => _refused(reason);

    public Task<OpTeeReply> Start(StandardCall call, in CallOptions options) => Actors.Spawn(call).SendAsync(options);

    /// <summary>The runtime's own clearing up: goes on while the system stops, and nobody waits for it.</summary>
    public void StartOwn(StandardCall call)
    {
        Actors.Spawn(call);
        call.Call.IsOwn = true;
        _ = Observe(call.SendAsync(new CallOptions()));
    }

    public OpTeeSession Opened(OpTeeSession session)
    {
        lock (_sessions) _sessions.Add(session);
        return session;
    }

    public async Task CloseAsync(OpTeeSession session)
    {
        lock (_sessions) _sessions.Remove(session);
        // Closing is letting go: when the path is gone, so is the session, and nobody is helped by an exception.
        await Observe(SendOwnAsync(StandardCall.Close(this, session.Id)));
    }

    public async Task<OpTeeBuffer> RegisterAsync(int size, CallOptions options)
    {
        var region = Sister.Context.Memory.Allocate(size)
            ?? throw new MinkTransportException(ResultCode.KernelMemory, Errno.ENOMEM, InvocationPhase.Preparing, true, $"No shared memory for {size} bytes");
        var list = PageListBuffer.TryMake(Buffers, region);
        if (list is null)
        {
            Sister.Context.Memory.Free(region);
            throw new MinkTransportException(ResultCode.KernelMemory, Errno.ENOMEM, InvocationPhase.Preparing, true, "No shared memory for a page list");
        }
        var buffer = new OpTeeBuffer(this, region, NextCookie());
        var call = StandardCall.Register(this, list, region.Size, buffer.Cookie);
        // Held until OP-TEE has read the list, whatever the caller does meanwhile.
        call.WhenOver(() => Buffers.Return(list));
        try
        {
            (await Start(call, options)).EnsureSuccess();
        }
        catch (MinkTransportException failed) when (failed.IsRetrySafe)
        {
            Sister.Context.Memory.Free(region);
            throw;
        }
        catch (OpTeeResultException)
        {
            Sister.Context.Memory.Free(region);
            throw;
        }
        catch
        {
            // OP-TEE may register it yet: it is ended behind the caller's back.
            Keep(region);
            throw;
        }
        lock (_buffers) _buffers.Add(buffer);
        return buffer;
    }

    public async Task UnregisterAsync(OpTeeBuffer buffer)
    {
        lock (_buffers) _buffers.Remove(buffer);
        try
        {
            var reply = await SendOwnAsync(StandardCall.Unregister(this, buffer.Cookie));
            if (reply is { IsSuccess: true })
            {
                Sister.Context.Memory.Free(buffer.Region!);
                return;
            }
        }
        catch (MinkTransportException failed)
        {
            Refused($"Memory stays shared until the system has stopped: {failed.Message}");
        }
        Keep(buffer.Region!);
    }

    /// <summary>Ends sessions and registrations that are left; nobody may use them any more.</summary>
    public async Task CloseAllAsync()
    {
        OpTeeSession[] sessions;
        OpTeeBuffer[] buffers;
        lock (_sessions) sessions = [.. _sessions];
        foreach (var session in sessions)
        {
            if (session.TryEnd()) await CloseAsync(session);
        }
        lock (_buffers) buffers = [.. _buffers];
        foreach (var buffer in buffers) await buffer.DisposeAsync();
    }

    /// <summary>The link is gone: memory that OP-TEE might have used is nobody's now.</summary>
    public void FreeAll()
    {
        Rpc.Clear();
        lock (_stuck)
        {
            foreach (var region in _stuck) Sister.Context.Memory.Free(region);
            _stuck.Clear();
        }
        Buffers.Dispose();
    }

    private void Keep(SharedRegion region)
    {
        lock (_stuck) _stuck.Add(region);
    }

    private Task<OpTeeReply> SendOwnAsync(StandardCall call)
    {
        Actors.Spawn(call);
        call.Call.IsOwn = true;
        return call.SendAsync(new CallOptions());
    }

    /// <summary>A failure of the clearing up is reported and nothing else: the link is gone, and everything with it.</summary>
    private async Task Observe(Task call)
    {
        try
        {
            await call;
        }
        catch (MinkTransportException failed)
        {
            Refused(failed.Message);
        }
    }
}
