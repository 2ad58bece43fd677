using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>The secure world's side of things: its objects, what it holds of the normal world, its threads.</summary>
internal sealed class SecureDomain : Domain, IIdKeeper
{
    private int _objects;

    public SecureDomain(SecureWorldContext context, MinkLimits limits, int threads, int objects)
        : base(context.Actors, limits, context.Logger)
    {
        Memory = context.Memory;
        Table = new SecureTable(objects);
        CallbackInvocations = new Pool<CallbackInvocation>(() => Actors.Spawn(new CallbackInvocation(this)), Actors.LaneCount, Actors.OwnLaneCount);
        Threads = new SecureThreadTable(this, threads);
        Callbacks = new LiveSet<CallbackProxy, CallbackProxy.Place>(Actors.LaneCount, Lane);
        Primordial = new Capability(Actors.Spawn(new CallbackProxy(this, ObjectId.Primordial)), "", 0);
    }

    public ISharedMemory Memory { get; }
    public SecureTable Table { get; }
    public PendingReleases Releases { get; } = new();
    public Pool<CallbackInvocation> CallbackInvocations { get; }
    public SecureThreadTable Threads { get; }

    /// <summary>Callback ids that became objects.</summary>
    public LiveSet<CallbackProxy, CallbackProxy.Place> Callbacks { get; }

    /// <summary>Callback ids whose references code of the secure world holds.</summary>
    public IReadOnlyCollection<ObjectId> HeldIds()
    {
        // In this order: an id that becomes an object meanwhile is in both, and none is in neither.
        var held = Handles.ToList().OfType<CallbackHandle>().Where(handle => handle.IsUnseen).Select(handle => handle.Id).ToHashSet();
        held.UnionWith(Callbacks.ToList().Select(proxy => proxy.Id));
        return held;
    }

    /// <summary>The normal world's kernel services: yield, sleep, map. Static: not counted.</summary>
    public Capability Primordial { get; }

    /// <summary>The protected memory of the platform; null when there is none. Set once, before it is used.</summary>
    public ProtectedMemory.ProtectedMemoryService? ProtectedMemory { get; set; }

    /// <summary>Objects hosted, the root among them.</summary>
    public int Objects => Volatile.Read(ref _objects);

    /// <summary>The object behind id 1. Set once, before the first call.</summary>
    public SecureObjectHost Root { get; set; } = null!;

    /// <inheritdoc/>
    public override Capability Export(IMinkObject implementation, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Export(implementation, null, file, line);

    /// <summary>Hosts an object whose life hangs on an application's.</summary>
    public Capability Export(IMinkObject implementation, ILifeLine? lifeLine, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var host = Actors.Spawn(new SecureObjectHost(this, implementation, lifeLine));
        Interlocked.Increment(ref _objects);
        lifeLine?.Hosts(host);
        return new Capability(host, file, line);
    }

    public CallbackInvocation RentInvocation() => Rent(CallbackInvocations);

    public void ObjectEnded() => Interlocked.Decrement(ref _objects);

    /// <summary>An object argument of the normal world as an object of ours, with one reference for the caller. False: it names nothing.</summary>
    /// <remarks>A callback id always arrives with a reference of the normal world, kept from here on (spec/02 section 7.4).</remarks>
    public bool TryImport(ObjectId id, out MinkObject? target)
    {
        target = null;
        switch (id.Kind)
        {
            case ObjectIdKind.Null: return true;
            case ObjectIdKind.Root: target = Root; break;
            case ObjectIdKind.Secure: target = Table.Find(id); break;
            case ObjectIdKind.Callback:
                target = MakeObject(id);
                return true;
        }
        return target is not null && target.TryRetain();
    }

    /// <summary>The object behind a callback id; the reference that came with the id moves into it.</summary>
    /// <exception cref="ObjectDisposedException">The actors have stopped: the reference stays the caller's.</exception>
    public MinkObject MakeObject(ObjectId id)
    {
        var made = new CallbackProxy(this, id);
        try
        {
            return Actors.Spawn(made);
        }
        catch (ObjectDisposedException)
        {
            Callbacks.Remove(made);
            throw;
        }
    }

    /// <inheritdoc/>
    public Capability CreateHandle(ObjectId id, string file, int line) => new CallbackHandle(this, id, file, line);

    /// <inheritdoc/>
    public void GiveUp(ObjectId id) => Releases.Add(id);

    /// <summary>The id under which an object goes to the normal world; the caller's reference moves with it. False: the table is full, and it stays.</summary>
    /// <remarks>A callback object that goes back travels under the id it came in with, which the normal world resolves to a
    /// reference of its own: ours is put, and the id released, only after the message that carries it.</remarks>
    public bool TrySend(MinkObject? owned, out ObjectId id)
    {
        switch (owned)
        {
            case SecureObjectHost { } root when ReferenceEquals(root, Root):
                id = ObjectId.Null;
                return false;
            case SecureObjectHost secure:
                return Table.TrySend(secure, out id);
            case CallbackProxy proxy:
                id = proxy.Id;
                return true;
            default:
                id = ObjectId.Null;
                return owned is null;
        }
    }
}
