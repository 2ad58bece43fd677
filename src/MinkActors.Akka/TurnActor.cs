using Akka.Actor;
using Message = MinkActors.Actors.Message;

namespace MinkActors.Akka;

/// <summary>Told to a <see cref="TurnActor"/>: its mailbox has something. Stands in Akka's mailbox for all of it.</summary>
internal sealed class Turn : INotInfluenceReceiveTimeout, INoSerializationVerificationNeeded
{
    public static readonly Turn Instance = new();
}

/// <summary>One of our actors as Akka sees it: what is watched, named, dispatched and stopped.</summary>
internal sealed class TurnActor(AkkaActorSystem engine, AkkaCell cell) : UntypedActor
{
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Turn: engine.Run(cell); break;
            case Message ours: cell.Actor.Tell(ours); break;
            default: Unhandled(message); break;
        }
    }

    /// <summary>Stopped by us, or by an Akka user, a PoisonPill, the end of the system: then ours must learn of it.</summary>
    protected override void PostStop() => engine.LeftTheTree(cell);

    /// <summary>Failures are the port's to supervise and never come here; what does come (a Kill) ends the child.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => global::Akka.Actor.SupervisorStrategy.StoppingStrategy;
}

/// <summary>The actor above ours.</summary>
internal sealed class GuardianActor(TaskCompletionSource<ActorCell> ready) : UntypedActor
{
    protected override void PreStart() => ready.TrySetResult((ActorCell)Context);

    protected override void OnReceive(object message) => Unhandled(message);

    protected override SupervisorStrategy SupervisorStrategy() => global::Akka.Actor.SupervisorStrategy.StoppingStrategy;
}
