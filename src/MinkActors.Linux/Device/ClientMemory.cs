using MinkActors.Linux.Abi;
using MinkActors.Linux.Interception;

namespace MinkActors.Linux.Device;

/// <summary>The caller's memory, and the shared memory its context may name.</summary>
internal readonly struct ClientMemory(TeeCall call, TeeContext context) : IClientMemory
{
    public bool TryRead(ulong address, Span<byte> into) => call.TryRead(address, into);

    public bool TryWrite(ulong address, ReadOnlySpan<byte> from) => call.TryWrite(address, from);

    public bool TryGetSharedMemory(ulong id, out ulong sizeBytes) => context.Buffers.TryGetSize(context, id, out sizeBytes);
}
