using MinkActors.Protocol.OpTee;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Sisters.Tests.OpTee;

/// <summary>Memory that OP-TEE holds by RPC: ranges that a request names, and memory that it gives back while the supplicant works on it.</summary>
public sealed class RpcMemoryTests
{
    private readonly PhysicalMemory _memory = new();
    private readonly BufferPool _pool;
    private readonly RpcMemory _rpc;

    public RpcMemoryTests()
    {
        _pool = new BufferPool(_memory, 0);
        _rpc = new RpcMemory(_pool, 3 * 4096);
    }

    [Theory]
    [InlineData(0ul, 4096ul, true)]
    [InlineData(4096ul, 0ul, true)]
    [InlineData(1ul, 4096ul, false)]
    [InlineData(4097ul, 0ul, false)]
    [InlineData(16ul, ulong.MaxValue, false)]
    [InlineData(ulong.MaxValue, 2ul, false)]
    public void Given_a_range_of_registered_memory_When_lent_Then_only_what_lies_inside(ulong offset, ulong size, bool isInside)
    {
        _rpc.TryAdd(5, 4096);

        Assert.Equal(isInside, _rpc.TryLend(OpTeeParameter.Registered(OpTeeParameterType.RegisteredInOut, offset, size, 5)) is not null);
        Assert.Null(_rpc.TryLend(OpTeeParameter.Registered(OpTeeParameterType.RegisteredInOut, 0, 1, 6)));
    }

    [Theory]
    [InlineData(0L, 4096ul, true)]
    [InlineData(-1L, 1ul, false)]
    [InlineData(-4096L, 8192ul, false)]
    [InlineData(4000L, 97ul, false)]
    public void Given_an_address_in_the_static_area_When_lent_Then_it_has_to_lie_in_the_memory_of_its_cookie(long offset, ulong size, bool isInside)
    {
        var region = _rpc.TryAdd(5, 4096)!;

        Assert.Equal(isInside, _rpc.TryLend(OpTeeParameter.Temporary(OpTeeParameterType.TemporaryInOut, (ulong)((long)region.PhysicalAddress + offset), size, 5)) is not null);
    }

    [Fact]
    public void Given_memory_that_is_lent_When_OPTEE_gives_it_back_Then_nobody_else_gets_it_before_the_loan_ends()
    {
        var region = _rpc.TryAdd(5, 4096)!;
        var loan = _rpc.TryLend(OpTeeParameter.Registered(OpTeeParameterType.RegisteredInOut, 0, 16, 5))!;

        Assert.True(_rpc.Remove(5));
        var other = _pool.Rent(4096);
        loan.Bytes.Fill(1);
        loan.Dispose();
        var again = _pool.Rent(4096);

        Assert.NotSame(region, other);
        Assert.Same(region, again);
        Assert.False(again!.Owner.ContainsAnyExcept((byte)0));
        Assert.False(_rpc.Remove(5));
    }

    [Fact]
    public void Given_a_budget_When_it_is_used_up_Then_refused_until_something_comes_back()
    {
        Assert.NotNull(_rpc.TryAdd(1, 8192));
        Assert.Null(_rpc.TryAdd(2, 8192));
        Assert.Null(_rpc.TryAdd(3, ulong.MaxValue));
        Assert.Null(_rpc.TryAdd(4, 0));

        _rpc.Remove(1);

        Assert.NotNull(_rpc.TryAdd(5, 8192));
    }
}
