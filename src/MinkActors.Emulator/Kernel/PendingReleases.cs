using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>Callback ids that the secure world gave up, until a message goes to the normal world that can carry them (spec/01 section 6).</summary>
/// <remarks>Any thread. Who finds none pays one read.</remarks>
internal sealed class PendingReleases
{
    private readonly Queue<uint> _ids = new();
    private SpinGate _gate;
    private int _count;

    private const int UsualMax = 16;

    public int Count => Volatile.Read(ref _count);

    public void Add(ObjectId id)
    {
        _gate.Enter();
        _ids.Enqueue(id.Value);
        Exit();
    }

    /// <summary>Writes as many as fit into the async area of a message that is about to leave; ends the area with a zero version.</summary>
    /// <param name="outbound">The buffer.</param>
    /// <param name="start">Where its async area starts.</param>
    public void WriteTo(SharedRegion outbound, int start)
    {
        if (Count > 0) WriteSome(outbound, start);
    }

    private void WriteSome(SharedRegion outbound, int start)
    {
        var count = Math.Min(Count, AsyncArea.IdsThatFit(outbound.Size - start));
        if (count == 0) return;
        scoped Span<uint> batch = count <= UsualMax ? stackalloc uint[UsualMax] : new uint[count];
        var taken = Take(batch[..count]);
        if (taken == 0) return;
        // Only what is written counts as dirty: the normal world clears no more than that.
        var used = (AsyncArea.HeaderSize + taken * sizeof(uint) + 7) & ~7;
        var length = Math.Min(used + sizeof(uint), outbound.Size - start);
        new AsyncReleaseWriter(outbound.Peer(start, length)).TryWrite(batch[..taken]);
    }

    private int Take(Span<uint> batch)
    {
        _gate.Enter();
        var taken = 0;
        while (taken < batch.Length && _ids.TryDequeue(out var id)) batch[taken++] = id;
        Exit();
        return taken;
    }

    private void Exit()
    {
        Volatile.Write(ref _count, _ids.Count);
        _gate.Exit();
    }
}
