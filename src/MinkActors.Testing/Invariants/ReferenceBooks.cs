using System.Runtime.InteropServices;
using MinkActors.Actors;
using MinkActors.Emulator;

namespace MinkActors.Testing;

/// <summary>I-01, I-05: every object's count equals the references that somebody can be shown to hold; nobody holds an object that has ended.</summary>
/// <remarks>What an answer of the object table holds on its way back to its invocation cannot be told from what a stale slot shows:
/// such references may or may not be there, for that one step.</remarks>
internal sealed class ReferenceBooks
{
    private readonly Dictionary<MinkObject, Line> _objects = new(ReferenceEqualityComparer.Instance);
    private readonly List<Invocation> _invocations = [];
    private readonly HashSet<IncomingCall> _calls = new(ReferenceEqualityComparer.Instance);
    private readonly List<MinkObject> _ended = [];
    private readonly Dictionary<DirectInvocation, MinkObject> _dispatched = new(ReferenceEqualityComparer.Instance);
    private string? _endedObjectHeld;

    public IReadOnlyList<Invocation> Invocations => _invocations;

    public IEnumerable<MinkObject> Objects => _objects.Keys;

    public void Heard(ActorRef actor)
    {
        switch (actor)
        {
            case MinkObject { IsCounted: true } made: _objects.Add(made, default); break;
            case Invocation invocation: _invocations.Add(invocation); break;
        }
    }

    /// <summary>Says what is wrong, or null.</summary>
    /// <param name="world">Whose books.</param>
    /// <param name="table">The object table's entries as the checker believes them, or as the table has them.</param>
    public string? Check(SimulatedWorld world, IEnumerable<(MinkObject Target, int References)> table)
    {
        Begin();
        foreach (var (target, references) in table) Add(target, references, "the object table");
        foreach (var handle in world.Domain.Handles.ToList()) AddLive(handle);
        foreach (var invocation in _invocations) AddInvocation(invocation);
        if (world.Secure is { } secure) AddSecureWorld(world, secure);
        foreach (var call in _calls) AddCall(call);
        foreach (var hosted in _objects.Keys.OfType<HostedObject>()) Add(hosted, hosted.Notices, "a notice on its way");
        return _endedObjectHeld ?? Compare(world.IsStopping && world.Faults.BooksMayDiffer ? world.Domain : null);
    }

    private void Begin()
    {
        _endedObjectHeld = null;
        foreach (var key in _objects.Keys) CollectionsMarshal.GetValueRefOrNullRef(_objects, key) = default;
    }

    private void AddLive(Capability handle)
    {
        if (handle.IsLive) Add(handle.Target, 1, "a handle");
    }

    private void AddSecureWorld(SimulatedWorld world, SecureDomain secure)
    {
        foreach (var (_, target, references) in secure.Table.Entries()) Add(target, references, "the secure world's table");
        foreach (var handle in secure.Handles.ToList()) AddLive(handle);
        Add(secure.Root, 1, "the secure domain");
        foreach (var pinned in world.Pinned) Add(pinned, 1, "the world");
        foreach (var region in world.Memory.Live)
        {
            if (region.PeerTag is not SecureThread thread) continue;
            var call = RuntimeState.Call(thread);
            _calls.Add(call);
            if (call.Host is { } host) Add(host, 1, "a secure thread");
        }
    }

    private void AddInvocation(Invocation invocation)
    {
        if (invocation.Target is { } target)
        {
            if (RuntimeState.HoldsTarget(invocation)) Add(target, 1, "an invocation's target");
            AddSlots(ref RuntimeState.Inputs(invocation), "an invocation's input");
            AddSlots(ref RuntimeState.Outputs(invocation), "an invocation's output");
        }
        switch (invocation)
        {
            case DirectInvocation direct: AddDirect(direct); break;
            case LocalInvocation local when RuntimeState.Call(local) is { } call: _calls.Add(call); break;
        }
    }

    private void AddDirect(DirectInvocation direct)
    {
        if (RuntimeState.Callback(direct) is { } callback)
        {
            _calls.Add(callback);
            // The answer of abandoned code keeps the target on its way, also when that code has ended and emptied its call.
            var isDispatching = direct.IsDispatching;
            if (callback.Host is { } host)
            {
                Add(host, 1, "a callback's target");
                if (isDispatching) _dispatched[direct] = host;
            }
            else if (isDispatching && _dispatched.TryGetValue(direct, out var abandoned)) Add(abandoned, 1, "an abandoned callback's target");
        }
        if (!direct.HoldsResolved) return;
        var request = RuntimeState.TableRequest(direct);
        if (request.Target is { } resolved) AddPerhaps(resolved);
        for (var i = 0; i < request.Count; i++)
        {
            if (request.Objects[i] is { } found) AddPerhaps(found);
        }
    }

    private void AddCall(IncomingCall call)
    {
        AddSlots(ref RuntimeState.Inputs(call), "a call's input");
        AddSlots(ref RuntimeState.Outputs(call), "a call's output");
    }

    private void AddSlots(ref ObjectSlots<MinkObject> slots, string holder)
    {
        foreach (var held in slots)
        {
            if (held is not null) Add(held, 1, holder);
        }
    }

    private void Add(MinkObject target, int references, string holder)
    {
        if (!target.IsCounted) return;
        ref var line = ref CollectionsMarshal.GetValueRefOrNullRef(_objects, target);
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref line)) _endedObjectHeld ??= $"{holder} holds {target.Name}, whose last reference was put";
        else line.Certain += references;
    }

    private void AddPerhaps(MinkObject target)
    {
        ref var line = ref CollectionsMarshal.GetValueRefOrNullRef(_objects, target);
        if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref line)) line.Possible++;
    }

    /// <summary>After a stop, what a broken link left stuck in the secure world cannot be found any more: only the other domain counts.</summary>
    private string? Compare(Domain? only)
    {
        _ended.Clear();
        foreach (var (target, line) in _objects)
        {
            if (only is not null && !ReferenceEquals(target.Domain, only)) continue;
            var counted = target.References;
            if (counted < line.Certain || counted > line.Certain + line.Possible)
                return $"{target.Name} counts {counted} references; {line.Certain} are held" + (line.Possible > 0 ? $" and {line.Possible} may be" : "");
            if (counted == 0) _ended.Add(target);
        }
        foreach (var ended in _ended) _objects.Remove(ended);
        return null;
    }

    private struct Line
    {
        public int Certain;
        public int Possible;
    }
}
