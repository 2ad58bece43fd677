using MinkActors.Protocol;

namespace MinkActors;

/// <summary>Callback ids to objects: cyclic hand-out, two array hops a look-up, 8 bytes a live id.</summary>
/// <remarks>
/// Ids run from 0x80000001 to 0xFFFFFFFF, one past the last id given first, then wrapping (spec/01 section 3.2). They
/// are spread thinly once many have been released, so the table is a sparse tree of small pages, and a full page or
/// branch is skipped whole: with a million live ids the next free one is still a few steps away.
/// The private state of one actor, but for <see cref="Find"/>, which any thread may ask.
/// </remarks>
internal sealed class IdTable
{
    private const int PageBits = 8;
    private const int BranchBits = 12;
    private const int PageSize = 1 << PageBits;
    private const int BranchSize = 1 << BranchBits;
    private const uint First = 0x80000001;
    private const uint IndexCount = uint.MaxValue - First + 1;

    private readonly Branch?[] _root = new Branch?[1 << (31 - PageBits - BranchBits)];
    private readonly int _capacity;
    private uint _cursor;

    /// <param name="capacity">Live ids at the most; beyond it an id is refused (spec/11 D-35).</param>
    public IdTable(int capacity) => _capacity = capacity;

    /// <summary>Live ids.</summary>
    public int Count { get; private set; }

    /// <summary>The next search starts here. Set by simulations that want ids to wrap soon.</summary>
    public CallbackId Next
    {
        set => _cursor = value.Value - First;
    }

    /// <summary>Gives the object a new id; false when the table is full.</summary>
    public bool TryAdd(MinkObject target, out CallbackId id)
    {
        id = default;
        if (Count >= _capacity) return false;
        var index = NextFree(_cursor);
        var branch = _root[index >> (PageBits + BranchBits)] ??= new Branch();
        ref var page = ref branch.Pages[(index >> PageBits) & (BranchSize - 1)];
        page ??= new Page();
        page.Slots[index & (PageSize - 1)].Target = target;
        page.Used++;
        if (page.Used == PageSize) branch.FullPages++;
        Count++;
        _cursor = index + 1 == IndexCount ? 0 : index + 1;
        CallbackId.TryCreate(First + index, out id);
        return true;
    }

    /// <summary>The object behind a live id, or null. Any thread: pages are made before they are linked, and a slot is one word.</summary>
    public MinkObject? Find(ObjectId id)
    {
        if (!id.IsCallback) return null;
        var index = id.Value - First;
        return PageOf(index)?.Slots[index & (PageSize - 1)].Target;
    }

    /// <summary>One more reference behind the id (RETAIN, spec/01 section 5). The id must be live.</summary>
    public void Retain(ObjectId id)
    {
        var index = id.Value - First;
        var page = PageOf(index)!;
        page.Retained ??= new Dictionary<int, int>();
        var slot = (int)(index & (PageSize - 1));
        page.Retained[slot] = page.Retained.GetValueOrDefault(slot) + 1;
    }

    /// <summary>Drops one reference behind the id; the id dies with its last one.</summary>
    /// <returns>The object whose reference was dropped and is now the caller's to put, or null for an id that is not live.</returns>
    public MinkObject? Drop(ObjectId id)
    {
        if (!id.IsCallback) return null;
        var index = id.Value - First;
        var page = PageOf(index);
        var slot = (int)(index & (PageSize - 1));
        if (page?.Slots[slot].Target is not { } target) return null;
        if (page.Retained is { } retained && retained.Remove(slot, out var extra))
        {
            if (extra > 1) retained[slot] = extra - 1;
            return target;
        }
        Remove(index, page, slot);
        return target;
    }

    /// <summary>Every live id with its object and the references behind it.</summary>
    public IEnumerable<(ObjectId Id, MinkObject Target, int References)> Entries()
    {
        for (uint top = 0; top < _root.Length; top++)
        {
            if (_root[top] is not { } branch) continue;
            for (uint middle = 0; middle < BranchSize; middle++)
            {
                if (branch.Pages[middle] is not { } page) continue;
                for (var slot = 0; slot < PageSize; slot++)
                {
                    if (page.Slots[slot].Target is not { } target) continue;
                    var index = (((top << BranchBits) | middle) << PageBits) | (uint)slot;
                    yield return (new ObjectId(First + index), target, 1 + (page.Retained?.GetValueOrDefault(slot) ?? 0));
                }
            }
        }
    }

    private void Remove(uint index, Page page, int slot)
    {
        page.Slots[slot].Target = null;
        var branch = _root[index >> (PageBits + BranchBits)]!;
        if (page.Used == PageSize) branch.FullPages--;
        page.Used--;
        Count--;
        // The page under the cursor is about to be filled: keeping it saves an allocation per page of ids given.
        if (page.Used == 0 && (_cursor >> PageBits) != (index >> PageBits)) branch.Pages[(index >> PageBits) & (BranchSize - 1)] = null;
    }

    private Page? PageOf(uint index) => _root[index >> (PageBits + BranchBits)]?.Pages[(index >> PageBits) & (BranchSize - 1)];

    /// <summary>The first free index at or behind the start, wrapping. There is one: the caller looked at the count.</summary>
    private uint NextFree(uint start)
    {
        var index = start;
        while (true)
        {
            if (index >= IndexCount) index = 0;
            var branch = _root[index >> (PageBits + BranchBits)];
            if (branch is null) return index;
            if (branch.FullPages == BranchSize)
            {
                index = ((index >> (PageBits + BranchBits)) + 1) << (PageBits + BranchBits);
                continue;
            }
            var page = branch.Pages[(index >> PageBits) & (BranchSize - 1)];
            if (page is null || page.Slots[index & (PageSize - 1)].Target is null) return index;
            index = page.Used == PageSize ? ((index >> PageBits) + 1) << PageBits : index + 1;
        }
    }

    private sealed class Branch
    {
        public readonly Page?[] Pages = new Page?[BranchSize];
        public int FullPages;
    }

    private sealed class Page
    {
        public readonly Slot[] Slots = new Slot[PageSize];
        public Dictionary<int, int>? Retained;
        public int Used;
    }

    /// <summary>An array of these is written without the check that an array of references costs.</summary>
    private struct Slot
    {
        public MinkObject? Target;
    }
}
