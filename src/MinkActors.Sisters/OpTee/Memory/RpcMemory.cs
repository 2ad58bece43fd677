namespace MinkActors.Sisters.OpTee;

/// <summary>Memory that OP-TEE holds by RPC, by cookie: message buffers and what it asked for with SHM_ALLOC. Any thread.</summary>
/// <remarks>Ours until OP-TEE gives it back; at the end of the system all of it is taken.</remarks>
internal sealed class RpcMemory(BufferPool pool, long bytesMax)
{
    private readonly Dictionary<ulong, SharedRegion> _byCookie = [];
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
            _byCookie.Add(cookie, region);
            _bytes += region.Size;
            return region;
        }
    }

    public SharedRegion? Find(ulong cookie)
    {
        lock (_gate) return _byCookie.GetValueOrDefault(cookie);
    }

    /// <summary>OP-TEE gives one back; false for a cookie that names none.</summary>
    public bool Remove(ulong cookie)
    {
        lock (_gate)
        {
            if (!_byCookie.Remove(cookie, out var region)) return false;
            _bytes -= region.Size;
            pool.Return(region);
            return true;
        }
    }

    /// <summary>OP-TEE is gone, or has no call left that could use any.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            foreach (var region in _byCookie.Values) pool.Return(region);
            _byCookie.Clear();
            _bytes = 0;
        }
    }
}
