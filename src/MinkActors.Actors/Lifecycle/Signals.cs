using System.Runtime.ExceptionServices;

namespace MinkActors.Actors.Lifecycle;

/// <summary>The engine's own messages. They travel like any other, so that their effect happens in the receiver's turn.</summary>
internal abstract class Signal() : Message(isSignal: true);

/// <summary>The first turn. Never in a mailbox, so one instance serves all.</summary>
internal sealed class StartSignal : Signal
{
    public static readonly StartSignal Instance = new();

    internal override void Enter(Actor actor, object? run) => actor.InvokeStarted();
}

/// <summary>Wakes an actor so that it looks at its stop request or at its last child's end; says nothing itself.</summary>
internal sealed class WakeSignal : Signal;

/// <summary>The supervisor chose Restart.</summary>
internal sealed class RestartSignal(Exception cause) : Signal
{
    internal override void Enter(Actor actor, object? run)
    {
        try
        {
            actor.InvokeRestarting(cause);
        }
        catch (Exception exception)
        {
            // An actor that cannot restart has no state to go on with.
            actor.System.Report(actor, exception, Directive.Stop);
            actor.System.Stop(actor);
        }
    }
}

/// <summary>A child's turn threw: the parent decides in a turn of its own.</summary>
internal sealed class FailureSignal(ActorRecord child, Exception cause) : Signal
{
    internal override void Enter(Actor parent, object? run)
    {
        var system = parent.System;
        Directive directive;
        try
        {
            directive = parent.InvokeSupervise(child.Owner, cause);
        }
        catch (Exception exception)
        {
            system.Report(parent, exception, Directive.Resume);
            directive = Directive.Stop;
        }
        system.Report(child.Owner, cause, directive);
        if (directive != Directive.Escalate)
        {
            system.Decide(child, directive, cause);
            return;
        }
        parent.Record().Escalated = child;
        ExceptionDispatchInfo.Throw(cause);
    }

    /// <summary>The parent is gone; it stops its children, this one too.</summary>
    protected internal override void Undeliverable(ActorRef target) => child.System.Stop(child.Owner);
}
