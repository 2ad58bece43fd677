using System.Runtime.InteropServices;
using MinkActors.Actors;
using MinkActors.Emulator;

namespace MinkActors.Testing;

/// <summary>I-01, I-05: every object's count equals the references that somebody can be shown to hold; nobody holds an object that has ended.</summary>
/// <remarks>
/// What an answer of the object table holds on its way back to its invocation cannot be told from what a stale slot shows:
/// such references may or may not be there, for that one step. Runs after every step: lines stand at their object's number,
/// and nothing is allocated.
/// </remarks>
internal sealed class ReferenceBooks(QueueWatch queues)
{
    private readonly List<Known> _objects = [];
    private readonly List<CallbackProxy> _proxies = [];
    private readonly List<Invocation> _invocations = [];
    private readonly List<Capability> _handles = [];
    private readonly List<IncomingCall> _calls = [];
    private readonly HashSet<IncomingCall> _knownCalls = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<DirectInvocation, MinkObject> _dispatched = new(ReferenceEqualityComparer.Instance);
    private Line[] _lines = new Line[128];
    private readonly List<HostedObject> _extensions = [];
    private string? _endedObjectHeld;

    /// <summary>Which invariant the last check found broken: that counts add up, or that nobody holds what has ended.</summary>
    public string Invariant => _endedObjectHeld is null ? "I-01" : "I-05";

    public List<Invocation> Invocations => _invocations;

    public IEnumerable<MinkObject> Objects => _objects.Select(known => known.Object);

    /// <summary>Ids as the secure world's code holds them.</summary>
    public List<CallbackProxy> Proxies => _proxies;

    public void Heard(ActorRef actor)
    {
        switch (actor)
        {
            case MinkObject { IsCounted: true } made:
                var number = SimulationActorSystem.NumberOf(made);
                _objects.Add(new Known(made, made as HostedObject, made as SecureObjectHost, number));
                if (made is CallbackProxy proxy) _proxies.Add(proxy);
                if (made is HostedObject { Name: "primordial-extension" } extension) _extensions.Add(extension);
                if (number >= _lines.Length) Array.Resize(ref _lines, Math.Max(number + 1, _lines.Length * 2));
                _lines[number].IsAlive = true;
                break;
            case Invocation invocation:
                _invocations.Add(invocation);
                break;
        }
    }

    /// <summary>Says what is wrong, or null.</summary>
    /// <param name="world">Whose books.</param>
    /// <param name="ids">The object table's entries as the checker believes them; null: as the table has them.</param>
    public string? Check(SimulatedWorld world, Dictionary<uint, IdWatch.Entry>? ids)
    {
        Begin(world.Secure);
        if (ids is not null)
        {
            foreach (var entry in ids.Values) Add(entry.Target, entry.References, "the object table");
        }
        else
        {
            foreach (var (_, target, references) in world.Domain.Table.Entries()) Add(target, references, "the object table");
        }
        AddHandles(world.Domain.Handles);
        foreach (var invocation in _invocations) AddInvocation(invocation);
        if (world.Secure is { } secure) AddSecureWorld(world, secure, isFull: ids is null);
        foreach (var call in _calls) AddCall(call);
        // Whoever extended the primordial object holds it until its disposal.
        foreach (var extension in _extensions) AddPerhaps(extension);
        return _endedObjectHeld ?? Compare(world.IsStopping && world.Faults.BooksMayDiffer ? world.Domain : null);
    }

    /// <summary>What an object holds by itself: a notice on its way, and the place in the secure world's table.</summary>
    private void Begin(SecureDomain? secure)
    {
        _endedObjectHeld = null;
        var references = secure is null ? null : RuntimeState.References(secure.Table);
        foreach (ref readonly var known in CollectionsMarshal.AsSpan(_objects))
        {
            ref var line = ref _lines[known.Number];
            line.Possible = 0;
            line.Certain = 0;
            if (known.Hosted is { } hosted)
            {
                line.Certain = hosted.Notices;
                queues.Check(hosted);
            }
            if (known.Host is { WireId: > 0 and var id }) line.Certain += references![id];
        }
    }

    private void AddHandles(LiveSet<Capability, Capability.Place> handles)
    {
        handles.CopyTo(_handles);
        foreach (var handle in _handles)
        {
            if (handle.TargetOrNull is { } target) Add(target, 1, "a handle");
        }
    }

    private void AddSecureWorld(SimulatedWorld world, SecureDomain secure, bool isFull)
    {
        if (isFull)
        {
            foreach (var (id, target, _) in secure.Table.Entries())
            {
                if (target.WireId != id.Value) _endedObjectHeld ??= $"the secure world's table has {target.Name} under {id}, which knows itself as {target.WireId}";
                Add(target, 0, "the secure world's table");
            }
        }
        AddHandles(secure.Handles);
        Add(secure.Root, 1, "the secure domain");
        foreach (var pinned in world.Pinned) Add(pinned, 1, "the world");
        foreach (var region in world.Memory.Live)
        {
            if (region.PeerTag is not SecureThread { IsBusy: true } thread) continue;
            var call = RuntimeState.Call(thread);
            Know(call);
            if (call.Host is { } host) Add(host, 1, "a secure thread");
        }
    }

    private void Know(IncomingCall call)
    {
        if (_knownCalls.Add(call)) _calls.Add(call);
    }

    private void AddInvocation(Invocation invocation)
    {
        if (invocation.Target is { } target)
        {
            if (RuntimeState.HoldsTarget(invocation)) Add(target, 1, "an invocation's target");
            var counts = invocation.Counts;
            if (counts.InputObjects > 0) AddSlots(ref RuntimeState.Inputs(invocation), "an invocation's input");
            if (counts.OutputObjects > 0) AddSlots(ref RuntimeState.Outputs(invocation), "an invocation's output");
        }
        switch (invocation)
        {
            case DirectInvocation direct: AddDirect(direct); break;
            case LocalInvocation local when RuntimeState.Call(local) is { } call: Know(call); break;
        }
    }

    private void AddDirect(DirectInvocation direct)
    {
        if (RuntimeState.Callback(direct) is { } callback)
        {
            Know(callback);
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
        if (call.Counts.InputObjects > 0) AddSlots(ref RuntimeState.Inputs(call), "a call's input");
        if (call.Counts.OutputObjects > 0) AddSlots(ref RuntimeState.Outputs(call), "a call's output");
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
        ref var line = ref _lines[SimulationActorSystem.NumberOf(target)];
        if (line.IsAlive) line.Certain += references;
        else _endedObjectHeld ??= $"{holder} holds {target.Name}, whose last reference was put";
    }

    private void AddPerhaps(MinkObject target)
    {
        if (target.IsCounted) _lines[SimulationActorSystem.NumberOf(target)].Possible++;
    }

    /// <summary>After a stop, what a broken link left stuck in the secure world cannot be found any more: only the other domain counts.</summary>
    private string? Compare(Domain? only)
    {
        for (var i = _objects.Count - 1; i >= 0; i--)
        {
            var (target, _, _, number) = _objects[i];
            if (only is not null && !ReferenceEquals(target.Domain, only)) continue;
            ref var line = ref _lines[number];
            var counted = target.References;
            if (counted < line.Certain || counted > line.Certain + line.Possible)
                return $"{target.Name} counts {counted} references; {line.Certain} are held" + (line.Possible > 0 ? $" and {line.Possible} may be" : "");
            if (counted != 0) continue;
            line.IsAlive = false;
            if (target is CallbackProxy proxy) _proxies.Remove(proxy);
            _objects[i] = _objects[^1];
            _objects.RemoveAt(_objects.Count - 1);
        }
        return null;
    }

    private readonly record struct Known(MinkObject Object, HostedObject? Hosted, SecureObjectHost? Host, int Number);

    private struct Line
    {
        public int Certain;
        public int Possible;
        public bool IsAlive;
    }
}
