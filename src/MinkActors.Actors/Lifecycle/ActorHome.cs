namespace MinkActors.Actors.Lifecycle;

/// <summary>What every actor points to: its system. All plain actors of a system and placement share one; an actor that has a name, a parent,
/// a watcher or a stop behind it gets an <see cref="ActorRecord"/> of its own. One pointer serves both, which keeps a live actor
/// at two words besides its own fields.</summary>
internal class ActorHome(ActorSystem system, ActorPlacement placement)
{
    public readonly ActorSystem System = system;

    /// <summary>Kept here, where every Tell looks anyhow; asking the actor would be one more virtual call per message.</summary>
    public readonly ActorPlacement Placement = placement;

    /// <summary>Looked at around each turn: the actor must stop. Of the shared homes, only those for actors that end by themselves have it.</summary>
    public bool StopRequested;

    /// <summary>The mailbox is closed and <c>Stopped</c> has run.</summary>
    public bool IsStopped;
}
