using Microsoft.Extensions.Logging;
using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>The normal world: its object table, its way into the secure world, and what its transactions share.</summary>
internal sealed class NormalDomain : Domain
{
    private int _secureHandles;
    private TaskCompletionSource? _quiet;

    public NormalDomain(ActorSystem actors, MinkLimits limits, ILogger logger, ISharedMemory memory, Func<NormalDomain, ISecureWorld> world)
        : base(actors, limits, logger)
    {
        Memory = memory;
        Buffers = new BufferPool(memory, limits.QuarantineMax);
        Table = actors.Spawn(new ObjectTable(this), "object-table");
        Transport = actors.Spawn(new TransportActor(limits, depth => Metrics?.FoundWaiting("transport", depth)), "transport");
        Releases = actors.Spawn(new ReleaseQueue(this), "release-queue");
        Primordial = actors.Spawn(new PrimordialObject(this), "primordial");
        Root = actors.Spawn(new SecureObject(this, ObjectId.Root), "root");
        Metrics = new MinkMetrics(this);
        Link = new SecureLink
        {
            ActivityName = "mink.invoke",
            Actors = actors,
            Transport = Transport,
            Metrics = Metrics,
            RoundsMax = limits.CallbackRounds,
            BusyEntriesMax = SmcCall.BusyCallsMax,
            BusyPause = TimeSpan.FromMilliseconds(SmcCall.BusyPauseMs),
        };
        DirectInvocations = new Pool<DirectInvocation>(() => Made(Actors.Spawn(new DirectInvocation(this))), actors.LaneCount, actors.OwnLaneCount);
        World = Link.World = world(this);
    }

    public MinkMetrics Metrics { get; }
    public ISharedMemory Memory { get; }
    public BufferPool Buffers { get; }

    /// <summary>What its transactions share on their way into the secure world.</summary>
    public SecureLink Link { get; }

    public ISecureWorld World { get; }
    public ObjectTable Table { get; }
    public TransportActor Transport { get; }
    public ReleaseQueue Releases { get; }
    public PrimordialObject Primordial { get; }
    public SecureObject Root { get; }
    public Pool<DirectInvocation> DirectInvocations { get; }

    /// <summary>Set when the stop has waited long enough: nothing is retried any more.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Secure handles alive or still queued for release.</summary>
    public int SecureHandles => Volatile.Read(ref _secureHandles);

    /// <summary>A handle of count 1 for a secure id that arrived; false at the limit.</summary>
    /// <remarks>At the limit the id is released all the same: S counts the reference it gave (spec/11 I-02).</remarks>
    public bool TryImport(ObjectId id, out SecureObject secure)
    {
        secure = Actors.Spawn(new SecureObject(this, id));
        var isWithin = Interlocked.Increment(ref _secureHandles) <= Limits.SecureHandles;
        Observer?.Imported(secure, id);
        if (!isWithin)
        {
            Refused($"{Limits.SecureHandles} secure handles are alive, the limit");
            secure.Release();
        }
        return isWithin;
    }

    public DirectInvocation RentInvocation() => Rent(DirectInvocations);

    public ValueTask<Reply> SendRelease(SecureObject released) => RentInvocation().SendRelease(released);

    /// <summary>A RELEASE has ended, delivered or given up.</summary>
    public void ReleaseSettled(SecureObject released, MinkTransportException? failure)
    {
        Interlocked.Decrement(ref _secureHandles);
        if (failure is not null) Log.ReleaseLost(Logger, released.Name, failure.Message);
        Observer?.Released(released, released.Id, failure);
    }

    /// <summary>A transaction has ended; its invocation is about to tell its caller.</summary>
    public void InvocationEnded(DirectInvocation invocation, ResultCode result, MinkTransportException? failure)
    {
        if (Observer is { } observer)
        {
            if (failure is null) observer.Completed(invocation, invocation.Target!, invocation.Operation, result, invocation.AnswerBytes);
            else observer.Failed(invocation, invocation.Target!, invocation.Operation, failure);
        }
        TransactionEnded();
    }

    public override bool RefusesCalls => Link.RefusesCalls;

    public override void FoundWaiting(int depth) => Metrics.FoundWaiting("object", depth);

    public override void TransactionEnded()
    {
        if (RefusesCalls) LookForQuiet();
    }

    /// <summary>Refuses new calls, fails the callers that wait, and ends when no transaction is left.</summary>
    public Task BeginStop()
    {
        _quiet = new TaskCompletionSource(Actors.CompletionOptions);
        Link.RefusesCalls = true;
        // A call says that it is under way before it looks at the line above: one of us sees the other.
        Interlocked.MemoryBarrier();
        foreach (var invocation in UnderWay())
        {
            // A RELEASE on its way is the runtime's own clearing up, and part of the stop: it ends by itself, and may be sent again.
            if (invocation is not DirectInvocation { Call.IsOwn: true }) invocation.Tell(Interrupt.ByStop(invocation));
        }
        LookForQuiet();
        return _quiet.Task;
    }

    public void EndStop() => IsStopped = true;

    private void LookForQuiet()
    {
        if (IsQuiet()) _quiet?.TrySetResult();
    }
}
