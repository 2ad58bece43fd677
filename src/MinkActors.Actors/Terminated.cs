using MinkActors.Actors.Lifecycle;

namespace MinkActors.Actors;

/// <summary>Tells a watcher that an actor has stopped: once per watch, also when it had stopped before the watch.</summary>
public sealed class Terminated : Message
{
    private readonly WatchEntry _watch;

    internal Terminated(WatchEntry watch) : base(isSignal: true) => _watch = watch;

    /// <summary>The actor that stopped.</summary>
    public ActorRef Actor => _watch.Watched;

    /// <summary>An Unwatch that came after this was queued still wins: the watcher sees nothing.</summary>
    internal override void Enter(Actor actor, object? run)
    {
        if (_watch.TryConsume()) actor.Turn(this, run);
    }

    /// <inheritdoc/>
    public override string Describe() => $"Terminated({Actor.Name})";
}
