using MinkActors.Actors.Lifecycle;

namespace MinkActors.Actors;

/// <summary>The engine for tests: one thread, virtual time, and every order of events decided by a seed or a strategy.</summary>
/// <remarks>
/// A step delivers one message or fires one timer. Whenever more than one message could be delivered, the strategy chooses; what one
/// sender told one actor keeps its order. Time stands still while anything can run (unless each step is given a duration).
/// Code that awaits runs as a client: its continuations are steps too. Not thread-safe: while it runs, all must happen on its thread,
/// and what comes from another one ends the run with a <see cref="SimulationEscapeException"/>.
/// </remarks>
public sealed partial class SimulationActorSystem : ActorSystem
{
    private const int Outside = 0;

    private readonly SimulationOptions _options;
    private readonly ISimulationStrategy _strategy;
    private readonly ISimulationObserver? _observer;
    private readonly bool _wantsText;
    private readonly VirtualTime _clock;
    private readonly ReadyList _ready = new();
    private readonly List<int> _choices = [];
    private TraceDigest _digest = new();
    private ulong _random;
    private int _spawned;
    private int _current = Outside;

    /// <param name="options">Defaults when null: seed 0, random walk.</param>
    public SimulationActorSystem(SimulationOptions? options = null)
        : this(options ?? new SimulationOptions(), new VirtualTime())
    {
    }

    private SimulationActorSystem(SimulationOptions options, VirtualTime clock) : base(clock, options.CollectMetrics)
    {
        _options = options;
        _clock = clock;
        _clock.Touched = CheckThread;
        _strategy = options.Strategy ?? new RandomWalk();
        _observer = options.Observer;
        _wantsText = _observer is { WantsText: true };
        // Its own stream: a replayed schedule must not shift what the program draws.
        _random = SplitMix64.Mix(options.Seed ^ 0x6D696E6B);
        _strategy.Begin(options.Seed);
        DeadLetters += (actor, message) => Trace(SimulationStepKind.DeadLetter, actor, message.GetType(), message);
    }

    /// <summary>The seed it runs from.</summary>
    public ulong Seed => _options.Seed;

    /// <summary>Deliveries and timers so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Virtual time since the start.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(_clock.Now);

    /// <summary>Sum of the trace so far: equal for equal seeds and programs.</summary>
    public ulong Digest => _digest.Value;

    /// <summary>The choices made so far where there was one; feed them to <see cref="ReplayChoices"/>.</summary>
    public IReadOnlyList<int> Choices => _choices;

    /// <inheritdoc/>
    public override bool CompletesAsynchronously => false;

    /// <inheritdoc/>
    public override int Lane => 0;

    /// <inheritdoc/>
    public override int LaneCount => 1;

    /// <inheritdoc/>
    public override ulong NextRandom() => SplitMix64.Next(ref _random);

    /// <summary>A choice of the program's own (a fault, a delay), made by the strategy: searched, recorded and replayed like a schedule.</summary>
    /// <param name="count">How many possibilities; 1 or more.</param>
    /// <returns>0 to <paramref name="count"/> - 1; by convention 0 is the harmless one.</returns>
    public int Choose(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return count == 1 ? 0 : Decide(new SimulationChoice(count, Steps));
    }

    /// <summary>Whether an observer looks at text: who makes a note that costs something asks first. Never let what happens depend on it.</summary>
    public bool WantsText => _wantsText;

    /// <inheritdoc/>
    public override void Note(string text)
    {
        _digest.Add(SimulationStepKind.Note, _current, TraceDigest.Of(text), _clock.Now);
        if (_wantsText) Comment(text);
    }

    /// <summary>A line of the trace that is not part of the digest: text about what the digest has in another form.</summary>
    public void Comment(string text) => _observer?.StepStarting(new SimulationStep(Steps, Elapsed, SimulationStepKind.Note, _runningLabel, text));

    /// <summary>The number of one of this system's actors: 1 and up in the order spawned, as <see cref="SimulationChoice.ActorAt"/> names it.</summary>
    public static int NumberOf(Actor actor) => ((SimulatedActor)actor.Home!).Ordinal;

    /// <summary>Makes a figure part of the digest: cheaper than a note.</summary>
    public void AddToDigest(ulong figure) => _digest.Add(figure);

    /// <summary>Makes bytes part of the digest, such as those of a message that crosses a boundary.</summary>
    public void AddToDigest(ReadOnlySpan<byte> bytes) => _digest.Add(bytes);

    /// <inheritdoc/>
    protected internal override void Deliver(Actor target, Message message)
    {
        if (IsForeignThread)
        {
            CheckThread($"{message.Describe()} to {target.Name}");
            return;
        }
        if (message.Next is not null) throw new InvalidOperationException($"{message.Describe()} is in a mailbox already.");
        var actor = (SimulatedActor)target.Record();
        if (actor.IsClosed)
        {
            DeadLetter(target, message);
            return;
        }
        if (_options.CollectMetrics) CountSent(target, message);
        var channel = actor.ChannelFrom(_options.SendersMayOvertake ? _current : Outside);
        if (channel.IsEmpty && !actor.IsHeld) _ready.Add(channel);
        channel.Add(message);
    }

    /// <inheritdoc/>
    protected override void Start(Actor actor)
    {
        var cell = (SimulatedActor)actor.Record();
        var (before, label) = (_current, _runningLabel);
        (_current, _runningLabel) = (cell.Ordinal, LabelFor(cell));
        cell.IsHeld = true;
        if (RunStart(actor) == TurnOutcome.Failed) Parked(actor);
        else Release(cell);
        (_current, _runningLabel) = (before, label);
        _observer?.ActorStarted(actor);
    }

    /// <inheritdoc/>
    protected override void Unpark(Actor actor, Message? first)
    {
        var cell = (SimulatedActor)actor.Record();
        if (first is null)
        {
            Release(cell);
            return;
        }
        cell.Urgent.Add(first);
        _ready.Add(cell.Urgent);
    }

    /// <inheritdoc/>
    protected override void Drain(Actor actor, bool close)
    {
        var cell = (SimulatedActor)actor.Record();
        cell.IsClosed = close;
        cell.IsHeld = true;
        _ready.RemoveAllOf(cell);
        for (var index = 0; index < cell.Channels.Count; index++)
        {
            var channel = cell.Channels[index];
            while (!channel.IsEmpty) DeadLetter(actor, channel.Take());
        }
    }

    /// <inheritdoc/>
    protected override void OnStopped(Actor actor) => Trace(SimulationStepKind.Stopped, actor, actor.GetType(), null);

    /// <inheritdoc/>
    protected override void OnFailure(ActorRef actor, Exception cause, Directive directive)
    {
        var cell = (SimulatedActor)((Actor)actor).Record();
        _digest.Add(SimulationStepKind.Failure, cell.Ordinal, _digest.Of(cause.GetType()) + (ulong)directive, _clock.Now);
        _observer?.StepStarting(new SimulationStep(
            Steps, Elapsed, SimulationStepKind.Failure, cell.Label, $"{cause.GetType().Name}: {cause.Message} ({directive})"));
    }

    private protected override bool EveryActorHasRecord => true;

    internal override ActorRecord CreateRecord(Actor actor) => new SimulatedActor(this, actor, ++_spawned);

    private string LabelFor(SimulatedActor cell) => _wantsText ? cell.Label : "";

    private void Trace(SimulationStepKind kind, ActorRef actor, Type what, Message? message)
    {
        var cell = (SimulatedActor)((Actor)actor).Record();
        _digest.Add(kind, cell.Ordinal, _digest.Of(what), _clock.Now);
        if (_wantsText) _observer!.StepStarting(new SimulationStep(Steps, Elapsed, kind, cell.Label, message?.Describe() ?? ""));
    }

    private void Release(SimulatedActor cell)
    {
        cell.IsHeld = false;
        foreach (var channel in cell.Channels)
        {
            if (!channel.IsEmpty) _ready.Add(channel);
        }
    }

    private int Decide(in SimulationChoice choice)
    {
        var chosen = _strategy.Choose(choice);
        if ((uint)chosen >= (uint)choice.Count)
            throw new InvalidOperationException($"{_strategy.GetType().Name} chose {chosen} of {choice.Count}.");
        if (_options.RecordChoices) _choices.Add(chosen);
        return chosen;
    }
}
