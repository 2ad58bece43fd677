using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee.Mediator;

/// <summary>
/// The shared buffers of one guest: pinned guest pages and the list of their host addresses that OP-TEE gets instead of the
/// guest's list (M14). A refused translation leaves no trace.
/// </summary>
internal sealed class SharedBuffers(IGuestMemory guest, ShadowPages shadows, MediatorLimits limits)
{
    private readonly Dictionary<ulong, Buffer> _byCookie = [];

    public int Count => _byCookie.Count;

    public int Pages { get; private set; }

    public bool Contains(ulong cookie) => _byCookie.ContainsKey(cookie);

    /// <summary>Translates a page-list parameter.</summary>
    /// <param name="parameter">As the guest wrote it, out of a private copy.</param>
    /// <param name="address">Shadow list and page offset, for OP-TEE.</param>
    /// <returns>SUCCESS; OUT_OF_MEMORY for limits; BAD_PARAMETERS for everything else.</returns>
    public TeeResult TryTranslate(in OpTeeParameter parameter, out ulong address)
    {
        address = 0;
        if (parameter.Cookie == 0 || _byCookie.ContainsKey(parameter.Cookie)
            || !PageListWalk.TryStart(parameter.Address, parameter.ByteSize, ulong.MaxValue, out var walk, out _))
        {
            return TeeResult.BadParameters;
        }
        if (_byCookie.Count >= limits.Buffers || walk.Entries > (ulong)limits.PagesPerBuffer
            || Pages + (int)walk.Entries >= limits.PagesTotal)
        {
            return TeeResult.OutOfMemory;
        }
        if (!shadows.TryAllocate((int)PageList.ListPagesFor(walk.Entries), out var list))
        {
            return TeeResult.OutOfMemory;
        }
        // The whole reservation is made first and given back whole (M15), so that a failure in the middle cannot unbalance it.
        Pages += (int)walk.Entries;
        var buffer = new Buffer(list, (int)walk.Entries);
        if (!PinAll(walk, buffer))
        {
            Give(buffer);
            return TeeResult.BadParameters;
        }
        _byCookie[parameter.Cookie] = buffer;
        address = list | (uint)parameter.PageOffset;
        return TeeResult.Success;
    }

    /// <summary>Registered for good: OP-TEE has read the list, the pages stay pinned (M29).</summary>
    public void DropList(ulong cookie)
    {
        if (_byCookie.TryGetValue(cookie, out var buffer))
        {
            shadows.Free(buffer.List);
        }
    }

    /// <summary>Unpins and forgets; an unknown cookie is ignored.</summary>
    public void Drop(ulong cookie)
    {
        if (_byCookie.Remove(cookie, out var buffer))
        {
            Give(buffer);
        }
    }

    /// <summary>Drops any one buffer; false when there is none (M30).</summary>
    public bool DropOne()
    {
        foreach (var cookie in _byCookie.Keys)
        {
            Drop(cookie);
            return true;
        }
        return false;
    }

    private bool PinAll(PageListWalk walk, Buffer buffer)
    {
        Span<byte> page = new byte[PageList.PageSize];
        Span<ulong> some = stackalloc ulong[PageList.EntriesPerPage];
        var hosts = new List<ulong>(buffer.Reserved);
        while (walk.Remaining > 0)
        {
            if (!guest.TryRead(walk.NextListPage, page) || !walk.TryRead(page, some, out var count, out _))
            {
                return false;
            }
            foreach (var address in some[..count])
            {
                if (!guest.TryPin(address, out var host))
                {
                    return false;
                }
                buffer.Pinned.Add(address);
                hosts.Add(host);
            }
        }
        return PageList.TryWrite(shadows.Bytes(buffer.List), buffer.List, [.. hosts], out _);
    }

    private void Give(Buffer buffer)
    {
        foreach (var page in buffer.Pinned)
        {
            guest.Unpin(page);
        }
        shadows.Free(buffer.List);
        Pages -= buffer.Reserved;
    }

    private sealed record Buffer(ulong List, int Reserved)
    {
        public List<ulong> Pinned { get; } = [];
    }
}
