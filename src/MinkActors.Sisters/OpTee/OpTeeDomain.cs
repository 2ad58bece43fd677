using MinkActors.Actors;
using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>The driver's shared state: memory, sessions, who waits, and the helpers of its calls. Any thread.</summary>
internal sealed class OpTeeDomain
{
    private const int CloseTriesMax = 8;

    private readonly Action<string> _refused;
    private readonly HashSet<OpTeeSession> _sessions = [];
    private readonly List<Func<Task>> _strays = [];
    private readonly List<SharedRegion> _stuck = [];
    private readonly HashSet<OpTeeBuffer> _buffers = [];
    private long _cookies;
    private int _cancelIds;

    public OpTeeDomain(SecureWorldContext context, ISecureWorld world, OpTeeOptions options, OpTeePeer peer, Action<string> refused)
    {
        _refused = refused;
        var limits = peer.Threads > 0 ? options.Limits with { Slots = (int)Math.Min((uint)options.Limits.Slots, peer.Threads) } : options.Limits;
        StaticArea = peer.StaticArea;
        // Without page lists OP-TEE reaches the static area and nothing else.
        var memory = StaticArea is null ? context.Memory : options.DecorateMemory(StaticArea);
        // Who finds no thread waits for the end of another call; only when others hold them all is there anything to poll for.
        Sister = new SisterDomain("optee", context with { Memory = memory }, limits, busyEntries: 100, busyPause: TimeSpan.FromMilliseconds(10), freesSlotWhileHelped: false, depths: 2);
        Sister.Link.World = world;
        HasRpcArgument = peer.HasRpcArgument;
        NotificationMax = Math.Min(options.NotificationMax, peer.NotificationMax);
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

    /// <summary>Where all memory comes from that OP-TEE is shown; null when it is shown page lists.</summary>
    public OpTeeStaticArea? StaticArea { get; }

    /// <summary>What was on the other side is gone for good.</summary>
    public bool IsPeerGone { get; private set; }

    public int Sessions
    {
        get
        {
            lock (_sessions) return _sessions.Count;
        }
    }

    /// <summary>Sessions and registrations that nobody knows any more, and that OP-TEE could not be told to end.</summary>
    public int Strays
    {
        get
        {
            lock (_strays) return _strays.Count;
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

    /// <summary>The runtime's own clearing up: goes on while the system stops.</summary>
    public Task<OpTeeReply> SendOwnAsync(StandardCall call)
    {
        Actors.Spawn(call);
        call.Call.IsOwn = true;
        return call.SendAsync(new CallOptions());
    }

    /// <summary>The same, and nobody waits for it.</summary>
    public void StartOwn(StandardCall call) => _ = TrySendOwnAsync(call);

    /// <summary>A failure of it is reported and nothing else: the link is gone, and everything with it.</summary>
    public Task TrySendOwnAsync(StandardCall call) => ObserveAsync(SendOwnAsync(call));

    /// <summary>Nobody answers any more: callers are let go, and no call waits in this side for anything.</summary>
    public void PeerHasGone()
    {
        IsPeerGone = true;
        _ = Sister.BeginStop();
    }

    public OpTeeSession Opened(OpTeeSession session)
    {
        lock (_sessions) _sessions.Add(session);
        return session;
    }

    /// <summary>Closing is letting go: when the path is gone, so is the session, and nobody is helped by an exception.</summary>
    public Task CloseAsync(OpTeeSession session)
    {
        lock (_sessions) _sessions.Remove(session);
        return CloseAsync(session.Id);
    }

    /// <summary>A session whose caller has left before it could be told of it is the driver's, which closes it (spec/11 D-146).</summary>
    public void CloseStray(uint session) => _ = CloseAsync(session);

    /// <summary>What OP-TEE could not be told to end is tried again whenever a call has come through.</summary>
    public void CloseStrays()
    {
        foreach (var end in TakeStrays()) _ = end();
    }

    public async Task<OpTeeBuffer> RegisterAsync(int size, CallOptions options)
    {
        if (Sister.Link.RefusesCalls) throw new MinkTransportException(ResultCode.Defunct, Errno.ENODEV, InvocationPhase.Preparing, false, "The system has stopped");
        var region = Sister.Context.Memory.Allocate(size)
            ?? throw new MinkTransportException(ResultCode.KernelMemory, Errno.ENOMEM, InvocationPhase.Preparing, true, $"No shared memory for {size} bytes");
        var buffer = new OpTeeBuffer(this, region, NextCookie());
        if (StaticArea is not null)
        {
            // OP-TEE has the area as it is: there is nothing to tell it.
            lock (_buffers) _buffers.Add(buffer);
            return buffer;
        }
        if (PageListBuffer.TryMake(Buffers, region) is not { } list)
        {
            Sister.Context.Memory.Free(region);
            throw new MinkTransportException(ResultCode.KernelMemory, Errno.ENOMEM, InvocationPhase.Preparing, true, "No shared memory for a page list");
        }
        var call = StandardCall.Register(this, list, region.Size, buffer.Cookie);
        call.WhenOver(() => Registered(call, buffer));
        (await Start(call, options)).EnsureSuccess();
        return buffer;
    }

    public async Task UnregisterAsync(OpTeeBuffer buffer)
    {
        lock (_buffers) _buffers.Remove(buffer);
        if (StaticArea is null) await EndRegistrationAsync(buffer);
        else buffer.WhenUnused(isFree =>
        {
            if (isFree) Sister.Context.Memory.Free(buffer.Region!);
            else Keep(buffer.Region!);
        });
    }

    /// <summary>Ends sessions and registrations that are left; nobody may use them any more. What OP-TEE does not take is tried again, some times.</summary>
    public async Task CloseAllAsync()
    {
        await CloseOnceAsync();
        for (var tries = 1; tries < CloseTriesMax && Strays > 0; tries++)
        {
            await Task.Delay(Sister.Link.BusyPause, Actors.Time);
            await CloseOnceAsync();
        }
    }

    private async Task CloseOnceAsync()
    {
        OpTeeSession[] sessions;
        OpTeeBuffer[] buffers;
        lock (_sessions) sessions = [.. _sessions];
        lock (_buffers) buffers = [.. _buffers];
        // All at once: one that does not come back holds up no other.
        await Task.WhenAll(
        [
            .. sessions.Where(session => session.TryEnd()).Select(CloseAsync),
            .. TakeStrays().Select(end => end()),
            .. buffers.Select(buffer => buffer.DisposeAsync().AsTask()),
        ]);
        await Sister.WhenQuiet();
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

    /// <summary>A registration has ended: the memory is the caller's buffer, or goes back once OP-TEE cannot have it.</summary>
    private void Registered(StandardCall call, OpTeeBuffer buffer)
    {
        if (call.IsLost) Keep(buffer.Region!);
        else if (!call.HasSucceeded) Sister.Context.Memory.Free(buffer.Region!);
        else if (call.Caller.IsGone) _ = ObserveAsync(buffer.DisposeAsync().AsTask());
        else
        {
            lock (_buffers) _buffers.Add(buffer);
        }
    }

    private async Task EndRegistrationAsync(OpTeeBuffer buffer)
    {
        switch (await EndAsync(StandardCall.Unregister(this, buffer.Cookie)))
        {
            case EndOutcome.Done: Sister.Context.Memory.Free(buffer.Region!); break;
            case EndOutcome.NotTaken: AddStray(() => EndRegistrationAsync(buffer)); break;
            default: Keep(buffer.Region!); break;
        }
    }

    private async Task CloseAsync(uint session)
    {
        if (await EndAsync(StandardCall.Close(this, session)) == EndOutcome.NotTaken) AddStray(() => CloseAsync(session));
    }

    private async Task<EndOutcome> EndAsync(StandardCall call)
    {
        try
        {
            var reply = await SendOwnAsync(call);
            if (IsPeerGone) return EndOutcome.Done;
            if (call.Returned != OpTeeReturn.Ok) Refused($"{call.TargetName} was not taken: {call.Returned}");
            return call.Returned != OpTeeReturn.Ok ? EndOutcome.NotTaken : reply.IsSuccess ? EndOutcome.Done : EndOutcome.Refused;
        }
        catch (MinkTransportException failed)
        {
            Refused($"{call.TargetName} has failed: {failed.Message}");
            return IsPeerGone ? EndOutcome.Done : failed.IsRetrySafe ? EndOutcome.NotTaken : EndOutcome.Refused;
        }
    }

    private void AddStray(Func<Task> end)
    {
        lock (_strays) _strays.Add(end);
    }

    private Func<Task>[] TakeStrays()
    {
        lock (_strays)
        {
            if (_strays.Count == 0) return [];
            Func<Task>[] taken = [.. _strays];
            _strays.Clear();
            return taken;
        }
    }

    private void Keep(SharedRegion region)
    {
        lock (_stuck) _stuck.Add(region);
    }

    private async Task ObserveAsync(Task call)
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

    /// <summary>How a call that ends something has ended.</summary>
    private enum EndOutcome : byte
    {
        Done,

        /// <summary>OP-TEE does not do it, or nobody knows whether it has.</summary>
        Refused,

        /// <summary>OP-TEE never began: it can be tried again.</summary>
        NotTaken,
    }
}
