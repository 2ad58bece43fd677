using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee.Mediator;

/// <summary>The mediator's own pages: what OP-TEE reads instead of the guest's. Addresses are host addresses, never reused while
/// this pool lives, so that a stale one is recognisable. Any thread: OP-TEE reads while the mediator takes and gives.</summary>
/// <param name="baseAddress">Host address of the first page, page-aligned.</param>
/// <param name="pagesMax">Pages that can be out at a time.</param>
public sealed class ShadowPages(ulong baseAddress, int pagesMax = 4096)
{
    private readonly Dictionary<ulong, byte[]> _blocks = [];
    private readonly Dictionary<ulong, ArraySegment<byte>> _pages = [];
    private readonly Lock _gate = new();
    private ulong _next = baseAddress;
    private int _live;

    /// <summary>Pages out at present.</summary>
    public int Live
    {
        get
        {
            lock (_gate)
            {
                return _live;
            }
        }
    }

    /// <summary>Takes zeroed pages that lie side by side.</summary>
    public bool TryAllocate(int count, out ulong address)
    {
        lock (_gate)
        {
            address = 0;
            if (count <= 0 || count > pagesMax - _live)
            {
                return false;
            }
            address = _next;
            _next += (ulong)count * PageList.PageSize;
            var block = _blocks[address] = new byte[count * PageList.PageSize];
            for (var i = 0; i < count; i++)
            {
                _pages[address + ((ulong)i * PageList.PageSize)] = new(block, i * PageList.PageSize, PageList.PageSize);
            }
            _live += count;
            return true;
        }
    }

    /// <summary>The bytes of an allocation, named by its first address; empty for any other address.</summary>
    public Span<byte> Bytes(ulong address)
    {
        lock (_gate)
        {
            return _blocks.TryGetValue(address, out var block) ? block : default(Span<byte>);
        }
    }

    /// <summary>One page of an allocation.</summary>
    public bool TryMap(ulong page, out Span<byte> bytes)
    {
        lock (_gate)
        {
            var found = _pages.TryGetValue(page, out var segment);
            bytes = segment;
            return found;
        }
    }

    /// <summary>Gives an allocation back; anything else is ignored.</summary>
    public void Free(ulong address)
    {
        lock (_gate)
        {
            if (!_blocks.Remove(address, out var block))
            {
                return;
            }
            for (var i = 0ul; i < (ulong)block.Length; i += PageList.PageSize)
            {
                _pages.Remove(address + i);
            }
            _live -= block.Length / PageList.PageSize;
        }
    }
}
