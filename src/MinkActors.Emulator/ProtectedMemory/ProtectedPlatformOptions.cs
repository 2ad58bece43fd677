using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>What the protection hardware of a platform is like (spec 10 section 3); the defaults are the specification's.</summary>
public sealed record ProtectedPlatformOptions
{
    /// <summary>Base and size of every region are multiples of it.</summary>
    public uint Granule { get; init; } = ProtectedMemoryLimits.Granule;

    /// <summary>Entries of the protection hardware, carve-outs included.</summary>
    public int Slots { get; init; } = ProtectedMemoryLimits.Slots;

    /// <summary>Slots that dynamic regions may take; null: those that the carve-outs leave. 0 is a platform without dynamic regions.</summary>
    public int? DynamicSlots { get; init; }

    /// <summary>Grants of one region.</summary>
    public int GrantsPerRegion { get; init; } = ProtectedMemoryLimits.GrantsMax;

    /// <summary>Where dynamic regions may lie.</summary>
    public IReadOnlyList<AddressRange> Windows { get; init; } = [new(0x7000_0000, 256 << 20)];

    /// <summary>Regions made at boot, one slot each, in order; static pools.</summary>
    public IReadOnlyList<PoolRange> CarveOuts { get; init; } =
    [
        new(new AddressRange(0x7000_0000, 32 << 20), ProtectedUseCase.SecureVideoPlayback),
        new(new AddressRange(0x7200_0000, 8 << 20), ProtectedUseCase.TrustedUserInterface),
    ];

    /// <summary>Pools over ranges that are lent when first needed.</summary>
    public IReadOnlyList<PoolRange> DynamicPools { get; init; } = [new(new AddressRange(0x7800_0000, 1 << 20), ProtectedUseCase.SecureVideoRecording)];

    /// <summary>Memory of the secure world itself: never a region.</summary>
    public IReadOnlyList<AddressRange> SecureMemory { get; init; } = [];

    /// <summary>Smallest region of a use case.</summary>
    public ulong MinimumSize { get; init; } = 1 << 20;

    /// <summary>Alignment of a region of a use case.</summary>
    public ulong Alignment { get; init; } = 4096;

    /// <summary>Width of physical addresses, 1 to 64.</summary>
    public uint AddressBits { get; init; } = 64;

    /// <summary>Memory attributes told with the configuration of a use case.</summary>
    public IReadOnlyList<uint> MemoryAttributes { get; init; } = [];

    /// <summary>Bus masters by id.</summary>
    public IReadOnlyDictionary<uint, string> Devices { get; init; } = new Dictionary<uint, string>
    {
        [0x101] = "emu,video-decoder", [0x102] = "emu,display", [0x103] = "emu,video-encoder", [0x104] = "emu,camera", [0x105] = "emu,gpu",
    };

    /// <summary>The largest rights of a device in a use case; what is not named has none.</summary>
    public IReadOnlyDictionary<(ProtectedUseCase UseCase, uint Device), ProtectedRights> Rights { get; init; } = new Dictionary<(ProtectedUseCase, uint), ProtectedRights>
    {
        [(ProtectedUseCase.SecureVideoPlayback, 0x101)] = ProtectedRights.ReadWrite,
        [(ProtectedUseCase.SecureVideoPlayback, 0x102)] = ProtectedRights.Read,
        [(ProtectedUseCase.TrustedUserInterface, 0x102)] = ProtectedRights.Read,
        [(ProtectedUseCase.TrustedUserInterface, 0x105)] = ProtectedRights.ReadWrite,
        [(ProtectedUseCase.SecureVideoRecording, 0x103)] = ProtectedRights.ReadWrite,
        [(ProtectedUseCase.SecureVideoRecording, 0x104)] = ProtectedRights.Write,
    };

    internal int DynamicSlotCount => DynamicSlots ?? Slots - CarveOuts.Count;

    internal void Check()
    {
        if (Slots < CarveOuts.Count || DynamicSlotCount < 0 || DynamicSlotCount > Slots - CarveOuts.Count) throw new ArgumentException("There are fewer slots than carve-outs and dynamic regions need.");
        if (AddressBits is 0 or > 64) throw new ArgumentException($"Addresses of {AddressBits} bits.");
        foreach (var pool in CarveOuts.Concat(DynamicPools))
        {
            if (pool.Range.Size == 0 || pool.Range.Start % Granule != 0 || pool.Range.Size % Granule != 0) throw new ArgumentException($"The pool {pool} is no whole number of granules.");
        }
    }
}

/// <summary>A range of physical addresses.</summary>
/// <param name="Start">First byte.</param>
/// <param name="Size">Bytes.</param>
public readonly record struct AddressRange(ulong Start, ulong Size)
{
    /// <summary>One beyond the last byte; ranges that wrap are refused before they are made.</summary>
    public ulong End => Start + Size;

    /// <summary>Whether a byte is in both. Touching is not overlapping.</summary>
    public bool Overlaps(in AddressRange other) => Start < other.End && other.Start < End;

    /// <summary>Whether the other lies wholly inside.</summary>
    public bool Contains(in AddressRange other) => other.Start >= Start && other.End <= End && other.End >= other.Start;

    /// <inheritdoc/>
    public override string ToString() => $"0x{Start:X}+0x{Size:X}";
}

/// <summary>A range that a pool hands out.</summary>
/// <param name="Range">Where.</param>
/// <param name="UseCase">What for.</param>
public readonly record struct PoolRange(AddressRange Range, ProtectedUseCase UseCase);
