using System.Collections.Concurrent;

namespace MinkActors.Emulator.OpTee.Mediator;

/// <summary>Physical memory as OP-TEE sees it below a mediator: pinned pages of guests, and the mediator's shadows.</summary>
internal sealed class HostMemory : IPhysicalPages
{
    private const ulong DomainSize = 0x1_0000_0000;
    private const ulong ShadowStart = 0x100_0000_0000_0000;

    private readonly ConcurrentDictionary<ulong, (GuestMemory Memory, ShadowPages Shadows)> _guests = new();

    /// <summary>Where the shadows of a domain begin: far beyond every guest.</summary>
    public static ulong ShadowBase(ushort domain) => ShadowStart + (domain * DomainSize);

    public void Add(ushort domain, GuestMemory memory, ShadowPages shadows) => _guests[domain] = (memory, shadows);

    public void Remove(ushort domain) => _guests.TryRemove(domain, out _);

    public bool TryMap(ulong page, out Span<byte> bytes)
    {
        bytes = default;
        if (page >= ShadowStart) return _guests.TryGetValue((page - ShadowStart) / DomainSize, out var owner) && owner.Shadows.TryMap(page, out bytes);
        var first = PhysicalMemory.Base + 0x8_4000_0000;
        return page >= first && _guests.TryGetValue((page - first) / DomainSize, out var guest) && guest.Memory.TryMapHost(page, out bytes);
    }
}
