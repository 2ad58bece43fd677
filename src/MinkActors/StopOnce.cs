namespace MinkActors;

/// <summary>Makes a stop happen once: the first who asks for it starts it, and all who ask get its report, or its failure.</summary>
/// <remarks>Any thread. Without a lock, since a stop runs on its caller's thread up to its first wait, and what runs there may ask for the
/// stop again.</remarks>
internal sealed class StopOnce<TReport>
{
    private Task<TReport>? _running;

    /// <param name="stop">What the first caller runs; those of later ones are not looked at.</param>
    public Task<TReport> RunAsync(Func<Task<TReport>> stop)
    {
        var first = new TaskCompletionSource<TReport>();
        if (Interlocked.CompareExchange(ref _running, first.Task, null) is { } running) return running;
        _ = Finish(stop, first);
        return first.Task;
    }

    private static async Task Finish(Func<Task<TReport>> stop, TaskCompletionSource<TReport> done)
    {
        try
        {
            done.SetResult(await stop());
        }
        catch (Exception failure)
        {
            done.SetException(failure);
        }
    }
}
