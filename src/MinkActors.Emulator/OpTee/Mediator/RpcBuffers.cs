using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee.Mediator;

/// <summary>The RPC message pages of one guest: a pinned guest page and the shadow that OP-TEE writes (M20..M23).</summary>
internal sealed class RpcBuffers(IGuestMemory guest, ShadowPages shadows)
{
    private readonly Dictionary<ulong, (ulong Page, ulong Shadow)> _byCookie = [];

    public int Count => _byCookie.Count;

    /// <summary>Takes a guest page for OP-TEE's messages (M20); false when anything about it is wrong.</summary>
    public bool TryAdd(ulong page, ulong cookie, out ulong shadow)
    {
        shadow = 0;
        if (page == 0 || cookie == 0 || (page & (PageList.PageSize - 1)) != 0 || _byCookie.ContainsKey(cookie) || !guest.TryPin(page, out _))
        {
            return false;
        }
        if (!shadows.TryAllocate(1, out shadow))
        {
            guest.Unpin(page);
            return false;
        }
        _byCookie[cookie] = (page, shadow);
        return true;
    }

    public bool TryFind(ulong cookie, out ulong page, out Span<byte> shadow)
    {
        var found = _byCookie.TryGetValue(cookie, out var buffer);
        page = buffer.Page;
        shadow = found ? shadows.Bytes(buffer.Shadow) : default;
        return found;
    }

    /// <summary>Drops one buffer; an unknown cookie is ignored.</summary>
    public void Drop(ulong cookie)
    {
        if (_byCookie.Remove(cookie, out var buffer))
        {
            guest.Unpin(buffer.Page);
            shadows.Free(buffer.Shadow);
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
}
