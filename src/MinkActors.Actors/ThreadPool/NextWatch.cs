namespace MinkActors.Actors.ThreadPoolEngine;

/// <summary>Looks at the <see cref="NextPlace"/>s of all threads while any is in use: who has waited for a whole pause goes to the pool.</summary>
/// <remarks>Any thread. In real time, whatever clock a system has: it is for threads that it waits.</remarks>
internal static class NextWatch
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(1);
    private static readonly Lock _gate = new();
    private static NextPlace?[] _places = new NextPlace?[16];
    private static int _isOn;

    /// <summary>That of a thread on which nobody has set anything.</summary>
    public static ExecutionContext NoContext { get; } = CaptureNone();

    // Without the context of whoever happens to be the first; behind the one above, which it needs.
    private static readonly Timer _timer = Create();

    /// <summary>The thread's, by its number: that of a thread which has ended is another's one day.</summary>
    public static NextPlace PlaceOf(int thread)
    {
        lock (_gate)
        {
            if (thread >= _places.Length) Array.Resize(ref _places, Math.Max(thread + 1, 2 * _places.Length));
            return _places[thread] ??= new NextPlace();
        }
    }

    /// <summary>Somebody waits from here on.</summary>
    public static void Begin()
    {
        if (Volatile.Read(ref _isOn) != 0 || Interlocked.Exchange(ref _isOn, 1) != 0) return;
        try
        {
            _timer.Change(_pause, Timeout.InfiniteTimeSpan);
        }
        catch
        {
            // A thread that was interrupted: the next who puts somebody begins.
            Volatile.Write(ref _isOn, 0);
            throw;
        }
    }

    private static Timer Create()
    {
        Timer? timer = null;
        ExecutionContext.Run(NoContext, _ => timer = new Timer(static _ => Look()), null);
        return timer!;
    }

    private static ExecutionContext CaptureNone()
    {
        ExecutionContext? none = null;
        var thread = new Thread(() => none = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return none!;
    }

    private static void Look()
    {
        if (Any(static place => place.Look()))
        {
            _timer.Change(_pause, Timeout.InfiniteTimeSpan);
            return;
        }
        // A full fence: who puts somebody from here on finds the watch ended, or is found by the next line.
        Interlocked.Exchange(ref _isOn, 0);
        if (Any(static place => !place.IsFree)) Begin();
    }

    /// <summary>Asks every place.</summary>
    private static bool Any(Func<NextPlace, bool> ask)
    {
        var any = false;
        foreach (var place in Volatile.Read(ref _places)) any |= place is not null && ask(place);
        return any;
    }
}
