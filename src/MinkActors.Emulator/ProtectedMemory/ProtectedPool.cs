using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>An allocator over a carve-out, or over a range that is lent while something of it is used (R8, R9).</summary>
/// <param name="range">Where.</param>
/// <param name="useCase">What for.</param>
/// <param name="staticSlot">The slot it has for ever; null for a dynamic pool.</param>
internal sealed class ProtectedPool(AddressRange range, ProtectedUseCase useCase, int? staticSlot)
{
    private readonly SortedList<ulong, AddressRange> _used = [];

    public AddressRange Range => range;
    public ProtectedUseCase UseCase => useCase;
    public bool IsDynamic { get; } = staticSlot is null;

    /// <summary>The client whose own memory it is; null for the platform's.</summary>
    public ProtectedClient? Lender { get; init; }

    /// <summary>The slot it holds now; null for a dynamic pool of which nothing is used.</summary>
    public int? Slot { get; set; } = staticSlot;

    public bool IsEmpty => _used.Count == 0;
    public ulong Free => Gaps().Aggregate(0ul, (sum, gap) => sum + gap.Size);
    public ulong LargestFree => Gaps().Select(gap => gap.Size).DefaultIfEmpty(0ul).Max();

    /// <summary>First fit, lowest address.</summary>
    public bool TryFit(ulong size, ulong alignment, out AddressRange place)
    {
        foreach (var gap in Gaps())
        {
            var start = AlignUp(gap.Start, alignment);
            if (start < gap.Start || start >= gap.End || gap.End - start < size) continue;
            place = new AddressRange(start, size);
            return true;
        }
        place = default;
        return false;
    }

    /// <summary>Pieces from the lowest gaps upwards; at most <paramref name="segmentsMax"/>.</summary>
    public bool TryFitPieces(ulong size, ulong alignment, int segmentsMax, out List<AddressRange> pieces)
    {
        pieces = [];
        var left = size;
        foreach (var gap in Gaps())
        {
            var start = AlignUp(gap.Start, alignment);
            if (start < gap.Start || start >= gap.End) continue;
            if (pieces.Count == segmentsMax) return false;
            var taken = Math.Min(gap.End - start, left);
            pieces.Add(new AddressRange(start, taken));
            if ((left -= taken) == 0) return true;
        }
        return false;
    }

    public void Take(IEnumerable<AddressRange> places)
    {
        foreach (var place in places) _used.Add(place.Start, place);
    }

    public void GiveBack(IEnumerable<AddressRange> places)
    {
        foreach (var place in places) Invariant.Holds(_used.Remove(place.Start));
    }

    private IEnumerable<AddressRange> Gaps()
    {
        var at = range.Start;
        foreach (var used in _used.Values)
        {
            if (used.Start > at) yield return new AddressRange(at, used.Start - at);
            at = used.End;
        }
        if (range.End > at) yield return new AddressRange(at, range.End - at);
    }

    private static ulong AlignUp(ulong value, ulong alignment) => (value + alignment - 1) & ~(alignment - 1);
}
