using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee.Mediator;

/// <summary>The memory of one guest: by its own addresses for the guest, by host addresses for OP-TEE, and page by page for the mediator.</summary>
/// <remarks>
/// Host address = guest address + 0x8_4000_0000 + domain · 4 GiB (spec 09 section 13), so that one that leaks is recognisable. A
/// pinned page is not taken from the guest: what the guest frees meanwhile goes with the last pin. Any thread.
/// </remarks>
public sealed class GuestMemory : ISharedMemory, IGuestMemory
{
    private const ulong HostOffset = 0x8_4000_0000;
    private const ulong DomainSize = 0x1_0000_0000;

    private readonly PhysicalMemory _memory;
    private readonly Dictionary<ulong, int> _pins = [];
    private readonly HashSet<SharedRegion> _freed = [];
    private readonly HashSet<ulong> _taken = [];
    private readonly Lock _gate = new();
    private readonly ulong _toHost;

    internal GuestMemory(ushort domain, long budget)
    {
        _memory = new PhysicalMemory(Math.Min(budget, (long)DomainSize));
        _toHost = HostOffset + (domain * DomainSize);
    }

    /// <summary>Told after each read of the mediator, with the page: the moment at which a hostile guest changes it.</summary>
    public Action<ulong>? AfterRead { get; set; }

    /// <summary>Pins of all pages together.</summary>
    public int Pins
    {
        get
        {
            lock (_gate) return _pins.Values.Sum();
        }
    }

    /// <summary>Bytes the guest has shared, those that only a pin holds included.</summary>
    public long Shared => _memory.Shared;

    internal ulong HostStart => PhysicalMemory.Base + _toHost;

    /// <inheritdoc/>
    public SharedRegion? Allocate(int size) => _memory.Allocate(size);

    /// <inheritdoc/>
    public SharedRegion? Adopt(MemoryManager<byte> pages) => _memory.Adopt(pages);

    /// <inheritdoc/>
    public void Free(SharedRegion region)
    {
        lock (_gate)
        {
            if (HasPins(region)) _freed.Add(region);
            else _memory.Free(region);
        }
    }

    /// <inheritdoc/>
    public bool TryResolve(ulong physicalAddress, ulong size, [NotNullWhen(true)] out SharedRegion? region, out int offset) =>
        _memory.TryResolve(physicalAddress, size, out region, out offset);

    /// <summary>Takes a page from the guest, as ballooning would; false (EBUSY) while it is pinned.</summary>
    public bool TryTake(ulong page)
    {
        lock (_gate) return !_pins.ContainsKey(page) && _taken.Add(page);
    }

    /// <inheritdoc/>
    public bool TryRead(ulong page, Span<byte> copy)
    {
        if (!TryMap(page, out var bytes)) return false;
        bytes.CopyTo(copy);
        AfterRead?.Invoke(page);
        return true;
    }

    /// <inheritdoc/>
    public bool TryMap(ulong page, out Span<byte> bytes)
    {
        bytes = default;
        if (page % PageList.PageSize != 0 || page >= PhysicalMemory.Base + DomainSize) return false;
        lock (_gate)
        {
            if (_taken.Contains(page) || !_memory.TryResolve(page, PageList.PageSize, out var region, out var offset)) return false;
            // What the guest has given back is not its memory any more, though a pin still holds it for OP-TEE.
            if (_freed.Contains(region)) return false;
            bytes = region.Peer(offset, PageList.PageSize);
            return true;
        }
    }

    /// <inheritdoc/>
    public bool TryPin(ulong page, out ulong host)
    {
        host = 0;
        lock (_gate)
        {
            if (!TryMap(page, out _)) return false;
            _pins[page] = _pins.GetValueOrDefault(page) + 1;
            host = page + _toHost;
            return true;
        }
    }

    /// <inheritdoc/>
    public void Unpin(ulong page)
    {
        lock (_gate)
        {
            Invariant.Holds(_pins.GetValueOrDefault(page) > 0);
            if (--_pins[page] > 0) return;
            _pins.Remove(page);
            if (_memory.TryResolve(page, 1, out var region, out _) && _freed.Contains(region) && !HasPins(region))
            {
                _freed.Remove(region);
                _memory.Free(region);
            }
        }
    }

    /// <summary>A page by its host address, for OP-TEE: only what is pinned for it.</summary>
    internal bool TryMapHost(ulong host, out Span<byte> bytes)
    {
        bytes = default;
        lock (_gate)
        {
            var page = host - _toHost;
            if (!_pins.ContainsKey(page) || !_memory.TryResolve(page, PageList.PageSize, out var region, out var offset)) return false;
            bytes = region.Peer(offset, PageList.PageSize);
            return true;
        }
    }

    private bool HasPins(SharedRegion region)
    {
        for (var page = region.PhysicalAddress; page < region.PhysicalAddress + (ulong)region.Size; page += PageList.PageSize)
        {
            if (_pins.ContainsKey(page)) return true;
        }
        return false;
    }
}
