namespace MinkActors.Actors.ThreadPoolEngine;

/// <summary>A number for each thread that runs actors or tells them something, the lowest that no other has.</summary>
/// <remarks>Any thread.</remarks>
internal static class ThreadNumbers
{
    private static readonly Lock _gate = new();
    private static readonly PriorityQueue<int, int> _free = new();
    private static int _next;

    // Nobody else refers to it: it is finalized when the thread has ended, whoever still knows the thread's runner.
    [ThreadStatic]
    private static Lease? t_lease;

    /// <summary>This thread's, until it ends. Once for each thread.</summary>
    public static int Take()
    {
        int number;
        lock (_gate) number = _free.TryDequeue(out var free, out _) ? free : _next++;
        t_lease = new Lease(number);
        return number;
    }

    private static void GiveBack(int number)
    {
        lock (_gate) _free.Enqueue(number, number);
    }

    private sealed class Lease(int number)
    {
        ~Lease() => GiveBack(number);
    }
}
