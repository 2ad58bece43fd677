using MinkActors.Actors.Lifecycle;
using MinkActors.Actors.Timers;

namespace MinkActors.Actors;

/// <summary>Runs actors: one engine. Everything an actor may know of the outside that is not a message (time, chance, place)
/// comes from here, so that a simulation can decide it.</summary>
/// <remarks>All members may be used from any thread unless they say otherwise.</remarks>
public abstract partial class ActorSystem : IAsyncDisposable
{
    private readonly ActorHome _inlineHome;
    private readonly ActorHome _ownTurnHome;
    // What plain actors point to from the turn that ends them on, and once they have ended: nothing is made for an end.
    private readonly ActorHome _endingHome;
    private readonly ActorHome _endedHome;
    private readonly ActorRecord _root;
    private readonly TaskCompletionSource _rootEmpty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lazy<TimerQueue> _timers;
    private readonly ActorMetrics? _metrics;

    /// <param name="time">Clock and timers of this system.</param>
    /// <param name="collectMetrics">Keep figures per actor name; costs two clock readings per turn.</param>
    protected ActorSystem(TimeProvider time, bool collectMetrics)
    {
        Time = time;
        _inlineHome = new ActorHome(this, ActorPlacement.Inline);
        _ownTurnHome = new ActorHome(this, ActorPlacement.OwnTurn);
        _endingHome = new ActorHome(this, ActorPlacement.Inline) { StopRequested = true };
        _endedHome = new ActorHome(this, ActorPlacement.Inline) { StopRequested = true, IsStopped = true };
        _root = new ActorRecord(this, null!, ActorPlacement.Inline);
        _timers = new Lazy<TimerQueue>(() => new TimerQueue(time));
        _metrics = collectMetrics ? new ActorMetrics(time) : null;
    }

    /// <summary>The clock. Timers made with it work too. Virtual under simulation.</summary>
    public TimeProvider Time { get; }

    /// <summary>64 random bits; from the seed under simulation.</summary>
    public abstract ulong NextRandom();

    /// <summary>Whether code that awaits an answer outside all actors continues on the pool (true) or in the answering turn (false).</summary>
    public abstract bool CompletesAsynchronously { get; }

    /// <summary>For a <see cref="TaskCompletionSource"/> that a turn completes and code outside all actors awaits: as
    /// <see cref="CompletesAsynchronously"/> says. With other options a simulation loses the order of its steps, or a turn runs user code.</summary>
    public TaskCreationOptions CompletionOptions =>
        CompletesAsynchronously ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None;

    /// <summary>0 to <see cref="LaneCount"/> - 1: where this thread runs, roughly, for striped structures. It may change at any time, and others
    /// may be there too, but for lanes below <see cref="OwnLaneCount"/>. Always 0 under simulation.</summary>
    public abstract int Lane { get; }

    /// <summary>How many lanes there are; fixed for the life of the system.</summary>
    public abstract int LaneCount { get; }

    /// <summary>Each lane below this belongs to one thread for as long as that lives: nobody else finds himself there. Fixed for the life of
    /// the system; 0 where all lanes are shared.</summary>
    public virtual int OwnLaneCount => 0;

    /// <summary>Whether the engine keeps also plain actors until they are stopped, so that whoever ends one has to stop it. False where
    /// one that nobody refers to is merely garbage.</summary>
    public virtual bool KeepsPlainActors => false;

    /// <summary>Figures per actor name; null unless the system was made to collect them.</summary>
    public ActorMetrics? Metrics => _metrics;

    /// <summary>A message reached a stopped actor. Raised before the message gives up what it owns: look, do not keep. Must not throw.</summary>
    public event Action<ActorRef, Message>? DeadLetters;

    /// <summary>A turn threw, and what was decided about it. Must not throw.</summary>
    public event Action<ActorRef, Exception, Directive>? Failures;

    /// <summary>Starts an actor: <c>Started</c> has run when this returns.</summary>
    /// <param name="actor">New: an instance is spawned once.</param>
    /// <param name="name">For logs and traces, need not be unique. A named actor is kept by the system until it is stopped; one without
    /// name and parent is merely an object and goes when nobody refers to it.</param>
    /// <param name="parent">Supervises the actor and takes it along when it stops. A parent that has stopped stops its new child at once.</param>
    /// <exception cref="InvalidOperationException">The instance was spawned before.</exception>
    /// <exception cref="ObjectDisposedException">The system is disposed.</exception>
    public T Spawn<T>(T actor, string? name = null, Actor? parent = null) where T : Actor
    {
        if (actor.Home is not null) throw new InvalidOperationException($"The actor {actor.Name} was spawned before.");
        ObjectDisposedException.ThrowIf(_root.Stopping, this);
        return SpawnUnchecked(actor, name, parent);
    }

    /// <summary>Also while the system ends: for what has to be finished then.</summary>
    internal T SpawnUnchecked<T>(T actor, string? name = null, Actor? parent = null) where T : Actor
    {
        var welcome = true;
        Prepare(actor);
        actor.Home = actor.TurnPlacement == ActorPlacement.Inline ? _inlineHome : _ownTurnHome;
        if (name is not null || parent is not null || _metrics is not null || EveryActorHasRecord)
            welcome = Settle(actor.Record(), name, parent);
        Start(actor);
        if (!welcome) Stop(actor);
        return actor;
    }

    /// <summary>Tells <paramref name="message"/> to <paramref name="target"/> after <paramref name="due"/>.</summary>
    /// <param name="target">Who is told.</param>
    /// <param name="due">From now; zero or more.</param>
    /// <param name="message">Moved; <see cref="ActorTimer.Cancel"/> gives it back.</param>
    /// <remarks>Timers due at the same time deliver in the order started. When the system ends first, the message is undeliverable.</remarks>
    public ActorTimer StartTimer(ActorRef target, TimeSpan due, Message message)
    {
        var timer = new ActorTimer();
        _timers.Value.Start(timer, target, due, message);
        return timer;
    }

    /// <summary>Starts a timer object that is not running, again or for the first time; allocates nothing.</summary>
    /// <exception cref="InvalidOperationException">It is running.</exception>
    public void StartTimer(ActorTimer timer, ActorRef target, TimeSpan due, Message message)
        => _timers.Value.Start(timer, target, due, message);

    /// <summary>A line for the trace of a simulation; nothing elsewhere.</summary>
    public virtual void Note(string text)
    {
    }

    /// <summary>Stops the named actors with their children and waits for their end; gives up running timers. Not from within a turn.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        ActorRecord[] roots;
        lock (_root.Gate)
        {
            _root.Stopping = true;
            roots = _root.Children.ToArray();
            if (roots.Length == 0) _rootEmpty.TrySetResult();
        }
        if (_timers.IsValueCreated) _timers.Value.Dispose();
        foreach (var root in roots) RequestStop(root);
        GC.SuppressFinalize(this);
        await WaitForEnd(_rootEmpty.Task);
    }

    /// <summary>For engines: waits until the last named actor has stopped; an engine without threads of its own runs them meanwhile.</summary>
    protected virtual Task WaitForEnd(Task lastActorStopped) => lastActorStopped;

    /// <summary>Links a new actor to its parent (the root for a named one); false when the parent is ending.</summary>
    private bool Settle(ActorRecord record, string? name, Actor? parent)
    {
        record.Name = name;
        record.Figures = _metrics?.For(record.Owner.Name);
        if (name is null && parent is null) return true;
        var above = parent is null ? _root : parent.Record();
        lock (above.Gate)
        {
            if (above.IsStopped) return false;
            record.Parent = above;
            above.Children.Add(record);
            return !above.Stopping;
        }
    }
}
