namespace MinkActors.Actors.ThreadPoolEngine;

/// <summary>An actor with messages in hand on its way to the pool. Needed only where the messages do not fit back into its mailbox
/// word, because later ones are there already.</summary>
internal sealed class Handover(ThreadPoolActorSystem system, Actor actor, Message? inHand) : IThreadPoolWorkItem
{
    public void Execute() => Runner.Current.RunPooled(system, actor, inHand);
}
