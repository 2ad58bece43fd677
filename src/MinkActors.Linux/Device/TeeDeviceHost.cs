using MinkActors.Linux.Interception;

namespace MinkActors.Linux.Device;

/// <summary>The TEE device over one normal world: what the kernel's driver does between its clients and the secure world (spec/03).</summary>
/// <remarks>Any thread. The system stays the caller's, and must outlive every client.</remarks>
internal sealed class TeeDeviceHost : ITeeDevice
{
    private readonly Lock _gate = new();
    private readonly HashSet<TeeContext> _open = [];
    private readonly Stack<ObjectInvocation> _invocations = new();
    private int _opened;

    public TeeDeviceHost(MinkSystem system, TeeContextLimits? limits = null, IDeviceObserver? observer = null)
    {
        Domain = system.Domain;
        Limits = limits ?? new TeeContextLimits();
        Observer = observer;
        Buffers = new SharedBuffers(Domain, Limits);
    }

    public NormalDomain Domain { get; }

    public TeeContextLimits Limits { get; }

    public SharedBuffers Buffers { get; }

    public IDeviceObserver? Observer { get; }

    /// <summary>Contexts that are open.</summary>
    public int OpenContexts
    {
        get { lock (_gate) return _open.Count; }
    }

    public ITeeFile? Open(ClientProcess client, out Errno refusal)
    {
        refusal = Errno.Ok;
        var context = new TeeContext(this, Interlocked.Increment(ref _opened));
        lock (_gate) _open.Add(context);
        Observer?.Opened(context.Number, client);
        return context;
    }

    internal void Closed(TeeContext context)
    {
        lock (_gate) _open.Remove(context);
        Observer?.Closed(context.Number);
    }

    internal ObjectInvocation RentInvocation()
    {
        lock (_invocations)
        {
            if (_invocations.TryPop(out var used)) return used;
        }

        return new ObjectInvocation(this);
    }

    internal void Return(ObjectInvocation invocation)
    {
        lock (_invocations) _invocations.Push(invocation);
    }
}
