using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>The secure threads: as many as the limit allows, each at rest with the outbound buffer that it last served.</summary>
/// <remarks>
/// Buffers come back again and again, so an entry usually finds its thread by its buffer and takes it with one
/// compare-and-swap: no pool, and no counter that all cores share. A buffer without a thread takes over one that rests.
/// </remarks>
internal sealed class SecureThreadTable(SecureDomain domain, int max)
{
    private readonly SecureThread?[] _threads = new SecureThread?[max];
    private readonly Lock _lock = new();
    private int _made;

    /// <summary>Threads that run or wait for a callback. Exact only while nothing runs.</summary>
    public int InUse
    {
        get
        {
            var busy = 0;
            for (var i = 0; i < Volatile.Read(ref _made); i++)
            {
                if (_threads[i]!.IsBusy) busy++;
            }
            return busy;
        }
    }

    /// <summary>Callback ids that came with calls and that their code has not looked at. Exact only while nothing runs.</summary>
    public IEnumerable<ObjectId> UnseenIds() => _threads.Take(Volatile.Read(ref _made)).SelectMany(thread => thread!.UnseenIds());

    /// <summary>A thread for a call that brings this outbound buffer.</summary>
    /// <param name="outbound">The buffer; only one call at a time may bring it.</param>
    /// <param name="hint">Where a resting thread is likely: the caller's slot.</param>
    /// <param name="isTaken">When null is returned: a thread has the buffer now. Otherwise every thread is busy.</param>
    public SecureThread? TryTake(SharedRegion outbound, int hint, out bool isTaken)
    {
        isTaken = false;
        while (true)
        {
            var bound = outbound.PeerTag as SecureThread;
            if (bound is not null)
            {
                if (bound.TryTake())
                {
                    if (ReferenceEquals(bound.Outbound, outbound)) return bound;
                    bound.Rest();
                }
                else if (bound.IsServing(outbound))
                {
                    isTaken = true;
                    return null;
                }
            }
            // No thread, or one that is just leaving for another buffer.
            if (TryTakeAny(hint) is not { } thread) return null;
            if (thread.TryBind(outbound, bound)) return thread;
            thread.Rest();
        }
    }

    /// <summary>A thread in no service, on its way to another buffer.</summary>
    private SecureThread? TryTakeAny(int hint)
    {
        var made = Volatile.Read(ref _made);
        for (var i = 0; i < made; i++)
        {
            var thread = _threads[(int)((uint)(hint + i) % (uint)made)]!;
            if (thread.TryMoveOut()) return thread;
        }
        lock (_lock)
        {
            if (_made == max) return null;
            var thread = new SecureThread(domain);
            thread.TryMoveOut();
            _threads[_made] = thread;
            Volatile.Write(ref _made, _made + 1);
            return thread;
        }
    }
}
