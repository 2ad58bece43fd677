using MinkActors.Linux.Interception;

namespace MinkActors.Linux.Device;

/// <summary>The TEE device over one normal world: what the kernel's driver does between its clients and the secure world (spec/03).</summary>
/// <remarks>Any thread. The system stays the caller's, and must outlive every client.</remarks>
internal sealed class TeeDeviceHost : ITeeDevice
{
    private readonly Lock _gate = new();
    private readonly HashSet<TeeContext> _open = [];
    private readonly Dictionary<int, ClientAccount> _accounts = [];
    private readonly TeeClientLimits _clientLimits;
    private readonly Stack<ObjectInvocation> _invocations = new();
    private int _opened;

    public TeeDeviceHost(MinkSystem system, TeeContextLimits? limits = null, IDeviceObserver? observer = null, TeeClientLimits? clientLimits = null)
    {
        _clientLimits = clientLimits ?? new TeeClientLimits();
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
        TeeContext context;
        lock (_gate)
        {
            var account = _accounts.GetValueOrDefault(client.ProcessId) ?? new ClientAccount(client.ProcessId, _clientLimits);
            refusal = account.MayOpen ? Errno.Ok : Errno.EMFILE;
            if (refusal != Errno.Ok) return null;
            _accounts[client.ProcessId] = account;
            account.Files++;
            context = new TeeContext(this, Interlocked.Increment(ref _opened), account);
            _open.Add(context);
        }

        Observer?.Opened(context.Number, client);
        return context;
    }

    internal void Closed(TeeContext context)
    {
        lock (_gate)
        {
            _open.Remove(context);
            // A later process of that number starts anew, whatever S still holds of this one.
            if (--context.Account.Files == 0) _accounts.Remove(context.Account.ProcessId);
        }

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
