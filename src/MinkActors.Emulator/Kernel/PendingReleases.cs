using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>Callback ids that the secure world gave up, until a message goes to the normal world that can carry them (spec/01 section 6).</summary>
/// <remarks>Any thread. Who finds none pays one read.</remarks>
internal sealed class PendingReleases
{
    private readonly Queue<uint> _ids = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public void Add(ObjectId id)
    {
        lock (_ids)
        {
            _ids.Enqueue(id.Value);
            _count = _ids.Count;
        }
    }

    /// <summary>Writes as many as fit into the async area of a message that is about to leave; ends the area with a zero version.</summary>
    /// <param name="outbound">The buffer.</param>
    /// <param name="start">Where its async area starts.</param>
    public void WriteTo(SharedRegion outbound, int start)
    {
        lock (_ids)
        {
            var room = AsyncArea.IdsThatFit(outbound.Size - start);
            var count = Math.Min(_ids.Count, room);
            if (count == 0) return;
            scoped Span<uint> batch = count <= 256 ? stackalloc uint[256] : new uint[count];
            for (var i = 0; i < count; i++) batch[i] = _ids.Dequeue();
            _count = _ids.Count;
            // Only what is written counts as dirty: the normal world clears no more than that.
            var used = (AsyncArea.HeaderSize + count * sizeof(uint) + 7) & ~7;
            var length = Math.Min(used + sizeof(uint), outbound.Size - start);
            new AsyncReleaseWriter(outbound.Peer(start, length)).TryWrite(batch[..count]);
        }
    }
}
