using System.Runtime.CompilerServices;

namespace MinkActors.Actors.ThreadPoolEngine;

/// <summary>The local run queue of a thread: actors that were told something during a turn wait here until the turn ends, unless the
/// teller's turn ends with it (then they run inside it, so many deep at the most). When the budget is used up the runner itself, with
/// what still waits, becomes a work item of the pool, and the thread gets another: nothing is copied or allocated.</summary>
internal sealed class Runner : IThreadPoolWorkItem
{
    [ThreadStatic]
    private static Runner? t_current;

    private static Runner? _spare;

    private (Actor Actor, Message? InHand)[] _ring = new (Actor, Message?)[16];
    private int _head;
    private IThreadPoolWorkItem? _behind;
    private bool _hasRoomBehind;

    /// <summary>A turn is running on this runner's thread.</summary>
    public bool IsActive { get; private set; }

    public int Count { get; private set; }

    /// <summary>The turn that runs may be long or wait for others: nothing waits for its end.</summary>
    public bool MayBlock { get; private set; }

    /// <summary>Turns left until the rest goes to the pool.</summary>
    public int Budget;

    /// <summary>Turns that run inside another's on this stack.</summary>
    public int Depth;

    public static Runner Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => t_current ?? Create();
    }

    /// <summary>Who is told now is next on this thread: nobody else is.</summary>
    public bool TakesNext => IsActive && !MayBlock && Count == 0 && _behind is null;

    /// <summary>One number for each runner, so for each thread that runs actors at a time.</summary>
    public readonly int Number = Interlocked.Increment(ref _numbers);

    private static int _numbers;

    private static Runner Create() => t_current = Interlocked.Exchange(ref _spare, null) ?? new Runner();

    /// <summary>Later, after what waits already: first the messages in hand (linked, oldest first), then the mailbox.</summary>
    public void Enqueue(Actor actor, Message? inHand)
    {
        if (Count == _ring.Length) Grow();
        _ring[(_head + Count++) & (_ring.Length - 1)] = (actor, inHand);
    }

    /// <summary>Runs an actor, then whatever that put into the queue.</summary>
    public void RunOutermost(ThreadPoolActorSystem system, Actor actor, Message? inHand) => RunTurns(system, actor, inHand, isPooled: false);

    /// <summary>As <see cref="RunOutermost"/>, as a work item of the pool: who gets his answer meanwhile may go on behind it.</summary>
    public void RunPooled(ThreadPoolActorSystem system, Actor actor, Message? inHand) => RunTurns(system, actor, inHand, isPooled: true)?.Execute();

    void IThreadPoolWorkItem.Execute()
    {
        if (t_current is { } replaced && replaced != this) Volatile.Write(ref _spare, replaced);
        t_current = this;
        RunTurns(Engine(_ring[_head].Actor), null, null, isPooled: true)?.Execute();
    }

    /// <summary>One at a time, and none behind a turn that may block: another thread is better then.</summary>
    public bool TryRunBehind(IThreadPoolWorkItem waiting)
    {
        if (!_hasRoomBehind || !IsActive || MayBlock) return false;
        _hasRoomBehind = false;
        _behind = waiting;
        return true;
    }

    /// <returns>Who is to go on behind; null for nobody. This runner may be another thread's by then.</returns>
    private IThreadPoolWorkItem? RunTurns(ThreadPoolActorSystem system, Actor? first, Message? inHand, bool isPooled)
    {
        Budget = system.TurnsPerTell;
        _hasRoomBehind = isPooled;
        IsActive = true;
        IThreadPoolWorkItem? behind;
        try
        {
            if (first is not null) Run(system, first, inHand);
            if (Count > 0) RunQueue();
        }
        finally
        {
            IsActive = false;
            behind = _behind;
            if (behind is not null) _behind = null;
            if (Count > 0) HandOver();
        }
        return behind;
    }

    /// <summary>Until somebody is to go on behind: what is left goes to another thread then, lest it keep him waiting.</summary>
    private void RunQueue()
    {
        while (Count > 0 && Budget > 0 && _behind is null)
        {
            ref var slot = ref _ring[_head];
            var (actor, inHand) = slot;
            slot = default;
            _head = (_head + 1) & (_ring.Length - 1);
            Count--;
            Run(Engine(actor), actor, inHand);
        }
    }

    private void Run(ThreadPoolActorSystem system, Actor actor, Message? inHand)
    {
        MayBlock = actor.Home!.Placement == ActorPlacement.OwnTurn;
        system.RunActivation(this, actor, inHand);
    }

    private static ThreadPoolActorSystem Engine(Actor actor) => (ThreadPoolActorSystem)actor.Home!.System;

    private void HandOver()
    {
        t_current = null;
        // Not to this thread's own queue, which is last in, first out: the rest has waited already.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void Grow()
    {
        var larger = new (Actor, Message?)[_ring.Length * 2];
        for (var index = 0; index < Count; index++) larger[index] = _ring[(_head + index) & (_ring.Length - 1)];
        _ring = larger;
        _head = 0;
    }
}
