using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>A holder of capabilities: what its objects and invocations share. One is the normal world, one the emulated secure world.</summary>
internal abstract class Domain
{
    private readonly List<Invocation> _invocations = [];

    protected Domain(ActorSystem actors, MinkLimits limits, ILogger logger)
    {
        limits.Check();
        Actors = actors;
        Limits = limits;
        Logger = logger;
        Handles = new LiveSet<Capability, Capability.Place>(actors.LaneCount, Lane);
        LocalInvocations = new Pool<LocalInvocation>(() => Made(actors.Spawn(new LocalInvocation(this))), actors.LaneCount, actors.OwnLaneCount);
        IncomingCalls = new Pool<IncomingCall>(() => new IncomingCall(), actors.LaneCount, actors.OwnLaneCount);
    }

    public ActorSystem Actors { get; }

    public MinkLimits Limits { get; }

    public ILogger Logger { get; }

    /// <summary>Every reference held by code of this domain.</summary>
    public LiveSet<Capability, Capability.Place> Handles { get; }

    public Pool<LocalInvocation> LocalInvocations { get; }

    public Pool<IncomingCall> IncomingCalls { get; }

    /// <summary>Sees each hop; null when nobody looks.</summary>
    public IMinkObserver? Observer { get; init; }

    public int Lane() => Actors.Lane;

    /// <summary>A call that is made on this thread, to an object of this domain.</summary>
    public LocalInvocation RentLocalInvocation() => Rent(LocalInvocations);

    protected T Rent<T>(Pool<T> pool) where T : PendingCall
    {
        var here = Actors.Here;
        var call = pool.Rent(here.Lane);
        call.MadeOn(here);
        return call;
    }

    /// <summary>Hosts an implementation; the handle is the only reference to it.</summary>
    public virtual Capability Export(IMinkObject implementation, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(implementation);
        return new Capability(Actors.Spawn(new HostedObject(this, implementation)), file, line);
    }

    /// <summary>A call has to wait for its object, behind that many others.</summary>
    public virtual void FoundWaiting(int depth) { }

    /// <summary>Every outgoing call object ever made; most of them idle in their pools.</summary>
    public List<Invocation> Invocations()
    {
        lock (_invocations) return [.. _invocations];
    }

    /// <summary>Transactions that have not ended.</summary>
    public List<Invocation> UnderWay()
    {
        lock (_invocations) return _invocations.FindAll(invocation => invocation.IsUnderWay);
    }

    /// <summary>Whether none is under way; a caller that is asked often pays no list.</summary>
    protected bool IsQuiet()
    {
        lock (_invocations) return !_invocations.Exists(invocation => invocation.IsUnderWay);
    }

    /// <summary>Enters a new outgoing call object.</summary>
    protected T Made<T>(T invocation) where T : Invocation
    {
        lock (_invocations) _invocations.Add(invocation);
        return invocation;
    }

    /// <summary>A transaction has ended; a stop that waits for quiet looks again.</summary>
    public virtual void TransactionEnded() { }

    /// <summary>A stop has begun: calls of users are refused. A domain that does not stop by itself never refuses.</summary>
    public virtual bool RefusesCalls => false;

    /// <summary>Reports something refused: which value, which limit.</summary>
    public void Refused(string what, IncomingCall? call = null)
    {
        Log.Refused(Logger, what);
        Observer?.Refused(what, call?.Operation ?? default);
    }

    /// <summary>Reports user code that threw; its caller was answered already.</summary>
    public void CodeFailed(MinkObject host, IncomingCall? call, Exception failure)
    {
        Log.CodeFailed(Logger, host.Name, call?.Operation.Method ?? Operation.Release.Method, failure);
        Observer?.Refused($"{host.Name} threw {failure.GetType().Name}: {failure.Message}", call?.Operation ?? default);
    }
}
