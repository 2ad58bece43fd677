using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>Memory that OP-TEE holds by RPC, by cookie: message buffers and what it asked for with SHM_ALLOC. Any thread.</summary>
/// <remarks>Ours until OP-TEE gives it back, and for as long as the supplicant works on it: OP-TEE may give it back in another
/// call meanwhile. At the end of the system all of it is taken.</remarks>
internal sealed class RpcMemory(BufferPool pool, long bytesMax)
{
    private readonly Dictionary<ulong, Held> _byCookie = [];
    private readonly Lock _gate = new();
    private long _bytes;

    public int Count
    {
        get
        {
            lock (_gate) return _byCookie.Count;
        }
    }

    /// <summary>Gives OP-TEE a zeroed region of at least that many bytes under a cookie; null beyond the budget.</summary>
    public SharedRegion? TryAdd(ulong cookie, ulong size)
    {
        lock (_gate)
        {
            if (size is 0 || size > int.MaxValue / 2 || (long)size > bytesMax - _bytes || pool.Rent((int)size) is not { } region) return null;
            _byCookie.Add(cookie, new Held(region));
            _bytes += region.Size;
            return region;
        }
    }

    public SharedRegion? Find(ulong cookie)
    {
        lock (_gate) return _byCookie.GetValueOrDefault(cookie)?.Region;
    }

    /// <summary>Lends the range that a parameter names, a part of one region; null when there is none such.</summary>
    public Loan? TryLend(in OpTeeParameter parameter)
    {
        lock (_gate)
        {
            if (_byCookie.GetValueOrDefault(parameter.Cookie) is not { } held) return null;
            var size = (ulong)held.Region.Size;
            // An address below the region wraps to an offset beyond it.
            var offset = parameter.Attribute.IsTemporary ? unchecked(parameter.Address - held.Region.PhysicalAddress) : parameter.Offset;
            if (offset > size || parameter.ByteSize > size - offset) return null;
            held.Users++;
            // The supplicant may write all of it, and whoever has the pages next must not see it (spec/11 I-20).
            held.Region.MarkDirty((int)(offset + parameter.ByteSize));
            return new Loan(this, held, (int)offset, (int)parameter.ByteSize);
        }
    }

    /// <summary>OP-TEE gives one back; false for a cookie that names none.</summary>
    public bool Remove(ulong cookie)
    {
        lock (_gate)
        {
            if (!_byCookie.Remove(cookie, out var held)) return false;
            Drop(held);
            return true;
        }
    }

    /// <summary>OP-TEE is gone, or has no call left that could use any.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            foreach (var held in _byCookie.Values) Drop(held);
            _byCookie.Clear();
        }
    }

    private void Drop(Held held)
    {
        // While it is lent, the end of the loan comes here again.
        held.IsGivenBack = true;
        if (held.Users > 0) return;
        _bytes -= held.Region.Size;
        pool.Return(held.Region);
    }

    private void End(Held held)
    {
        lock (_gate)
        {
            if (--held.Users == 0 && held.IsGivenBack) Drop(held);
        }
    }

    internal sealed class Held(SharedRegion region)
    {
        public SharedRegion Region => region;
        public int Users { get; set; }
        public bool IsGivenBack { get; set; }
    }

    /// <summary>A range that the supplicant works on. Disposed once.</summary>
    internal sealed class Loan(RpcMemory owner, Held held, int offset, int size) : IDisposable
    {
        public Span<byte> Bytes => held.Region.Owner.Slice(offset, size);

        public void Dispose() => owner.End(held);
    }
}
