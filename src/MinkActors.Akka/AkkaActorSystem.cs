using System.Security.Cryptography;
using Akka.Actor;
using Akka.Event;
using MinkActors.Actors;
using Actor = MinkActors.Actors.Actor;
using ActorSystem = MinkActors.Actors.ActorSystem;
using AkkaDirective = Akka.Actor.Directive;
using AkkaSystem = Akka.Actor.ActorSystem;
using Directive = MinkActors.Actors.Directive;

namespace MinkActors.Akka;

/// <summary>The engine for those who run Akka.NET: each actor of ours is an actor of theirs, in the tree below <c>/user/mink</c>.</summary>
/// <remarks>
/// Akka gives the name, the dispatcher, the watch, the log and the end; what a turn, a restart or a message means stays as on the
/// other engines. An actor that Akka stops (PoisonPill, Context.Stop, the end of the system) stops here too, and the other way round.
/// The Akka system stays the caller's; disposing this engine removes our part of its tree.
/// </remarks>
public sealed class AkkaActorSystem : ActorSystem
{
    private readonly AkkaEngineOptions _options;
    private readonly ILoggingAdapter _log;
    private readonly IActorRef _guardian;
    private readonly ActorCell _guardianCell;
    private ulong _random;
    private long _named;

    /// <param name="akka">Runs the turns; may be shared with everything else in the process.</param>
    /// <param name="options">Defaults when null.</param>
    public AkkaActorSystem(AkkaSystem akka, AkkaEngineOptions? options = null)
        : base(ClockOf(akka, options ??= new AkkaEngineOptions()), options.CollectMetrics)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Throughput, 1);
        Akka = akka;
        _options = options;
        _random = options.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        _log = Logging.GetLogger(akka, typeof(AkkaActorSystem));
        var ready = new TaskCompletionSource<ActorCell>(TaskCreationOptions.RunContinuationsAsynchronously);
        _guardian = SpawnGuardian(akka, options.Name, Props.CreateBy(new GuardianProducer(ready)));
        _guardianCell = ready.Task.GetAwaiter().GetResult();
        DeadLetters += (actor, message) =>
            akka.EventStream.Publish(new DeadLetter(message.Describe(), akka.DeadLetters, RefOf(actor)));
    }

    /// <summary>The Akka system it runs on.</summary>
    public AkkaSystem Akka { get; }

    /// <inheritdoc/>
    public override bool CompletesAsynchronously => true;

    /// <inheritdoc/>
    public override bool KeepsPlainActors => true;

    /// <inheritdoc/>
    public override int LaneCount { get; } = Environment.ProcessorCount;

    /// <inheritdoc/>
    public override int Lane => (int)((uint)Thread.GetCurrentProcessorId() % (uint)LaneCount);

    /// <inheritdoc/>
    public override ulong NextRandom() => SplitMix64.Mix(Interlocked.Add(ref _random, SplitMix64.Step));

    /// <summary>An actor's face in Akka: to watch it, or to stop it.</summary>
    /// <returns>For an actor spawned when the Akka tree was ending: the system's dead letters.</returns>
    /// <exception cref="ArgumentException">The actor lives on another engine.</exception>
    public IActorRef RefOf(ActorRef actor)
    {
        var ours = (Actor)actor;
        if (!ReferenceEquals(ours.System, this)) throw new ArgumentException($"The actor '{actor.Name}' does not live on this Akka engine.", nameof(actor));
        return CellOf(ours).Ref;
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _guardian.GracefulStop(_options.StopTimeout);
    }

    /// <inheritdoc/>
    protected internal override void Deliver(Actor target, Message message)
    {
        if (message.Next is not null) throw new InvalidOperationException($"{message.Describe()} is in a mailbox already.");
        if (Metrics is not null) CountSent(target, message);
        var cell = CellOf(target);
        if (!cell.TryAdd(message, out var wakes)) DeadLetter(target, message);
        else if (wakes) Schedule(cell);
    }

    /// <inheritdoc/>
    protected override void Start(Actor actor)
    {
        var cell = CellOf(actor);
        PutIntoTree(cell);
        if (RunStart(actor) == TurnOutcome.Failed) Parked(actor);
        else if (cell.Release(null)) Schedule(cell);
    }

    /// <inheritdoc/>
    protected override void Unpark(Actor actor, Message? first)
    {
        var cell = CellOf(actor);
        if (cell.Release(first)) Schedule(cell);
    }

    /// <inheritdoc/>
    protected override void Drain(Actor actor, bool close)
    {
        foreach (var message in CellOf(actor).Empty(close)) DeadLetter(actor, message);
    }

    /// <inheritdoc/>
    protected override Directive SuperviseTop(ActorRef actor, Exception cause) => _options.Supervision?.Decider.Decide(cause) switch
    {
        AkkaDirective.Resume => Directive.Resume,
        AkkaDirective.Restart => Directive.Restart,
        _ => Directive.Stop,
    };

    /// <inheritdoc/>
    protected override void OnFailure(ActorRef actor, Exception cause, Directive directive)
    {
        var level = directive == Directive.Resume ? LogLevel.WarningLevel : LogLevel.ErrorLevel;
        _log.Log(level, cause, "{0}: {1} ({2})", RefOf(actor).Path, cause.Message, directive);
    }

    /// <summary>Takes turns until the mailbox is empty or others should have theirs. From a turn of Akka's, or on the pool for an orphan.</summary>
    internal void Run(AkkaCell cell)
    {
        if (!cell.TryClaim()) return;
        for (var turns = 0; turns < _options.Throughput; turns++)
        {
            if (cell.Take() is not { } message) return;
            switch (RunTurn(cell.Actor, message))
            {
                case TurnOutcome.Failed:
                    cell.Hold();
                    Parked(cell.Actor);
                    return;
                case TurnOutcome.Stopped:
                    CompleteStop(cell.Actor);
                    if (!cell.IsOrphan) ((IInternalActorRef)cell.Ref).Stop();
                    return;
            }
        }
        cell.Yield();
        Schedule(cell);
    }

    /// <summary>Akka has ended the actor. Unless that was our own doing, ours ends too; what waits for it is given up, never forgotten.</summary>
    internal void LeftTheTree(AkkaCell cell)
    {
        if (cell.IsClosed) return;
        cell.Orphan();
        Stop(cell.Actor);
        Schedule(cell);
    }

    private static TimeProvider ClockOf(AkkaSystem akka, AkkaEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(akka);
        return options.Time ?? (akka.Scheduler is HashedWheelTimerScheduler ? TimeProvider.System : new SchedulerTime(akka.Scheduler));
    }

    private static IActorRef SpawnGuardian(AkkaSystem akka, string name, Props props)
    {
        for (var number = 1; ; number++)
        {
            try
            {
                return akka.ActorOf(props, number == 1 ? name : $"{name}-{number}");
            }
            catch (InvalidActorNameException) when (number < 1000)
            {
                // Another engine in the same Akka system has it.
            }
        }
    }

    /// <summary>The order matters: a cell that became an orphan after the Tell lost the wake-up, and gets another.</summary>
    private static void Schedule(AkkaCell cell)
    {
        if (!cell.IsOrphan) cell.Ref.Tell(Turn.Instance, ActorRefs.NoSender);
        if (cell.IsOrphan) ThreadPool.UnsafeQueueUserWorkItem(cell, preferLocal: false);
    }

    private AkkaCell CellOf(Actor actor)
    {
        if (GetEngineState(actor) is AkkaCell known) return known;
        // A parent that stops may reach its new child before the child starts.
        lock (actor.Record().Gate)
        {
            if (GetEngineState(actor) is AkkaCell made) return made;
            var cell = new AkkaCell(this, actor);
            SetEngineState(actor, cell);
            return cell;
        }
    }

    private void PutIntoTree(AkkaCell cell)
    {
        var actor = cell.Actor;
        var record = actor.Record();
        var dispatcher = actor.TurnPlacement == ActorPlacement.OwnTurn ? _options.BlockingDispatcher ?? _options.Dispatcher : _options.Dispatcher;
        var props = Props.CreateBy(cell).WithDeploy(Deploy.Local);
        if (dispatcher is not null) props = props.WithDispatcher(dispatcher);
        var name = AkkaNames.PathElement(actor.Name);
        if (record.Parent?.Owner is { } parent && TryAttach(cell, CellOf(parent), props, name, record.Name is not null)) return;
        if (TryAttach(cell, _guardianCell, props, name, record.Name is not null)) return;
        cell.Ref = Akka.DeadLetters;
        cell.Orphan();
    }

    private bool TryAttach(AkkaCell cell, AkkaCell above, Props props, string name, bool isNamed) =>
        !above.IsOrphan && above.Ref is ActorRefWithCell { Underlying: ActorCell place } && TryAttach(cell, place, props, name, isNamed);

    /// <summary>Akka's own way to add a child from any thread (a compare-and-swap), as its ActorSystem does. False: the place is ending.</summary>
    private bool TryAttach(AkkaCell cell, ActorCell above, Props props, string name, bool isNamed)
    {
        while (true)
        {
            try
            {
                cell.Ref = above.ActorOf(props, isNamed ? name : $"{name}-{Interlocked.Increment(ref _named)}");
                return true;
            }
            catch (InvalidActorNameException)
            {
                isNamed = false;    // names are not unique with us: the second one is numbered
            }
            catch (InvalidOperationException)
            {
                return false;
            }
        }
    }

    private sealed class GuardianProducer(TaskCompletionSource<ActorCell> ready) : IIndirectActorProducer
    {
        public Type ActorType => typeof(GuardianActor);

        public ActorBase Produce() => new GuardianActor(ready);

        public void Release(ActorBase actor)
        {
        }
    }
}
