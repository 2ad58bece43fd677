using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee;

/// <summary>The registered memory of one client, by cookie, and the reading of page lists (spec 09 section 8).</summary>
internal sealed class SharedObjectTable(IPhysicalPages memory, OpTeeEmulatorOptions options)
{
    private readonly Dictionary<ulong, SharedObject> _byCookie = [];

    public int Count => _byCookie.Count;

    public IEnumerable<ulong> Cookies => _byCookie.Keys;

    /// <summary>One that may be used: registered, and not on its way out.</summary>
    public bool TryFind(ulong cookie, out SharedObject found) => _byCookie.TryGetValue(cookie, out found!) && found.WhenIdle is null;

    /// <summary>REGISTER_SHM: every list page and data page is looked at before anything is kept.</summary>
    public TeeResult Register(in OpTeeParameter range)
    {
        if (_byCookie.ContainsKey(range.Cookie)) return TeeResult.BadParameters;    // L7
        if (_byCookie.Count >= options.SharedObjectsMax) return TeeResult.OutOfMemory;
        var result = TryReadPages(range, out var made);
        if (result != TeeResult.Success) return result;
        for (var i = 0; i < made!.PageCount; i++)
        {
            if (memory.TryShare(made.Pages[i])) continue;
            for (var shared = 0; shared < i; shared++) memory.Unshare(made.Pages[shared]);
            return TeeResult.BadParameters;
        }
        _byCookie[range.Cookie] = made;
        return TeeResult.Success;
    }

    /// <summary>UNREGISTER_SHM: ends through <paramref name="done"/>, at once or after the last user.</summary>
    public void Unregister(ulong cookie, Action<TeeResult> done)
    {
        if (!TryFind(cookie, out var found))
        {
            done(TeeResult.BadParameters);
            return;
        }
        found.WhenIdle = () =>
        {
            Forget(found);
            done(TeeResult.Success);
        };
        if (found.Users == 0) found.WhenIdle();
    }

    /// <summary>The client is gone.</summary>
    public void Clear()
    {
        foreach (var held in _byCookie.Values.ToArray()) Forget(held);
    }

    /// <summary>Reads a page list, each list page once into a private copy (L1..L5).</summary>
    public TeeResult TryReadPages(in OpTeeParameter range, out SharedObject? made)
    {
        made = null;
        if (!PageListWalk.TryStart(range.Address, range.ByteSize, (ulong)options.PagesPerObjectMax, out var walk, out var refusal))
            return refusal.Field == OpTeeField.PageEntry ? TeeResult.OutOfMemory : TeeResult.BadParameters;
        var pages = new ulong[walk.Entries];
        var copy = new byte[PageList.PageSize];
        for (var read = 0; walk.Remaining > 0;)
        {
            if (!memory.TryMap(walk.NextListPage, out var list)) return TeeResult.BadParameters;
            list.CopyTo(copy);
            if (!walk.TryRead(copy, pages.AsSpan(read), out var count, out _)) return TeeResult.BadParameters;
            read += count;
        }
        foreach (var page in pages)
        {
            if (!memory.TryMap(page, out _)) return TeeResult.BadParameters;
        }
        made = new SharedObject(range.Cookie, pages, range.PageOffset);
        return TeeResult.Success;
    }

    /// <summary>Contiguous memory: it must lie in the static area as a whole.</summary>
    public TeeResult TryReadStatic(in OpTeeParameter range, out SharedObject? made)
    {
        made = null;
        if (options.StaticArea is not { } area || range.ByteSize == 0 || !area.Contains(range.Address, range.ByteSize)) return TeeResult.BadParameters;
        var offset = range.PageOffset;
        var pages = new ulong[PageList.EntriesFor(range.ByteSize, offset)];
        for (var i = 0; i < pages.Length; i++)
        {
            pages[i] = range.PageListAddress + ((ulong)i * PageList.PageSize);
            if (!memory.TryMap(pages[i], out _)) return TeeResult.BadParameters;
        }
        made = new SharedObject(range.Cookie, pages, offset) { StaticAddress = range.Address, Size = range.ByteSize };
        return TeeResult.Success;
    }

    private void Forget(SharedObject held)
    {
        if (!_byCookie.Remove(held.Cookie)) return;
        foreach (var page in held.Pages) memory.Unshare(page);
    }
}
