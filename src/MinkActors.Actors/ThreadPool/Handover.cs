namespace MinkActors.Actors.ThreadPoolEngine;

/// <summary>An actor with messages in hand on its way to a thread: to the pool, where the messages do not fit back into its mailbox word
/// because later ones are there already, or to a <see cref="NextPlace"/>.</summary>
/// <remarks>Whoever has it alone. A place uses its own again.</remarks>
internal sealed class Handover : IThreadPoolWorkItem
{
    private ThreadPoolActorSystem _system = null!;
    private Actor _actor = null!;
    private Message? _inHand;

    /// <param name="system">The actor's.</param>
    /// <param name="actor">Held.</param>
    /// <param name="inHand">Linked, oldest first; behind them comes the mailbox.</param>
    public Handover Of(ThreadPoolActorSystem system, Actor actor, Message? inHand)
    {
        (_system, _actor, _inHand) = (system, actor, inHand);
        return this;
    }

    public (ThreadPoolActorSystem System, Actor Actor, Message? InHand) Take()
    {
        var taken = (_system, _actor, _inHand);
        (_system, _actor, _inHand) = (null!, null!, null);
        return taken;
    }

    public void Execute() => Runner.Current.RunPooled(_system, _actor, _inHand);
}
