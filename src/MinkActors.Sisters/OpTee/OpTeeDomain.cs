using MinkActors.Actors;
using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>The driver's shared state: memory, what is open, who waits, and the helpers of its calls. Any thread.</summary>
internal sealed class OpTeeDomain
{
    private readonly Action<string> _refused;
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
        Open = new OpenThings(this);
        Rpc = new RpcMemory(Buffers, options.RpcMemoryMax);
        Notifications = Actors.Spawn(new NotificationTable(), "optee-notifications");
        if (options.Supplicant is { } supplicant) Supplicant = Actors.Spawn(new SupplicantActor(supplicant), "optee-supplicant");
    }

    public SisterDomain Sister { get; }
    public BufferPool Buffers => Sister.Buffers;
    public ActorSystem Actors => Sister.Actors;
    public ThreadWaiters Threads { get; } = new();
    public RpcMemory Rpc { get; }

    /// <summary>What this side has open over there.</summary>
    public OpenThings Open { get; }

    public NotificationTable Notifications { get; }
    public SupplicantActor? Supplicant { get; }
    public bool HasSupplicant => Supplicant is not null;
    public bool HasRpcArgument { get; }
    public uint NotificationMax { get; }

    /// <summary>Where all memory comes from that OP-TEE is shown; null when it is shown page lists.</summary>
    public OpTeeStaticArea? StaticArea { get; }

    /// <summary>What was on the other side is gone for good.</summary>
    public bool IsPeerGone { get; private set; }

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

    /// <summary>The link is gone: memory that OP-TEE might have used is nobody's now.</summary>
    public void FreeAll()
    {
        Rpc.Clear();
        Open.FreeAll();
        Buffers.Dispose();
    }

    /// <summary>Waits for clearing up that nobody waits for; what fails is reported.</summary>
    public async Task ObserveAsync(Task call)
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
