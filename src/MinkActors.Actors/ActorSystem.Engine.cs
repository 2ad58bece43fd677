using MinkActors.Actors.Lifecycle;

namespace MinkActors.Actors;

/// <summary>What an engine implements and what it may call. An engine owns mailboxes and says who runs when; what a turn, a stop,
/// a watch or a failure means is here, once for all engines.</summary>
/// <remarks>An engine takes a message from the mailbox, calls <see cref="RunTurn"/> and does what the outcome says.</remarks>
public abstract partial class ActorSystem
{
    /// <summary>Puts a message into the actor's mailbox, FIFO per sender, and sees to it that the actor runs. The message of a
    /// closed mailbox goes to <see cref="DeadLetter"/>.</summary>
    protected internal abstract void Deliver(Actor target, Message message);

    /// <summary>As <see cref="Deliver"/>, by a caller whose step ends with it: an engine that runs idle actors on the teller's
    /// thread may run the target before this returns, in the middle of the caller's turn.</summary>
    /// <param name="target">Whose mailbox.</param>
    /// <param name="message">Moves there.</param>
    /// <param name="run">What <see cref="CurrentRun"/> or <see cref="Here"/> says, if the caller knows; null: it does not.</param>
    protected internal virtual void DeliverLast(Actor target, Message message, object? run) => Deliver(target, message);

    /// <summary>What runs on this thread now, for as long as turns may nest in it; null when they may not, or nothing runs.
    /// Two turns that see the same are on one stack.</summary>
    public virtual object? CurrentRun => null;

    /// <summary>In one look at the thread: what to name to <see cref="DeliverLast"/> (null: the engine looks for itself), and <see cref="Lane"/>.
    /// Where turns nest, it is what a turn runs on that is told last from here and is run at once, be it the first on this thread. Good on
    /// this thread, for as long as it lives.</summary>
    public virtual (object? Run, int Lane) Here => (null, Lane);

    /// <summary>Lets somebody go on whose answer this turn has brought, right behind the turn and on its thread, where that is the engine's own.</summary>
    /// <param name="waiting">Runs outside of any turn; it may block.</param>
    /// <returns>False: the engine has no such place, and nothing was done.</returns>
    public virtual bool TryRunBehind(IThreadPoolWorkItem waiting) => false;

    /// <summary>Runs <see cref="RunStart"/> as the actor's first turn, with the mailbox held meanwhile; then lets it live.</summary>
    protected abstract void Start(Actor actor);

    /// <summary>The supervisor has decided about a parked actor: run <paramref name="first"/> (if any), then what was in hand, then its mailbox.</summary>
    protected abstract void Unpark(Actor actor, Message? first);

    /// <summary>Gives each message in the mailbox to <see cref="DeadLetter"/>; with <paramref name="close"/>, the mailbox takes no more.</summary>
    protected abstract void Drain(Actor actor, bool close);

    /// <summary>Before anybody can know the new actor: an engine closes its mailbox's run state, so that a stop by the parent waits for the start.</summary>
    private protected virtual void Prepare(Actor actor)
    {
    }

    /// <summary>Whether an engine wants a name and state for each actor, also the plain ones.</summary>
    private protected virtual bool EveryActorHasRecord => false;

    internal virtual ActorRecord CreateRecord(Actor actor)
    {
        var record = new ActorRecord(this, actor, actor.TurnPlacement);
        if (_metrics is not null) record.Figures = _metrics.For(actor.GetType().Name);
        return record;
    }

    /// <summary>Whether outstanding requests are to be registered, so that a deadlock can name them.</summary>
    internal virtual bool TracksRequests => false;

    internal virtual void RequestBegins(Message request, Actor target)
    {
    }

    internal virtual void RequestEnds(Message request)
    {
    }

    /// <summary>An engine's own state of one actor.</summary>
    protected static object? GetEngineState(Actor actor) => (actor.Home as ActorRecord)?.EngineState;

    /// <summary>Keeps an engine's own state of one actor.</summary>
    protected static void SetEngineState(Actor actor, object? state) => actor.Record().EngineState = state;

    /// <summary>Runs one turn. Never throws what the actor threw. Not concurrently for one actor.</summary>
    /// <param name="actor">Whose turn.</param>
    /// <param name="message">Taken from its mailbox.</param>
    /// <param name="run">What <see cref="CurrentRun"/> says meanwhile.</param>
    protected TurnOutcome RunTurn(Actor actor, Message message, object? run = null)
    {
        var home = actor.Home!;
        if (home.StopRequested && message != StartSignal.Instance) return RunStoppingTurn((ActorRecord)home, message);
        if (_metrics is not null) return RunMeasuredTurn(actor, message, run);
        try
        {
            message.Run(actor, run);
            return actor.Home!.StopRequested ? EndTurn(actor) : TurnOutcome.Continue;
        }
        catch (Exception exception)
        {
            return TurnFailed(actor, message, exception);
        }
    }

    /// <summary>The first turn: <c>Started</c>.</summary>
    protected TurnOutcome RunStart(Actor actor) => RunTurn(actor, StartSignal.Instance);

    /// <summary>To be called after <see cref="TurnOutcome.Failed"/>, once the engine has put away what was in hand: asks the supervisor,
    /// whose answer may come, as <see cref="Unpark"/>, before this returns.</summary>
    protected void Parked(Actor actor)
    {
        var record = actor.Record();
        Exception cause;
        bool stopRequested;
        lock (record.Gate)
        {
            record.IsParked = true;
            cause = record.Failure!;
            record.Failure = null;
            stopRequested = record.StopRequested;
        }
        if (stopRequested)
        {
            Report(actor, cause, Directive.Stop);
            Continue(record, null);
        }
        else if (record.Parent is { } parent && parent != _root)
        {
            Deliver(parent.Owner, new FailureSignal(record, cause));
        }
        else
        {
            var directive = SuperviseTop(actor, cause);
            Report(actor, cause, directive);
            Decide(record, directive, cause);
        }
    }

    /// <summary>Decides about an actor without a parent, on the thread of its failed turn: Resume, Restart or Stop.</summary>
    protected virtual Directive SuperviseTop(ActorRef actor, Exception cause) => Directive.Stop;

    /// <summary>To be called after <see cref="TurnOutcome.Stopped"/>, once what was in hand is given up: drains and closes the mailbox,
    /// runs <c>Stopped</c>, tells the watchers and the parent.</summary>
    protected void CompleteStop(Actor actor)
    {
        Drain(actor, close: false);
        try
        {
            actor.InvokeStopped();
        }
        catch (Exception exception)
        {
            Report(actor, exception, Directive.Stop);
        }
        Drain(actor, close: true);
        if (Interlocked.CompareExchange(ref actor.Home, _endedHome, _endingHome) == _endingHome)
        {
            OnStopped(actor);
            return;
        }
        var record = actor.Record();
        lock (record.Gate) record.IsStopped = true;
        OnStopped(actor);
        foreach (var watch in record.Watchers()) watch.Watcher.Tell(new Terminated(watch));
        foreach (var watch in record.Watching()) watch.TryConsume();
        LeaveParent(record);
    }

    /// <summary>Gives up one message of a stopped or stopping actor.</summary>
    protected void DeadLetter(Actor actor, Message message)
    {
        message.Next = null;
        if (_metrics is not null) CountTaken(actor.Record().Figures!, message, _metrics.Now);
        if (!message.IsSignal) DeadLetters?.Invoke(actor, message);
        try
        {
            message.Undeliverable(actor);
        }
        catch (Exception exception)
        {
            Report(actor, exception, Directive.Stop);
        }
    }

    /// <summary>For engines that keep a register or a trace: the actor has stopped, its watchers are about to be told.</summary>
    protected virtual void OnStopped(Actor actor)
    {
    }

    /// <summary>For engines that keep a trace: raised before <see cref="Failures"/>.</summary>
    protected virtual void OnFailure(ActorRef actor, Exception cause, Directive directive)
    {
    }

    internal void Report(ActorRef actor, Exception cause, Directive directive)
    {
        OnFailure(actor, cause, directive);
        Failures?.Invoke(actor, cause, directive);
    }

    /// <summary>For engines, with metrics on: to be called by Deliver when the message enters the mailbox.</summary>
    internal void CountSent(Actor target, Message message)
    {
        message.SentAt = ~_metrics!.Now;
        target.Record().Figures?.Sent();
    }

    /// <summary>Time of the turns inside the one that is measured on this thread: theirs, and not its own.</summary>
    [ThreadStatic]
    private static long t_inside;

    private TurnOutcome RunMeasuredTurn(Actor actor, Message message, object? run)
    {
        var figures = actor.Record().Figures!;
        var start = _metrics!.Now;
        CountTaken(figures, message, start);
        var insideOuter = t_inside;
        t_inside = 0;
        try
        {
            message.Run(actor, run);
            return TurnOutcome.Continue;
        }
        catch (Exception exception)
        {
            return TurnFailed(actor, message, exception);
        }
        finally
        {
            var took = _metrics.Now - start;
            figures.Received(took - t_inside);
            t_inside = insideOuter + took;
        }
    }

    /// <summary>Signals that never were in a mailbox were not counted as sent.</summary>
    private static void CountTaken(Metrics.ActorFigures figures, Message message, long now)
    {
        if (message.SentAt == 0) return;
        figures.Taken(now - ~message.SentAt);
        message.SentAt = 0;
    }

    private TurnOutcome TurnFailed(Actor actor, Message message, Exception exception)
    {
        if (!message.IsSignal)
        {
            try
            {
                actor.InvokeReceiveFailed(message, exception);
            }
            catch (Exception second)
            {
                Report(actor, second, Directive.Resume);
            }
        }
        actor.Record().Failure = exception;
        return TurnOutcome.Failed;
    }
}
