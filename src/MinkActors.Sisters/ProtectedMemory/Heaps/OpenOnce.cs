namespace MinkActors.Sisters.ProtectedMemory;

/// <summary>Something that is opened by whoever needs it first: others that come meanwhile wait for the same, and when it fails it fails for all of
/// them, and the next one tries again (spec/11 D-148).</summary>
internal sealed class OpenOnce<T>(Func<Task<T>> open)
{
    private readonly Lock _lock = new();
    private Task<T>? _opened;

    /// <summary>What was opened, if it was; null else.</summary>
    public T? Opened => Volatile.Read(ref _opened) is { IsCompletedSuccessfully: true } opened ? opened.Result : default;

    public Task<T> GetAsync()
    {
        lock (_lock)
        {
            // The service may come up later than its users (spec 10, T4).
            if (_opened is null or { IsFaulted: true } or { IsCanceled: true }) _opened = open();
            return _opened;
        }
    }
}
