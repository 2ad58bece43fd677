using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee.Mediator;

/// <summary>The mediator's own pages: what OP-TEE reads instead of the guest's. Addresses are host addresses, never reused while
/// this pool lives, so that a stale one is recognisable.</summary>
/// <param name="baseAddress">Host address of the first page, page-aligned.</param>
/// <param name="pagesMax">Pages that can be out at a time.</param>
public sealed class ShadowPages(ulong baseAddress, int pagesMax = 4096)
{
    private readonly Dictionary<ulong, byte[]> _blocks = [];
    private ulong _next = baseAddress;

    /// <summary>Pages out at present.</summary>
    public int Live { get; private set; }

    /// <summary>Takes zeroed pages that lie side by side.</summary>
    public bool TryAllocate(int count, out ulong address)
    {
        address = 0;
        if (count <= 0 || count > pagesMax - Live)
        {
            return false;
        }
        address = _next;
        _next += (ulong)count * PageList.PageSize;
        _blocks[address] = new byte[count * PageList.PageSize];
        Live += count;
        return true;
    }

    /// <summary>The bytes of an allocation, named by its first address; empty for any other address.</summary>
    public Span<byte> Bytes(ulong address) => _blocks.TryGetValue(address, out var block) ? block : default(Span<byte>);

    /// <summary>Gives an allocation back; anything else is ignored.</summary>
    public void Free(ulong address)
    {
        if (_blocks.Remove(address, out var block))
        {
            Live -= block.Length / PageList.PageSize;
        }
    }
}
