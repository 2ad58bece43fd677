namespace MinkActors.Tests.Memory;

/// <summary>What an address of the peer's resolves to: bytes that are shared, all of them, or nothing.</summary>
public class PhysicalMemoryTests
{
    private const ulong Page = SharedRegion.PageSize;

    private readonly PhysicalMemory _memory = new();
    private readonly SharedRegion _region;

    public PhysicalMemoryTests() => _region = _memory.Allocate(2 * SharedRegion.PageSize)!;

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(0, 2 * Page, 0)]
    [InlineData(Page, Page, SharedRegion.PageSize)]
    [InlineData(2 * Page - 1, 1, 2 * SharedRegion.PageSize - 1)]
    public void Given_a_range_inside_a_region_When_resolved_Then_region_and_place_are_found(ulong start, ulong size, int place)
    {
        Assert.True(_memory.TryResolve(_region.PhysicalAddress + start, size, out var found, out var offset));
        Assert.Same(_region, found);
        Assert.Equal(place, offset);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 2 * Page + 1)]
    [InlineData(1, 2 * Page)]
    [InlineData(2 * Page - 1, 2)]
    [InlineData(2 * Page, 1)]
    [InlineData(0, ulong.MaxValue)]
    [InlineData(Page, ulong.MaxValue - Page + 1)]
    public void Given_a_range_with_bytes_outside_When_resolved_Then_nothing_is_found(ulong start, ulong size)
    {
        Assert.False(_memory.TryResolve(_region.PhysicalAddress + start, size, out var found, out _));
        Assert.Null(found);
    }

    [Theory]
    [InlineData(0, 1, true)]
    [InlineData(0, 2 * Page, true)]
    [InlineData(0, 0, false)]
    [InlineData(0, 2 * Page + 1, false)]
    [InlineData(1, 1, false)]
    [InlineData(Page, Page, false)]
    public void Given_a_buffer_When_looked_for_Then_only_the_start_of_its_region_finds_it(ulong start, ulong size, bool isFound) =>
        Assert.Same(isFound ? _region : null, _memory.Find(_region.PhysicalAddress + start, size));

    [Fact]
    public void Given_addresses_below_and_above_all_frames_When_looked_for_Then_nothing_is_found()
    {
        Assert.All([0UL, PhysicalMemory.Base - 1, PhysicalMemory.Base + (1UL << 40), ulong.MaxValue], address => Assert.Null(_memory.Find(address, 1)));
    }

    [Fact]
    public void Given_a_region_that_was_given_back_When_looked_for_Then_nothing_is_found()
    {
        _memory.Free(_region);

        Assert.Null(_memory.Find(_region.PhysicalAddress, 1));
        Assert.False(_memory.TryResolve(_region.PhysicalAddress, 1, out _, out _));
    }
}
