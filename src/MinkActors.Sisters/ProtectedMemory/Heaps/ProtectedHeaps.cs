using MinkActors.Protocol;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Sisters.ProtectedMemory;

/// <summary>The protected heaps of one normal world, one for each use case (spec 10 section 12). Any thread.</summary>
public sealed class ProtectedHeaps
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ProtectedUseCase, ProtectedHeap> _heaps = [];

    /// <summary>The heap of a use case, as programs know it.</summary>
    /// <exception cref="ProtectedHeapException">EINVAL: there is no such use case.</exception>
    public static string NameOf(ProtectedUseCase useCase) => useCase switch
    {
        ProtectedUseCase.SecureVideoPlayback => "protected,secure-video",
        ProtectedUseCase.TrustedUserInterface => "protected,trusted-ui",
        ProtectedUseCase.SecureVideoRecording => "protected,secure-video-record",
        _ => throw new ProtectedHeapException(Errno.EINVAL, $"There is no heap for use case {useCase}"),
    };

    /// <summary>Makes a heap over a pool; the pool is the heap's from here on.</summary>
    /// <returns>Dispose it to take the heap away: it allocates no more, and ends with its last buffer.</returns>
    /// <exception cref="ProtectedHeapException">EINVAL: no such use case; EBUSY: somebody serves it already.</exception>
    public ProtectedHeap Register(ProtectedUseCase useCase, IProtectedPool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        var heap = new ProtectedHeap(NameOf(useCase), pool, left => Unregister(useCase, left));
        lock (_lock)
        {
            if (!_heaps.TryAdd(useCase, heap)) throw new ProtectedHeapException(Errno.EBUSY, $"The heap {heap.Name} is served already");
        }
        return heap;
    }

    /// <summary>Opens a heap by its name.</summary>
    /// <exception cref="ProtectedHeapException">ENOENT: nobody serves it.</exception>
    public ProtectedHeap Open(string name)
    {
        lock (_lock) return _heaps.Values.FirstOrDefault(heap => heap.Name == name) ?? throw new ProtectedHeapException(Errno.ENOENT, $"There is no heap {name}");
    }

    /// <summary>Makes a buffer usable as a memory parameter (the register ioctl). The buffer may be disposed afterwards.</summary>
    /// <param name="buffer">Of one of these heaps.</param>
    /// <param name="flags">0.</param>
    /// <exception cref="ProtectedHeapException">EINVAL: flags, a disposed buffer, or one of somebody else's heap.</exception>
    public ImportedBuffer Import(ProtectedBuffer buffer, uint flags = 0)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        lock (_lock)
        {
            if (flags != 0 || !_heaps.ContainsValue(buffer.Heap)) throw new ProtectedHeapException(Errno.EINVAL, $"The buffer is not of these heaps, or flags {flags} are unknown");
        }
        return new ImportedBuffer(buffer);
    }

    private void Unregister(ProtectedUseCase useCase, ProtectedHeap left)
    {
        lock (_lock)
        {
            if (_heaps.GetValueOrDefault(useCase) == left) _heaps.Remove(useCase);
        }
    }
}
