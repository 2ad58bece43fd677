namespace MinkActors.Emulator;

/// <summary>Where adciAccept waits until adciShutdown is called (spec/04 section 3, ops 8 and 9).</summary>
internal sealed class AdciGate
{
    private TaskCompletionSource _shutdown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task WaitAsync(CancellationToken cancellation) => Volatile.Read(ref _shutdown).Task.WaitAsync(cancellation);

    /// <summary>Lets go whoever waits; who comes later waits for the next time.</summary>
    public void Open() => Interlocked.Exchange(ref _shutdown, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
}
