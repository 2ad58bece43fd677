namespace MinkActors.Sisters.Qseecom;

/// <summary>Memory that QSEE can reach, to be passed along by a listener. The caller's; QSEE is refused after it was disposed.</summary>
public sealed class QseecomMemory : IDisposable
{
    private readonly ISharedMemory _memory;
    private int _gone;

    internal QseecomMemory(ISharedMemory memory, SharedRegion region, int size)
    {
        _memory = memory;
        Region = region;
        Size = size;
    }

    internal SharedRegion Region { get; }

    /// <summary>Bytes, as asked for.</summary>
    public int Size { get; }

    /// <summary>The bytes. QSEE may read and write them at any time while they are shared.</summary>
    public Span<byte> Bytes => Region.Owner[..Size];

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _gone, 1) == 0) _memory.Free(Region);
    }
}
