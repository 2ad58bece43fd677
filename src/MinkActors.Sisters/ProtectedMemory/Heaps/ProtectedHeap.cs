using MinkActors.Protocol;

namespace MinkActors.Sisters.ProtectedMemory;

/// <summary>A heap of protected memory: buffers that can be passed on, granted to devices, and never mapped (spec 10 section 12).</summary>
/// <remarks>Any thread. Lives until it was taken away and its last buffer is gone.</remarks>
public sealed class ProtectedHeap : IAsyncDisposable
{
    private const ulong Page = SharedRegion.PageSize;

    private readonly Lock _lock = new();
    private readonly IProtectedPool _pool;
    private readonly Action<ProtectedHeap> _unregister;
    private int _references = 1;    // the registration, and one for each buffer
    private bool _isLeaving;

    internal ProtectedHeap(string name, IProtectedPool pool, Action<ProtectedHeap> unregister)
    {
        (Name, _pool) = (name, pool);
        _unregister = unregister;
    }

    /// <summary>What programs open it by.</summary>
    public string Name { get; }

    internal IProtectedPool Pool => _pool;

    /// <summary>The allocate ioctl.</summary>
    /// <param name="length">Bytes, rounded up to a page.</param>
    /// <param name="descriptor">0: it is an output.</param>
    /// <param name="descriptorFlags">Close-on-exec and access mode: 0x80000 and 0 to 2. Without meaning here.</param>
    /// <param name="heapFlags">0.</param>
    /// <param name="options">Deadline and cancellation.</param>
    /// <returns>The caller's to dispose.</returns>
    /// <exception cref="ProtectedHeapException">EINVAL: arguments, or the heap was taken away; else the pool's.</exception>
    public async Task<ProtectedBuffer> AllocateAsync(ulong length, uint descriptor = 0, uint descriptorFlags = 0, ulong heapFlags = 0, CallOptions options = default)
    {
        const uint known = 0x80000 | 3;
        if (descriptor != 0 || heapFlags != 0 || (descriptorFlags & ~known) != 0 || (descriptorFlags & 3) == 3 || length == 0 || length > ulong.MaxValue - Page)
            throw new ProtectedHeapException(Errno.EINVAL, $"{length} bytes, descriptor {descriptor}, flags 0x{descriptorFlags:X} and 0x{heapFlags:X}");
        if (!TryHold()) throw new ProtectedHeapException(Errno.EINVAL, $"The heap {Name} was taken away");
        try
        {
            var size = (length + Page - 1) / Page * Page;
            return new ProtectedBuffer(this, await _pool.AllocateAsync(size, options), size);
        }
        catch
        {
            await PutAsync();
            throw;
        }
    }

    /// <summary>Takes the heap away; buffers stay until they are freed.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_isLeaving) return;
            _isLeaving = true;
        }
        _unregister(this);
        await PutAsync();
    }

    internal async ValueTask PutAsync()
    {
        lock (_lock)
        {
            if (--_references > 0) return;
        }
        await _pool.DisposeAsync();
    }

    private bool TryHold()
    {
        lock (_lock)
        {
            if (_isLeaving) return false;
            _references++;
            return true;
        }
    }
}
