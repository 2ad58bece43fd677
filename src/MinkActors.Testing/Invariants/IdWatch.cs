using MinkActors.Actors;
using MinkActors.Emulator;
using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>I-02, I-04, I-06, I-12: what the runtime tells its observer about ids, releases and ends, against what the secure world has.</summary>
internal sealed class IdWatch(Action<string, string> violated) : IMinkObserver
{
    private const uint FirstId = 0x80000001;

    private readonly Dictionary<uint, Entry> _live = [];
    private readonly HashSet<ActorRef> _sent = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<MinkObject> _granted = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<ActorRef, ActorRef> _callbacks = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<ActorRef> _released = new(ReferenceEqualityComparer.Instance);
    private uint _next = FirstId;

    private bool _hasDied;

    public SimulatedWorld? World { get; set; }

    public WireWatch? Wire { get; set; }

    /// <summary>Live ids as told.</summary>
    public Dictionary<uint, Entry> Live => _live;

    /// <summary>What stands behind an id: an object, and as many references as the secure world may give up.</summary>
    public readonly record struct Entry(MinkObject Target, int References);

    /// <summary>What was refused: messages of a peer, calls at a limit.</summary>
    public int Refusals { get; private set; }

    public void StartAt(uint first) => _next = first;

    void IMinkObserver.Exported(ActorRef target, ObjectId id)
    {
        Note(Event.Exported, target, id);
        Wire?.IdBooks.Exported(id.Value);
        if (!id.IsCallback) violated("I-04", $"{id} is no callback id, yet {target.Name} was exported under it");
        if (!_live.TryAdd(id.Value, new Entry((MinkObject)target, 1))) violated("I-04", $"{id} names {_live[id.Value].Target.Name} and was given to {target.Name} too");
        _granted.Add((MinkObject)target);
        while (_next != id.Value && _live.ContainsKey(_next)) _next = After(_next);
        if (_next != id.Value) violated("I-04", $"{id} was given out of turn; the next free id is 0x{_next:X8}");
        _next = After(id.Value);
        if (World is { IsHostile: false } world && world.SecureWorldMayUse(id)) violated("I-04", $"{id} was given again while the secure world may still use it");
    }

    void IMinkObserver.Unexported(ActorRef target, ObjectId id)
    {
        Note(Event.Unexported, target, id);
        _hasDied = true;
        Wire?.IdBooks.Unexported(id.Value);
        if (!_live.TryGetValue(id.Value, out var known) || !ReferenceEquals(known.Target, target)) violated("I-04", $"{id} was given up for {target.Name}, which it does not name");
        else if (known.References > 1) _live[id.Value] = known with { References = known.References - 1 };
        else _live.Remove(id.Value);
    }

    void IMinkObserver.Retained(ActorRef target, ObjectId id)
    {
        Note(Event.Retained, target, id);
        Wire?.IdBooks.Retained(id.Value);
        if (!_live.TryGetValue(id.Value, out var known) || !ReferenceEquals(known.Target, target)) violated("I-04", $"{id} was retained for {target.Name}, which it does not name");
        else _live[id.Value] = known with { References = known.References + 1 };
    }

    void IMinkObserver.Imported(ActorRef target, ObjectId id)
    {
        Note(Event.Imported, target, id);
        if (!id.IsSecure) violated("D24", $"{id} became a handle");
        if (World is { IsHostile: false, Faults.BooksMayDiffer: false } world && !world.SecureWorldHas(id)) violated("I-12", $"{id} arrived, which the secure world never gave");
    }

    void IMinkObserver.Released(ActorRef target, ObjectId id, MinkTransportException? failure)
    {
        Note(Event.Released, target, id);
        Wire?.Settled(id);
        if (!_released.Add(target)) violated("I-02", $"The RELEASE of {id} ended twice");
    }

    void IMinkObserver.Invoked(ActorRef invocation, ActorRef target, Operation operation, ArgumentCounts counts, int bytes)
    {
        if (!_sent.Add(invocation)) violated("I-06", $"The {invocation.Name} was sent and has not ended, yet is sent again");
    }

    void IMinkObserver.Completed(ActorRef invocation, ActorRef target, Operation operation, ResultCode result, int bytes)
    {
        Wire?.Completed(invocation, result, bytes);
        if (!_sent.Remove(invocation)) violated("I-06", $"The {invocation.Name} was completed without having been sent, or twice");
        if (_callbacks.Remove(invocation)) violated("I-06", $"The {invocation.Name} ended with a callback unanswered");
    }

    void IMinkObserver.Failed(ActorRef invocation, ActorRef target, Operation operation, MinkTransportException failure)
    {
        Wire?.Failed(invocation, failure);
        _sent.Remove(invocation);
        _callbacks.Remove(invocation);
    }

    void IMinkObserver.CallbackRequested(ActorRef invocation, ActorRef target, Operation operation, ArgumentCounts counts, int bytes)
    {
        Wire?.Dispatched(invocation, target, operation);
        if (!_callbacks.TryAdd(invocation, target)) violated("I-06", $"A callback of the {invocation.Name} was dispatched before the one before was answered");
        if (operation.HasModifiers) violated("D14", $"Method word 0x{operation.Word:X} reached {target.Name} with transport bits");
        if (World is { IsHostile: true } && target is MinkObject { IsCounted: true } called && !_granted.Contains(called)) violated("I-12", $"{target.Name} was called, to which the secure world never had an id");
    }

    void IMinkObserver.CallbackAnswered(ActorRef invocation, ActorRef target, Operation operation, ResultCode result, int bytes)
    {
        Wire?.Answered(invocation, result);
        _callbacks.Remove(invocation);
    }

    void IMinkObserver.Refused(string what, Operation operation)
    {
        if (World?.Actors is { WantsText: true } actors) actors.Comment($"refused {what}");
        Refusals++;
    }

    /// <summary>An id lives as long as the secure world may use it: each proxy has one, each handle and each call that has not made one of its id, and each release not yet told.</summary>
    /// <remarks>Looks only after a step in which an id died.</remarks>
    public void CheckProxies(List<CallbackProxy> proxies, SecureDomain secure)
    {
        if (!_hasDied) return;
        _hasDied = false;
        foreach (var proxy in proxies)
        {
            if (proxy.References == 0) continue;
            if (!_live.ContainsKey(proxy.Id.Value)) violated("I-04", $"The secure world holds {proxy.Id}, which names nothing any more");
        }
        foreach (var handle in secure.Handles.ToList())
        {
            if (handle is CallbackHandle { IsUnseen: true, Id: var id } && !_live.ContainsKey(id.Value)) violated("I-04", $"The secure world keeps {id}, which names nothing any more");
        }
        foreach (var id in secure.Threads.UnseenIds())
        {
            if (!_live.ContainsKey(id.Value)) violated("I-04", $"The secure world was given {id} with a call that runs, and it names nothing any more");
        }
        foreach (var id in RuntimeState.Ids(secure.Releases))
        {
            if (!_live.ContainsKey(id)) violated("I-04", $"The secure world is about to release 0x{id:X8}, which names nothing any more");
        }
    }

    public void CheckQuiet()
    {
        foreach (var invocation in _sent) violated("I-06", $"The {invocation.Name} was sent and never ended");
    }

    /// <summary>Changes of the tables are part of the digest of a run.</summary>
    private void Note(Event what, ActorRef target, ObjectId id)
    {
        if (World?.Actors is not { } actors) return;
        actors.AddToDigest(((ulong)what << 56) | ((ulong)(uint)SimulationActorSystem.NumberOf((Actor)target) << 32) | id.Value);
        if (actors.WantsText) actors.Comment($"{what.ToString().ToLowerInvariant()} {id} {target.Name}");
    }

    private enum Event : byte
    {
        Exported = 1, Unexported, Imported, Released, Retained,
    }

    private static uint After(uint id) => id == uint.MaxValue ? FirstId : id + 1;
}
