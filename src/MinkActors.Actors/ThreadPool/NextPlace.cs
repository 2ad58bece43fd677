namespace MinkActors.Actors.ThreadPoolEngine;

/// <summary>Whom code that goes on behind a turn has told first: he is next on its thread, when it returns. The pool would wake another thread
/// for him, which would mostly come too late and now and then take the work to another core. Should the code block or take long,
/// <see cref="NextWatch"/> gives him to the pool all the same.</summary>
/// <remarks>One for each thread, which puts and takes back; the watch takes what has waited. Whoever exchanges the reference has it alone.</remarks>
internal sealed class NextPlace
{
    // After code that kept somebody waiting nobody waits here for so many of the thread's codes: beside them that one wait counts little.
    private const int Penance = 1_000;

    private Handover? _waiting;
    private Handover? _spare = new();
    private int _puts;
    private int _seen;      // the watch's
    private int _penance;

    public bool IsFree => Volatile.Read(ref _waiting) is null;

    /// <summary>Somebody may wait here: nobody else does, and nobody had to wait long lately.</summary>
    public bool TakesMore => IsFree && Volatile.Read(ref _penance) == 0;

    /// <summary>By the thread, which has seen that the place <see cref="TakesMore"/>.</summary>
    public void Put(ThreadPoolActorSystem system, Actor actor, Message? inHand)
    {
        var handover = (_spare ?? new Handover()).Of(system, actor, inHand);
        _spare = null;
        Volatile.Write(ref _puts, _puts + 1);
        // A full fence: the watch that ends looks once more, or is found ended by the next line.
        Interlocked.Exchange(ref _waiting, handover);
        NextWatch.Begin();
    }

    /// <summary>By the thread, when its code has returned. Null: nobody waits any more.</summary>
    public Handover? TakeBack()
    {
        if (Volatile.Read(ref _penance) != 0) Interlocked.Decrement(ref _penance);
        if (IsFree) return null;
        var taken = Interlocked.Exchange(ref _waiting, null);
        if (taken is not null) _spare = taken;
        return taken;
    }

    /// <summary>By the watch: what was here already when it looked last goes to the pool.</summary>
    /// <returns>Whether the place is in use.</returns>
    public bool Look()
    {
        var waiting = Volatile.Read(ref _waiting);
        var puts = Volatile.Read(ref _puts);
        var isNew = puts != _seen;
        _seen = puts;
        if (isNew) return true;
        if (waiting is null) return false;
        if (Interlocked.CompareExchange(ref _waiting, null, waiting) != waiting) return true;
        Volatile.Write(ref _penance, Penance);
        ThreadPool.UnsafeQueueUserWorkItem(waiting, preferLocal: false);
        return true;
    }
}
