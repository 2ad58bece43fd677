using System.Runtime.CompilerServices;

namespace MinkActors.Actors.ThreadPoolEngine;

/// <summary>Runs actors on one thread: those that were told something during a turn wait in its queue until the turn ends, unless the
/// teller's turn ends with it (then they run inside it, so many deep at the most). When the budget is used up the queue, with what still
/// waits, goes to the pool.</summary>
/// <remarks>It belongs to its thread for good: whoever has found it there may use it on that thread without looking again.</remarks>
internal sealed class Runner
{
    // Times in a row that a thread goes on with what its own code has told.
    private const int NextMax = 1_024;

    [ThreadStatic]
    private static Runner? t_current;

    private RunQueue _queue = RunQueue.Rent();
    private IThreadPoolWorkItem? _behind;
    private bool _hasRoomBehind;
    private NextPlace? _next;
    private bool _mayPutNext;

    /// <summary>A turn is running on this runner's thread.</summary>
    public bool IsActive { get; private set; }

    /// <summary>Actors that wait.</summary>
    public int Count => _queue.Count;

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

    /// <summary>Who is told now is next on this thread, behind the turn that runs or the code behind one: nobody else is.</summary>
    public bool TakesNext => IsActive ? !MayBlock && Count == 0 && _behind is null : _mayPutNext && _next!.TakesMore;

    /// <summary>The thread's.</summary>
    public readonly int Number = ThreadNumbers.Take();

    private static Runner Create() => t_current = new Runner();

    /// <summary>Later, after what waits already: first the messages in hand (linked, oldest first), then the mailbox.</summary>
    public void Enqueue(Actor actor, Message? inHand) => _queue.Enqueue(actor, inHand);

    /// <summary>Runs an actor, then whatever that put into the queue.</summary>
    public void RunOutermost(ThreadPoolActorSystem system, Actor actor, Message? inHand) => RunTurns(system, actor, inHand, isPooled: false);

    /// <summary>As <see cref="RunOutermost"/>, as a work item of the pool: who gets his answer meanwhile may go on behind it.</summary>
    public void RunPooled(ThreadPoolActorSystem system, Actor actor, Message? inHand) => GoOn(RunTurns(system, actor, inHand, isPooled: true));

    /// <summary>No turn runs, but code behind one, and <see cref="TakesNext"/>: the actor runs when the code has returned.</summary>
    public void PutNext(ThreadPoolActorSystem system, Actor actor, Message? inHand) => _next!.Put(system, actor, inHand);

    /// <summary>Goes on with what another thread has left, as a work item of the pool.</summary>
    public void TakeOver(RunQueue left)
    {
        RunQueue.Return(_queue);
        _queue = left;
        GoOn(RunTurns(Engine(left.First), null, null, isPooled: true));
    }

    /// <summary>Runs code behind the turns that have ended, then whom it has told, and so on; now and then the pool has its way.</summary>
    private void GoOn(IThreadPoolWorkItem? behind)
    {
        for (var left = NextMax; behind is not null; left--)
        {
            var next = _next ??= NextWatch.PlaceOf(Number);
            _mayPutNext = left > 0;
            try
            {
                // What the code leaves on the thread is not for others, as between two work items of the pool.
                ExecutionContext.Run(NextWatch.NoContext, static code => ((IThreadPoolWorkItem)code!).Execute(), behind);
            }
            finally
            {
                _mayPutNext = false;
            }
            if (next.TakeBack() is not { } handover) return;
            var (system, actor, inHand) = handover.Take();
            behind = RunTurns(system, actor, inHand, isPooled: true);
        }
    }

    /// <summary>One at a time, and none behind a turn that may block: another thread is better then.</summary>
    public bool TryRunBehind(IThreadPoolWorkItem waiting)
    {
        if (!_hasRoomBehind || !IsActive || MayBlock) return false;
        _hasRoomBehind = false;
        _behind = waiting;
        return true;
    }

    /// <returns>Who is to go on behind; null for nobody.</returns>
    private IThreadPoolWorkItem? RunTurns(ThreadPoolActorSystem system, Actor? first, Message? inHand, bool isPooled)
    {
        Budget = system.TurnsPerTell;
        _hasRoomBehind = isPooled;
        IsActive = true;
        IThreadPoolWorkItem? behind;
        try
        {
            if (first is not null) Run(system, first, inHand);
            if (Count > 0) RunQueued();
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
    private void RunQueued()
    {
        while (Count > 0 && Budget > 0 && _behind is null)
        {
            var (actor, inHand) = _queue.Dequeue();
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
        var left = _queue;
        _queue = RunQueue.Rent();
        // Not to this thread's own queue, which is last in, first out: the rest has waited already.
        ThreadPool.UnsafeQueueUserWorkItem(left, preferLocal: false);
    }
}
