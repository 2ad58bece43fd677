using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;
using MinkActors.Protocol.ProtectedMemory;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Sisters.ProtectedMemory;

/// <summary>A buffer of a protected heap (in Linux: a dma-buf). Its memory goes back when it, its imports and its attachments are disposed.</summary>
/// <remarks>Any thread.</remarks>
public sealed class ProtectedBuffer : IAsyncDisposable
{
    private int _references = 1;
    private int _isDisposed;

    internal ProtectedBuffer(ProtectedHeap heap, ProtectedAllocation allocation, ulong size) => (Heap, Allocation, Size) = (heap, allocation, size);

    /// <summary>Whose it is.</summary>
    public ProtectedHeap Heap { get; }

    /// <summary>Bytes, whole pages.</summary>
    public ulong Size { get; }

    /// <summary>What the pool gave.</summary>
    public ProtectedAllocation Allocation { get; }

    /// <summary>A mapping, or access of a processor: never (T5, section 8).</summary>
    /// <exception cref="ProtectedHeapException">EPERM.</exception>
    public Span<byte> Map() => throw new ProtectedHeapException(Errno.EPERM, "Protected memory has no mapping for processors");

    /// <summary>Attaches a device, with rights.</summary>
    /// <returns>Dispose it to detach: the device is out when that returns.</returns>
    /// <exception cref="ProtectedHeapException">EINVAL after disposal; else as the provider says: EACCES, ENOENT, EMFILE.</exception>
    public async Task<IAsyncDisposable> AttachAsync(DeviceGrant grant)
    {
        if (!TryHold()) throw new ProtectedHeapException(Errno.EINVAL, "The buffer was disposed");
        try
        {
            await Heap.Pool.AttachAsync(Allocation, grant);
            return new Attachment(this, grant.Device);
        }
        catch
        {
            await PutAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _isDisposed, 1) == 0 ? PutAsync() : ValueTask.CompletedTask;

    internal bool TryHold()
    {
        for (var count = Volatile.Read(ref _references); count > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _references, count + 1, count);
            if (seen == count) return true;
            count = seen;
        }
        return false;
    }

    internal async ValueTask PutAsync()
    {
        if (Interlocked.Decrement(ref _references) > 0) return;
        try
        {
            await Heap.Pool.FreeAsync(Allocation);
        }
        finally
        {
            await Heap.PutAsync();
        }
    }

    private sealed class Attachment(ProtectedBuffer buffer, uint device) : IAsyncDisposable
    {
        private int _isOver;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _isOver, 1) != 0) return;
            try
            {
                await buffer.Heap.Pool.DetachAsync(buffer.Allocation, device);
            }
            finally
            {
                await buffer.PutAsync();
            }
        }
    }
}

/// <summary>A buffer as a memory parameter. Holds the buffer until it is disposed.</summary>
public sealed class ImportedBuffer : IAsyncDisposable
{
    private readonly ProtectedBuffer _buffer;
    private int _isOver;

    internal ImportedBuffer(ProtectedBuffer buffer)
    {
        if (!buffer.TryHold()) throw new ProtectedHeapException(Errno.EINVAL, "The buffer was disposed");
        _buffer = buffer;
    }

    /// <summary>What a call names: the handle of what the buffer is a part of.</summary>
    public ulong Id => _buffer.Allocation.Parent;

    /// <summary>Bytes.</summary>
    public ulong Size => _buffer.Size;

    /// <summary>A part of it, for a trusted application of OP-TEE.</summary>
    /// <param name="direction">One of the three registered types: what the application may do.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="size">Bytes; null: up to its end.</param>
    /// <exception cref="ProtectedHeapException">EINVAL: not inside the buffer.</exception>
    public OpTeeArgument Part(OpTeeParameterType direction, ulong offset = 0, ulong? size = null)
    {
        var length = size ?? (offset <= Size ? Size - offset : 0);
        if (offset > Size || length > Size - offset) throw new ProtectedHeapException(Errno.EINVAL, $"{length} bytes at {offset} of a buffer of {Size}");
        return OpTeeArgument.Protected(Id, direction, _buffer.Allocation.ParentOffset + offset, length);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _isOver, 1) == 0 ? _buffer.PutAsync() : ValueTask.CompletedTask;
}
