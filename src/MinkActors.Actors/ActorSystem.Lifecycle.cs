using MinkActors.Actors.Lifecycle;

namespace MinkActors.Actors;

public abstract partial class ActorSystem
{
    /// <summary>Stops an actor after its current turn: children first, queued messages become dead letters, then <c>Stopped</c>, then
    /// the watchers are told. Returns at once; stopping twice is the same as once.</summary>
    public void Stop(ActorRef actor) => RequestStop(((Actor)actor).Record());

    /// <summary>An actor ends itself, in a turn of its own: as <see cref="Stop"/>. One that nobody named, watches or supervises needs
    /// nothing for it.</summary>
    internal void EndAfterTurn(Actor actor)
    {
        if (Interlocked.CompareExchange(ref actor.Home, _endingHome, _inlineHome) != _inlineHome) Stop(actor);
    }

    /// <summary>A turn has ended in which the actor ended itself, or in which somebody stopped it.</summary>
    private TurnOutcome EndTurn(Actor actor)
    {
        var home = actor.Home!;
        if (home == _endingHome) return TurnOutcome.Stopped;
        // Somebody made the ending actor a record meanwhile: it stops as any other does.
        if (home is ActorRecord { EndsItself: true } record)
        {
            record.EndsItself = false;
            Deliver(actor, new WakeSignal());
        }
        return TurnOutcome.Continue;
    }

    /// <summary>Asks for one <see cref="Terminated"/> when <paramref name="watched"/> stops, or now if it has. Watching twice is the same
    /// as once. From a turn of the watcher.</summary>
    public void Watch(Actor watcher, ActorRef watched)
    {
        var record = ((Actor)watched).Record();
        if (record.FindWatcher(watcher) is not null) return;
        var watch = new WatchEntry(watcher, record.Owner);
        watcher.Record().AddWatching(watch);
        bool stopped;
        lock (record.Gate)
        {
            stopped = record.IsStopped;
            record.Add(watch);
        }
        if (stopped) watcher.Tell(new Terminated(watch));
    }

    /// <summary>Ends a watch: no <see cref="Terminated"/> of it is received after this, even one on its way. From a turn of the watcher.</summary>
    public void Unwatch(Actor watcher, ActorRef watched) => ((Actor)watched).Record().FindWatcher(watcher)?.TryConsume();

    internal void Decide(ActorRecord record, Directive directive, Exception cause)
    {
        var child = record.Escalated;
        record.Escalated = null;
        switch (directive)
        {
            case Directive.Resume:
                Continue(record, null);
                break;
            case Directive.Restart:
                Continue(record, new RestartSignal(cause));
                break;
            default:
                RequestStop(record);
                break;
        }
        if (child is not null) Decide(child, directive, cause);
    }

    private void RequestStop(ActorRecord record)
    {
        bool parked;
        lock (record.Gate)
        {
            if (record.StopRequested) return;
            record.StopRequested = true;
            parked = record.IsParked;
            record.IsParked = false;
        }
        if (parked) Unpark(record.Owner, new WakeSignal());
        else Deliver(record.Owner, new WakeSignal());
    }

    private void Continue(ActorRecord record, Message? first)
    {
        lock (record.Gate)
        {
            // A stop was faster and runs it already.
            if (!record.IsParked) return;
            record.IsParked = false;
        }
        Unpark(record.Owner, first);
    }

    private TurnOutcome RunStoppingTurn(ActorRecord record, Message message)
    {
        ActorRecord[] children = [];
        lock (record.Gate)
        {
            if (!record.Stopping)
            {
                record.Stopping = true;
                children = record.Children.ToArray();
            }
        }
        foreach (var child in children) RequestStop(child);
        DeadLetter(record.Owner, message);
        lock (record.Gate) return record.Children.IsEmpty ? TurnOutcome.Stopped : TurnOutcome.Continue;
    }

    private void LeaveParent(ActorRecord record)
    {
        if (record.Parent is not { } parent) return;
        bool last;
        lock (parent.Gate)
        {
            parent.Children.Remove(record);
            last = parent.Stopping && parent.Children.IsEmpty;
        }
        if (!last) return;
        if (parent == _root) _rootEmpty.TrySetResult();
        else Deliver(parent.Owner, new WakeSignal());
    }
}
