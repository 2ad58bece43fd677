using MinkActors.Protocol.Qseecom;

namespace MinkActors.Sisters.Qseecom;

/// <summary>A registered listener; disposing it unregisters it.</summary>
public sealed class ListenerRegistration : IAsyncDisposable
{
    private readonly QseecomDriver _driver;
    private readonly ListenerActor _listener;

    internal ListenerRegistration(QseecomDriver driver, ListenerActor listener)
    {
        _driver = driver;
        _listener = listener;
    }

    /// <summary>The id by which QSEE asks for it.</summary>
    public uint Id => _listener.Id;

    /// <summary>Takes the listener away. A call that waits for it gets ENODEV. Ends when QSEE has been told, which waits for calls that use it.</summary>
    /// <exception cref="QseecomException">EPERM: QSEE refused; the listener is gone all the same. EINVAL: it was unregistered before.
    /// Any other: QSEE cannot be told; that stays queued, and its id is not free before.</exception>
    public async Task UnregisterAsync()
    {
        if (!_listener.TryLeave()) throw new QseecomException(QseecomErrno.EINVAL, $"The listener 0x{Id:X} was unregistered before", true);
        var errno = await _driver.LetGoAsync(_listener);
        if (errno != QseecomErrno.Ok) throw new QseecomException(errno, $"QSEE did not let go of the listener 0x{Id:X}", false);
    }

    /// <summary>As <see cref="UnregisterAsync"/>, and quiet when that was done before or QSEE refused.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_listener.TryLeave()) await _driver.LetGoAsync(_listener);
        else await Task.WhenAny(_listener.Left.Task, _listener.Stuck.Task);
    }
}
