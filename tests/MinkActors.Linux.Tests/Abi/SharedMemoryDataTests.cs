using MinkActors.Linux.Abi;
using MinkActors.Linux.Native;

namespace MinkActors.Linux.Tests.Abi;

/// <summary>SHM_ALLOC and the two calls that are always refused: spec/03 section 11. And the numbers of section 2.</summary>
public sealed class SharedMemoryDataTests
{
    [Theory]
    [InlineData(1, 4096, Errno.Ok)]
    [InlineData(5000, 8192, Errno.Ok)]
    [InlineData(8192, 8192, Errno.Ok)]
    [InlineData(0, 0, Errno.ENOMEM)]
    [InlineData(8193, 0, Errno.ENOMEM)]
    [InlineData(ulong.MaxValue, 0, Errno.ENOMEM)]
    public void Given_a_size_When_rounded_to_pages_Then_up_and_never_past_the_limit(ulong size, ulong expected, Errno error)
    {
        Assert.Equal(error, new ShmAllocData(size, 0, 0).TryRoundToPages(4096, 8192, out var rounded));
        Assert.Equal(expected, rounded);
    }

    [Theory]
    [InlineData(8, 0, 0x1000, Errno.EFAULT)]
    [InlineData(24, 1, 0x1000, Errno.EINVAL)]
    [InlineData(24, 0, ulong.MaxValue, Errno.EFAULT)]
    [InlineData(24, 0, 0x1000, Errno.ENOTSUPP)]
    public void Given_memory_to_register_When_asked_Then_it_is_refused_for_the_first_reason(int readable, ulong flags, ulong address, Errno expected)
    {
        var memory = new FakeMemory(24).Put(FakeMemory.Start, address).Put(FakeMemory.Start + 8, 1UL).Put(FakeMemory.Start + 16, flags);
        IClientMemory client = memory;

        Assert.Equal(expected, ShmRegisterData.Refuse(ref client, FakeMemory.Start + (ulong)(24 - readable)));
    }

    [Fact]
    public void Given_the_structures_When_their_numbers_and_sizes_are_composed_Then_they_are_the_headers()
    {
        Assert.True(TeeIoctl.NumbersFollowTheHeader());
        Assert.True(Seccomp.LayoutsFollowTheHeader());
        Assert.True(Descriptors.LayoutsFollowTheHeader());
        Assert.True(Processes.LayoutsFollowTheHeader());
    }
}
