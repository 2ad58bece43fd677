namespace MinkActors.Actors.ThreadPoolEngine;

/// <summary>A number for each thread that runs actors or tells them something, the lowest that no other has.</summary>
/// <remarks>Any thread.</remarks>
internal static class ThreadNumbers
{
    private static readonly Lock _gate = new();
    private static readonly PriorityQueue<int, int> _free = new();
    private static int _next;

    public static int Take()
    {
        lock (_gate) return _free.TryDequeue(out var number, out _) ? number : _next++;
    }

    /// <summary>The thread has ended.</summary>
    public static void GiveBack(int number)
    {
        lock (_gate) _free.Enqueue(number, number);
    }
}
