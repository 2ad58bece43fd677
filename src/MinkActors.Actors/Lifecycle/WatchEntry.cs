namespace MinkActors.Actors.Lifecycle;

/// <summary>One watch: from Watch until its Terminated is received, or Unwatch.</summary>
internal sealed class WatchEntry(Actor watcher, Actor watched)
{
    private int _ended;

    public Actor Watcher => watcher;

    public Actor Watched => watched;

    /// <summary>True for exactly one caller: the delivery or the Unwatch.</summary>
    public bool TryConsume()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return false;
        watched.Record().Remove(this);
        watcher.Record().RemoveWatching(this);
        return true;
    }
}
