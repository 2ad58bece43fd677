using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Sisters.ProtectedMemory;

/// <summary>Where the buffers of one heap come from (spec 10 section 12). Any thread. Disposed with the last buffer of a heap that was taken away.</summary>
public interface IProtectedPool : IAsyncDisposable
{
    /// <summary>Takes memory out of the pool.</summary>
    /// <param name="size">Bytes, whole pages.</param>
    /// <param name="options">Deadline and cancellation.</param>
    /// <exception cref="ProtectedHeapException">ENOMEM when there is none now.</exception>
    ValueTask<ProtectedAllocation> AllocateAsync(ulong size, CallOptions options = default);

    /// <summary>Gives it back, in the background where something still uses it.</summary>
    ValueTask FreeAsync(ProtectedAllocation allocation);

    /// <summary>Lets a device at an allocation, which is held by that until <see cref="DetachAsync"/>.</summary>
    /// <exception cref="ProtectedHeapException">As the provider says; EOPNOTSUPP where pools have no grants.</exception>
    ValueTask AttachAsync(ProtectedAllocation allocation, DeviceGrant grant);

    /// <summary>Takes one attachment back.</summary>
    ValueTask DetachAsync(ProtectedAllocation allocation, uint device);
}

/// <summary>A piece of a pool.</summary>
/// <param name="Parent">What a memory parameter names: the provider's handle of the allocation, or of what it is a part of.</param>
/// <param name="ParentOffset">Where it begins in that.</param>
/// <param name="Segments">Where it lies; addresses are 0 for a client that may see none.</param>
public sealed record ProtectedAllocation(ulong Parent, ulong ParentOffset, IReadOnlyList<ProtectedSegment> Segments);
