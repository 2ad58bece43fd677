using System.Numerics;
using System.Security.Cryptography;
using MinkActors.Actors.ThreadPoolEngine;

namespace MinkActors.Actors;

/// <summary>The engine for production: runs an idle actor on the teller's thread, a busy one wherever it is running already, and
/// the rest on .NET's thread pool.</summary>
/// <remarks>
/// A mailbox is one word:
/// <code>
/// null (idle) --Tell--> Running --Tell--> message -> ... -> Running --taken by the runner--> Running --nothing left--> null
///                                                                                                   --stop--> Stopped
/// </code>
/// Tellers push with one compare-and-swap; the runner takes the whole chain at once and reverses it, which keeps the order of each
/// sender. A message told to an idle actor is handed to its turn without being queued at all.
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

    // More lanes than processors: threads that run at the same time seldom share one.
    private const int LanesPerProcessor = 4;


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
    public override int LaneCount { get; } = (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount * LanesPerProcessor);

    /// <inheritdoc/>
    /// <remarks>A lane belongs to a thread, not to a processor: asking which processor this is costs ten times as much.</remarks>
    public override int Lane => Runner.Current.Number & (LaneCount - 1);

    internal int TurnsPerTell => _options.TurnsPerTell;

    /// <inheritdoc/>
    public override ulong NextRandom() => SplitMix64.Mix(Interlocked.Add(ref _random, SplitMix64.Step));

    /// <inheritdoc/>
    protected internal override void Deliver(Actor target, Message message) => Deliver(target, message, mayNest: false);

    /// <inheritdoc/>
    protected internal override void DeliverLast(Actor target, Message message) => Deliver(target, message, mayNest: true);

    /// <inheritdoc/>
    public override object? CurrentRun
    {
        get
        {
            var runner = Runner.Current;
            return _inline && runner.IsActive ? runner : null;
        }
    }

    private void Deliver(Actor target, Message message, bool mayNest)
    {
        if (message.Next is not null) throw new InvalidOperationException($"{message.Describe()} is in a mailbox already.");
        if (_measured) CountSent(target, message);
        var head = Volatile.Read(ref target.Mailbox);
        while (true)
        {
            Message? seen;
            if (head is null)
            {
                if (_inline && target.Home!.Placement == ActorPlacement.Inline)
                {
                    seen = Interlocked.CompareExchange(ref target.Mailbox, Sentinel.Running, null);
                    if (seen is null)
                    {
                        // It was pushed at in vain if the actor was busy a moment ago.
                        if (message.Next is not null) message.Next = null;
                        Activate(target, message, mayNest);
                        return;
                    }
                }
                else
                {
                    message.Next = Sentinel.Running;
                    seen = Interlocked.CompareExchange(ref target.Mailbox, message, null);
                    if (seen is null)
                    {
                        ThreadPool.UnsafeQueueUserWorkItem(target, preferLocal: true);
                        return;
                    }
                }
            }
            else if (head == Sentinel.Stopped)
            {
                DeadLetter(target, message);
                return;
            }
            else
            {
                message.Next = head;
                seen = Interlocked.CompareExchange(ref target.Mailbox, message, head);
                if (seen == head) return;
            }
            head = seen;
        }
    }

    private protected override void Prepare(Actor actor) => actor.Mailbox = Sentinel.Running;

    /// <inheritdoc/>
    protected override void Start(Actor actor)
    {
        var runner = Runner.Current;
        if (!runner.IsActive)
        {
            runner.RunOutermost(this, actor, Lifecycle.StartSignal.Instance);
        }
        else if (RunStart(actor) == TurnOutcome.Failed)
        {
            Park(actor, null);
        }
        else if (Interlocked.CompareExchange(ref actor.Mailbox, null, Sentinel.Running) != Sentinel.Running)
        {
            Schedule(actor, null);
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
        var chain = Interlocked.Exchange(ref actor.Mailbox, close ? Sentinel.Stopped : Sentinel.Running)!;
        GiveUp(actor, Reverse(chain));
    }

    /// <summary>A pool thread runs the actor.</summary>
    internal void Execute(Actor actor)
    {
        var chain = Interlocked.Exchange(ref actor.Mailbox, Sentinel.Running)!;
        Runner.Current.RunOutermost(this, actor, Reverse(chain));
    }

    /// <summary>Runs the messages in hand, then the mailbox until it is empty or others have waited long enough.</summary>
    internal void RunActivation(Runner runner, Actor actor, Message? inHand)
    {
        var turns = 0;
        var message = inHand;
        while (true)
        {
            while (message is not null)
            {
                var next = message.Next;
                message.Next = null;
                turns++;
                var outcome = RunTurn(actor, message);
                if (outcome != TurnOutcome.Continue)
                {
                    if (outcome == TurnOutcome.Failed)
                    {
                        Park(actor, next);
                    }
                    else
                    {
                        GiveUp(actor, next);
                        CompleteStop(actor);
                    }
                    runner.Budget -= turns;
                    return;
                }
                message = next;
                if (turns >= _throughput && message is not null) break;
            }
            if (message is null)
            {
                var head = Volatile.Read(ref actor.Mailbox);
                if (head == Sentinel.Running && Interlocked.CompareExchange(ref actor.Mailbox, null, head) == head) break;
                message = Reverse(Interlocked.Exchange(ref actor.Mailbox, Sentinel.Running)!);
            }
            if (turns >= _throughput)
            {
                runner.Enqueue(actor, message);
                break;
            }
        }
        runner.Budget -= turns;
    }

    /// <summary>The mailbox is held (Running) and the actor has something to do: now, after this turn, or on the pool.</summary>
    private void Activate(Actor actor, Message? inHand, bool mayNest = false)
    {
        var runner = Runner.Current;
        if (!runner.IsActive) runner.RunOutermost(this, actor, inHand);
        else if (mayNest && runner.Depth < NestingMax)
        {
            runner.Depth++;
            RunActivation(runner, actor, inHand);
            runner.Depth--;
        }
        else if (runner.Count < _options.LocalQueueMax) runner.Enqueue(actor, inHand);
        else ToPool(actor, inHand);
    }

    private void Schedule(Actor actor, Message? inHand)
    {
        if (_inline && actor.Home!.Placement == ActorPlacement.Inline) Activate(actor, inHand);
        else ToPool(actor, inHand);
    }

    private void ToPool(Actor actor, Message? inHand)
    {
        if (inHand is { Next: null })
        {
            inHand.Next = Sentinel.Running;
            if (Interlocked.CompareExchange(ref actor.Mailbox, inHand, Sentinel.Running) == Sentinel.Running)
            {
                ThreadPool.UnsafeQueueUserWorkItem(actor, preferLocal: false);
                return;
            }
            inHand.Next = null;
        }
        ThreadPool.UnsafeQueueUserWorkItem(new Handover(this, actor, inHand), preferLocal: false);
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

    /// <summary>Newest first, ending in Running, to oldest first, ending in null.</summary>
    private static Message? Reverse(Message chain)
    {
        Message? reversed = null;
        while (chain != Sentinel.Running)
        {
            var next = chain.Next!;
            chain.Next = reversed;
            reversed = chain;
            chain = next;
        }
        return reversed;
    }
}
