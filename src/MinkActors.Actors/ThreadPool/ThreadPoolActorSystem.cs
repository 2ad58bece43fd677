using System.Security.Cryptography;
using MinkActors.Actors.ThreadPoolEngine;

namespace MinkActors.Actors;

/// <summary>The engine for production: runs an idle actor on the teller's thread, a busy one wherever it is running already, and
/// the rest on .NET's thread pool.</summary>
/// <remarks>
/// An actor is free or held, and its mailbox is one word:
/// <code>
/// free --Tell, mailbox empty--> held, the message is run at once --mailbox empty--> free
/// held --Tell--> message -> ... -> End --the whole chain taken by who holds the actor--> empty
///      --stop--> held for ever, mailbox Closed
/// </code>
/// Who tells a held actor something pushes it with one compare-and-swap and looks again whether the actor is held; who lets an actor
/// go looks again whether its mailbox is empty: one of the two runs it. The chain is reversed when taken, which keeps the order of
/// each sender; nobody runs a message at once while others are in the mailbox.
/// </remarks>
public sealed class ThreadPoolActorSystem : ActorSystem
{
    private readonly ThreadPoolOptions _options;
    private readonly bool _inline;
    private readonly bool _measured;
    private readonly int _throughput;
    private ulong _random;

    // Turns on one stack: deep enough for a chain of calls through both worlds, and far from the end of any stack.
    private const int NestingMax = 32;

    // Most threads have a lane of their own; those beyond share as many lanes as there are processors, so that seldom two meet. Each lane
    // costs every system some room.
    private static readonly int _ownLanes = Math.Max(32, 4 * Environment.ProcessorCount);
    private static readonly int _sharedLanes = Math.Max(8, Environment.ProcessorCount);

    /// <param name="options">Defaults when null.</param>
    public ThreadPoolActorSystem(ThreadPoolOptions? options = null)
        : base((options ??= new ThreadPoolOptions()).Time, options.CollectMetrics)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ThroughputPerActor, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.TurnsPerTell, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.LocalQueueMax);
        _options = options;
        _inline = options.Inline;
        _measured = options.CollectMetrics;
        _throughput = options.ThroughputPerActor;
        _random = options.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    }

    /// <inheritdoc/>
    public override bool CompletesAsynchronously => true;

    /// <inheritdoc/>
    public override int LaneCount => _ownLanes + _sharedLanes;

    /// <inheritdoc/>
    public override int OwnLaneCount => _ownLanes;

    /// <inheritdoc/>
    /// <remarks>A lane belongs to a thread, not to a processor: asking which processor this is costs ten times as much.</remarks>
    public override int Lane => LaneOf(Runner.Current);

    internal int TurnsPerTell => _options.TurnsPerTell;

    /// <inheritdoc/>
    public override ulong NextRandom() => SplitMix64.Mix(Interlocked.Add(ref _random, SplitMix64.Step));

    /// <inheritdoc/>
    protected internal override void Deliver(Actor target, Message message)
    {
        Check(target, message);
        var runner = RunnerFor(target, null);
        if (runner is not null && TryHoldIdle(target)) Activate(runner, target, message);
        else Push(target, message, runner);
    }

    /// <inheritdoc/>
    protected internal override void DeliverLast(Actor target, Message message, object? run)
    {
        Check(target, message);
        var runner = RunnerFor(target, run);
        if (runner is null || !TryHoldIdle(target))
        {
            Push(target, message, runner);
            return;
        }
        if (!_inline || !runner.IsActive || runner.Depth == NestingMax)
        {
            Activate(runner, target, message);
            return;
        }
        runner.Depth++;
        RunOne(runner, target, message, runner);
        runner.Depth--;
    }

    /// <inheritdoc/>
    public override object? CurrentRun
    {
        get
        {
            var runner = Runner.Current;
            return _inline && runner.IsActive ? runner : null;
        }
    }

    /// <inheritdoc/>
    public override (object? Run, int Lane) Here
    {
        get
        {
            var runner = Runner.Current;
            return (runner, LaneOf(runner));
        }
    }

    private static int LaneOf(Runner runner)
    {
        var number = runner.Number;
        return number < _ownLanes ? number : _ownLanes + number % _sharedLanes;
    }

    /// <inheritdoc/>
    public override bool TryRunBehind(IThreadPoolWorkItem waiting) => !_inline && Runner.Current.TryRunBehind(waiting);

    /// <summary>Nobody has the message yet; from here on it counts as sent.</summary>
    private void Check(Actor target, Message message)
    {
        if (message.Next is not null) throw new InvalidOperationException($"{message.Describe()} is in a mailbox already.");
        if (_measured) CountSent(target, message);
    }

    /// <summary>This thread's, if it will do for the actor, at once or behind the turn that runs; null: a thread of the pool is to come. Without
    /// inline turns it does for the first that a turn tells, or code behind one; handing each to the pool would wake a thread that finds
    /// nothing left to do, or that moves the messages between cores.</summary>
    /// <param name="actor">Who has something to do.</param>
    /// <param name="known">This thread's runner; null: look.</param>
    private Runner? RunnerFor(Actor actor, object? known)
    {
        if (actor.Home!.Placement != ActorPlacement.Inline) return null;
        var runner = known is null ? Runner.Current : (Runner)known;
        return _inline || runner.TakesNext ? runner : null;
    }

    private static bool TryHoldIdle(Actor actor) => Volatile.Read(ref actor.Mailbox) is null && TryHold(actor);

    private static bool TryHold(Actor actor) => Volatile.Read(ref actor.Held) == 0 && Interlocked.CompareExchange(ref actor.Held, 1, 0) == 0;

    /// <param name="target">Whose mailbox.</param>
    /// <param name="message">Moves there.</param>
    /// <param name="runner">Who runs the target if nobody does, as <see cref="RunnerFor"/> says.</param>
    private void Push(Actor target, Message message, Runner? runner)
    {
        var head = Volatile.Read(ref target.Mailbox);
        while (true)
        {
            if (head == Sentinel.Closed)
            {
                message.Next = null;
                DeadLetter(target, message);
                return;
            }
            message.Next = head ?? Sentinel.End;
            var seen = Interlocked.CompareExchange(ref target.Mailbox, message, head);
            if (seen == head) break;
            head = seen;
        }
        if (!TryHold(target)) return;
        if (runner is not null) Activate(runner, target, null);
        else ThreadPool.UnsafeQueueUserWorkItem(target, preferLocal: true);
    }

    /// <summary>Nothing is in hand: true when the actor is free from here on; false when something came, and it is still held.</summary>
    private static bool LetGo(Actor actor)
    {
        if (Volatile.Read(ref actor.Mailbox) is not null) return false;
        // A full fence: who pushes from here on finds the actor free, or is found by the next line.
        Interlocked.Exchange(ref actor.Held, 0);
        return Volatile.Read(ref actor.Mailbox) is null || !TryHold(actor);
    }

    private protected override void Prepare(Actor actor) => actor.Held = actor.TurnsAtStart ? 1 : 0;

    /// <inheritdoc/>
    protected override void Start(Actor actor)
    {
        if (!actor.TurnsAtStart) return;
        var runner = Runner.Current;
        if (!runner.IsActive)
        {
            runner.RunOutermost(this, actor, Lifecycle.StartSignal.Instance);
            return;
        }
        switch (RunStart(actor))
        {
            case TurnOutcome.Failed: Park(actor, null); break;
            case TurnOutcome.Stopped: CompleteStop(actor); break;
            default:
                if (!LetGo(actor)) Schedule(actor, null);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void Unpark(Actor actor, Message? first)
    {
        var inHand = (Message?)GetEngineState(actor);
        SetEngineState(actor, null);
        if (first is not null)
        {
            first.Next = inHand;
            inHand = first;
        }
        Schedule(actor, inHand);
    }

    /// <inheritdoc/>
    protected override void Drain(Actor actor, bool close)
    {
        if (!close && Volatile.Read(ref actor.Mailbox) is null) return;
        GiveUp(actor, Reverse(Interlocked.Exchange(ref actor.Mailbox, close ? Sentinel.Closed : null)));
    }

    /// <summary>A pool thread runs the actor.</summary>
    internal void Execute(Actor actor) => Runner.Current.RunPooled(this, actor, TakeAll(actor));

    /// <summary>Runs the messages in hand, then the mailbox until it is empty or others have waited long enough.</summary>
    internal void RunActivation(Runner runner, Actor actor, Message? inHand)
    {
        if (inHand is not { Next: null })
        {
            RunChain(runner, actor, inHand, turns: 0);
            return;
        }
        RunOne(runner, actor, inHand, _inline ? runner : null);
    }

    /// <summary>The usual case, one message and nothing behind it.</summary>
    private void RunOne(Runner runner, Actor actor, Message message, object? run)
    {
        runner.Budget--;
        var outcome = RunTurn(actor, message, run);
        if (outcome != TurnOutcome.Continue) EndActivation(actor, outcome, null);
        else if (!LetGo(actor)) RunChain(runner, actor, TakeAll(actor), turns: 1);
    }

    /// <param name="runner">The thread's.</param>
    /// <param name="actor">Held.</param>
    /// <param name="message">In hand, others linked behind it.</param>
    /// <param name="turns">How many this activation has had.</param>
    private void RunChain(Runner runner, Actor actor, Message? message, int turns)
    {
        var run = _inline ? runner : null;
        var before = turns;
        while (true)
        {
            if (turns >= _throughput)
            {
                runner.Enqueue(actor, message);
                break;
            }
            while (message is not null)
            {
                var next = message.Next;
                message.Next = null;
                turns++;
                var outcome = RunTurn(actor, message, run);
                if (outcome != TurnOutcome.Continue)
                {
                    EndActivation(actor, outcome, next);
                    runner.Budget -= turns - before;
                    return;
                }
                message = next;
                if (turns >= _throughput) break;
            }
            if (message is null)
            {
                if (LetGo(actor)) break;
                message = TakeAll(actor);
            }
        }
        runner.Budget -= turns - before;
    }

    private void EndActivation(Actor actor, TurnOutcome outcome, Message? inHand)
    {
        if (outcome == TurnOutcome.Failed)
        {
            Park(actor, inHand);
            return;
        }
        GiveUp(actor, inHand);
        CompleteStop(actor);
    }

    /// <summary>The actor is held and has something to do: now, after this turn, or on the pool.</summary>
    private void Activate(Runner runner, Actor actor, Message? inHand)
    {
        if (!runner.IsActive)
        {
            if (_inline) runner.RunOutermost(this, actor, inHand);
            else runner.PutNext(this, actor, inHand);
        }
        else if (!runner.MayBlock && runner.Count < _options.LocalQueueMax) runner.Enqueue(actor, inHand);
        else ToPool(actor, inHand);
    }

    private void Schedule(Actor actor, Message? inHand)
    {
        if (RunnerFor(actor, null) is { } runner) Activate(runner, actor, inHand);
        else ToPool(actor, inHand);
    }

    private void ToPool(Actor actor, Message? inHand)
    {
        if (inHand is null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(actor, preferLocal: false);
            return;
        }
        if (inHand.Next is null)
        {
            inHand.Next = Sentinel.End;
            if (Interlocked.CompareExchange(ref actor.Mailbox, inHand, null) is null)
            {
                ThreadPool.UnsafeQueueUserWorkItem(actor, preferLocal: false);
                return;
            }
            inHand.Next = null;
        }
        ThreadPool.UnsafeQueueUserWorkItem(new Handover().Of(this, actor, inHand), preferLocal: false);
    }

    private void Park(Actor actor, Message? inHand)
    {
        SetEngineState(actor, inHand);
        Parked(actor);
    }

    private void GiveUp(Actor actor, Message? inHand)
    {
        while (inHand is not null)
        {
            var next = inHand.Next;
            DeadLetter(actor, inHand);
            inHand = next;
        }
    }

    private static Message? TakeAll(Actor actor) => Reverse(Interlocked.Exchange(ref actor.Mailbox, null));

    /// <summary>Newest first, ending in End, to oldest first, ending in null.</summary>
    private static Message? Reverse(Message? chain)
    {
        Message? reversed = null;
        while (chain is not null && chain != Sentinel.End)
        {
            var next = chain.Next;
            chain.Next = reversed;
            reversed = chain;
            chain = next;
        }
        return reversed;
    }
}
