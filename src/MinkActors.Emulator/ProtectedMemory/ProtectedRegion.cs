using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>A range protected as one unit, or an allocation out of one (spec 10 section 9).</summary>
/// <remarks>
/// <code>
/// Protecting → Protected → Releasing → gone
/// </code>
/// Changed under the platform's lock only.
/// </remarks>
internal sealed class ProtectedRegion
{
    // Not the bytes that the normal world sees there: a view it made before shows it nothing (spec/11 D-150).
    private readonly SharedRegion?[] _backing;

    public ProtectedRegion(ulong handle, ProtectedClient owner, ProtectedUseCase useCase, IReadOnlyList<AddressRange> segments, ProtectedPool? pool, int slot)
    {
        (Handle, Owner, UseCase, Segments, Pool, Slot) = (handle, owner, useCase, segments, pool, slot);
        _backing = new SharedRegion?[segments.Count];
    }

    public ulong Handle { get; }
    public ProtectedClient Owner { get; }
    public ProtectedUseCase UseCase { get; }
    public IReadOnlyList<AddressRange> Segments { get; }
    public AddressRange Range => Segments[0];
    public ulong Size => Segments.Aggregate(0ul, (sum, segment) => sum + segment.Size);

    /// <summary>Where it was allocated from; null for a range that was protected or lent.</summary>
    public ProtectedPool? Pool { get; }

    public int Slot { get; }

    public ProtectedRegionState State { get; set; } = ProtectedRegionState.Protecting;

    /// <summary>How often the owner has protected it, and not ended that.</summary>
    public int Handles { get; set; } = 1;

    /// <summary>References by client (op 11).</summary>
    public Dictionary<ProtectedClient, int> Added { get; } = [];

    /// <summary>Calls of trusted applications that use it.</summary>
    public int Parameters { get; set; }

    /// <summary>Mappings of memory objects that stand for it.</summary>
    public int Mappings { get; set; }

    public List<DeviceGrant> Grants { get; } = [];

    /// <summary>Told when the region is gone: those who wait, and what is held for it. Ok, or NOT_FOUND when the secure world ended first.</summary>
    public List<Action<ProtectedMemoryError>> WhenGone { get; } = [];

    public int OtherReferences => Added.Values.Sum() + Parameters + Mappings;

    public ProtectedRights RightsOf(uint device) => Grants.Find(grant => grant.Device == device).Rights;

    /// <summary>The bytes of a segment; made when first touched.</summary>
    public SharedRegion Backing(int segment) => _backing[segment] ??= new SharedRegion(Segments[segment].Start, (int)Segments[segment].Size);

    /// <summary>R7: nothing of one owner is there for the next.</summary>
    public void Scrub()
    {
        foreach (var backing in _backing) backing?.Owner.Clear();
    }
}
