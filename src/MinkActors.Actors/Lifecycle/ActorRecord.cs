namespace MinkActors.Actors.Lifecycle;

/// <summary>What only some actors need; made when first needed. Guarded by its own lock, which is never held while another
/// record's lock is taken or foreign code runs.</summary>
internal class ActorRecord(ActorSystem system, Actor owner, ActorPlacement placement) : ActorHome(system, placement)
{
    private List<WatchEntry>? _watchers;
    private List<WatchEntry>? _watching;

    public readonly Actor Owner = owner;
    public readonly Lock Gate = new();
    public string? Name;

    /// <summary>Made while the actor was ending itself: its turn sees to the rest.</summary>
    public bool EndsItself;
    public ActorRecord? Parent;
    public ActorChildren Children;

    /// <summary>The neighbours in the parent's <see cref="Children"/>; guarded by the parent's gate.</summary>
    public ActorRecord? NextSibling, PreviousSibling;

    /// <summary>Set in the turn that notices the stop request: from now on messages are dead letters.</summary>
    public bool Stopping;

    /// <summary>Why the last turn threw; the supervisor decides on it while the actor is parked.</summary>
    public Exception? Failure;

    /// <summary>The child whose failure this actor passed up; it gets the same directive.</summary>
    public ActorRecord? Escalated;

    /// <summary>The actor waits for its supervisor; the engine holds what was in hand.</summary>
    public bool IsParked;

    /// <summary>The engine's own, e.g. messages in hand while parked.</summary>
    public object? EngineState;

    public UserCode.UserContext? UserContext;
    public Metrics.ActorFigures? Figures;

    public void Add(WatchEntry entry) => Append(ref _watchers, entry);

    public void AddWatching(WatchEntry entry) => Append(ref _watching, entry);

    public void Remove(WatchEntry entry)
    {
        lock (Gate) _watchers?.Remove(entry);
    }

    public void RemoveWatching(WatchEntry entry)
    {
        lock (Gate) _watching?.Remove(entry);
    }

    public WatchEntry? FindWatcher(Actor watcher)
    {
        lock (Gate) return _watchers?.Find(entry => entry.Watcher == watcher);
    }

    /// <summary>A copy: entries leave the list when they are consumed.</summary>
    public WatchEntry[] Watchers()
    {
        lock (Gate) return _watchers?.ToArray() ?? [];
    }

    public WatchEntry[] Watching()
    {
        lock (Gate) return _watching?.ToArray() ?? [];
    }

    private void Append(ref List<WatchEntry>? list, WatchEntry entry)
    {
        lock (Gate) (list ??= []).Add(entry);
    }
}
