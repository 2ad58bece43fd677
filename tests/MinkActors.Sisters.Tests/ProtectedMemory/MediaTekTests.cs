using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;
using MinkActors.Protocol.ProtectedMemory;
using MinkActors.Sisters.OpTee;
using MinkActors.Sisters.ProtectedMemory;
using MinkActors.Sisters.Tests.OpTee;

namespace MinkActors.Sisters.Tests.ProtectedMemory;

/// <summary>Both sides of a MediaTek-style provider: the rules T1 to T5 of spec 10 section 11.</summary>
public sealed class MediaTekTests
{
    private const ulong Mega = 1 << 20;
    private static readonly (ulong Address, ulong Size) Area = (0x7300_0000, 20 * Mega);

    [Fact]
    public void Check12_T01_Given_the_commands_of_both_postings_When_memory_is_allocated_and_freed_Then_handles_are_indices_and_an_unknown_one_is_told() => CarrierTests.Run(async (world, service) =>
    {
        await using var session = await world.System.OpenSessionAsync(MediaTekCommands.Uuid, OpTeeArgument.None, OpTeeArgument.None, OpTeeArgument.None, OpTeeArgument.None);

        var old = await session.InvokeAsync(MediaTekCommands.ZeroedAllocate2023, OpTeeArgument.Value(4096, 1), OpTeeArgument.Value(8192), OpTeeArgument.InOutValue(0), OpTeeArgument.None);
        var made = await session.InvokeAsync(MediaTekCommands.ZeroedAllocate, OpTeeArgument.Value(8192, 4096), OpTeeArgument.Value(1), OpTeeArgument.InOutValue(0), OpTeeArgument.OutValue);
        var segments = await session.InvokeAsync(MediaTekCommands.GetSegments, OpTeeArgument.Value(made.Value(3).A), OpTeeArgument.InOut(new byte[120]), OpTeeArgument.None, OpTeeArgument.None);
        var freed = await session.InvokeAsync(MediaTekCommands.Free, OpTeeArgument.Value(made.Value(3).A), OpTeeArgument.OutValue, OpTeeArgument.None, OpTeeArgument.None);
        var again = await session.InvokeAsync(MediaTekCommands.Free, OpTeeArgument.Value(made.Value(3).A), OpTeeArgument.OutValue, OpTeeArgument.None, OpTeeArgument.None);

        Assert.True(old.IsSuccess && old.Value(2).A is > 0 and < uint.MaxValue);
        Assert.Equal((1ul, 12ul, 0ul, (TeeResult.Success, 1ul)), (made.Value(2).A, segments.Size(1), freed.Value(1).A, (again.Result, again.Value(1).A)));
        Assert.Equal(1, service.Regions);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Check12_T01_Given_the_client_of_a_posting_When_it_allocates_and_frees_Then_memory_of_use_case_1_comes_and_goes(bool isFirst) => CarrierTests.Run(async (world, service) =>
    {
        await using var pool = new MediaTekPool(() => world.System, new MediaTekOptions { IsFirstPosting = isFirst });

        var made = await pool.AllocateAsync(8192);
        Assert.Equal((1, 8192u, isFirst ? made.Parent : 0x7000_0000ul), (service.Regions, made.Segments[0].Length, made.Segments[0].Address));
        await pool.FreeAsync(made);

        Assert.Equal(0, service.Regions);
        Assert.Equal(Errno.EOPNOTSUPP, await ErrnoOf(pool.FreeAsync(made).AsTask()));
    });

    [Theory]
    [InlineData(true, 64ul << 20, Errno.ENOMEM)]
    [InlineData(false, 64ul << 20, Errno.ENOMEM)]
    [InlineData(true, 0ul, Errno.ENOMEM)]
    [InlineData(false, 0ul, Errno.EOPNOTSUPP)]
    public void T02_Given_a_command_that_fails_When_allocated_Then_the_errno_of_the_posting(bool isFirst, ulong size, Errno expected) => CarrierTests.Run(async (world, _) =>
    {
        await using var pool = new MediaTekPool(() => world.System, new MediaTekOptions { IsFirstPosting = isFirst });

        Assert.Equal(expected, await ErrnoOf(pool.AllocateAsync(size).AsTask()));
    });

    [Fact]
    public void T02_Given_no_TEE_or_a_session_that_is_refused_When_allocated_Then_ENODEV_or_EINVAL() => OpTeeWorld.Run(async world =>
    {
        Assert.Equal(Errno.ENODEV, await ErrnoOf(new MediaTekPool(() => null).AllocateAsync(4096).AsTask()));
        Assert.Equal(Errno.EINVAL, await ErrnoOf(new MediaTekPool(() => world.System).AllocateAsync(4096).AsTask()));
    });

    [Fact]
    public void Check12_T03_Given_an_area_When_memory_runs_out_Then_the_next_block_is_lent_and_all_return_when_nothing_is_used() => CarrierTests.Run(async (world, service) =>
    {
        await using var pool = new MediaTekPool(() => world.System, new MediaTekOptions { Area = Area });

        var first = await pool.AllocateAsync(3 * Mega);
        var inside = await pool.AllocateAsync(Mega);
        Assert.Equal((3, Area.Address, Area.Address + (3 * Mega)), (service.SlotsUsed, first.Segments[0].Address, inside.Segments[0].Address));
        var second = await pool.AllocateAsync(4 * Mega);
        Assert.Equal((4, Area.Address + (4 * Mega)), (service.SlotsUsed, second.Segments[0].Address));
        Assert.Throws<ProtectedAccessFault>(() => service.Platform.Read(Area.Address + (5 * Mega), new byte[1]));
        Assert.Equal(Errno.ENOMEM, await ErrnoOf(pool.AllocateAsync(5 * Mega).AsTask()));
        Assert.Equal(4, service.SlotsUsed);

        await pool.FreeAsync(first);
        await pool.FreeAsync(second);
        Assert.Equal(4, service.SlotsUsed);
        await pool.FreeAsync(inside);
        Assert.Equal(2, service.SlotsUsed);
        service.Platform.Read(Area.Address, new byte[1]);
        await pool.FreeAsync(await pool.AllocateAsync(Mega));
    });

    [Fact]
    public void T03_Given_no_region_left_in_the_hardware_When_an_area_is_to_be_split_Then_EINVAL() => CarrierTests.Run(async (world, service) =>
    {
        await using var pool = new MediaTekPool(() => world.System, new MediaTekOptions { Area = Area });

        Assert.Equal(Errno.EINVAL, await ErrnoOf(pool.AllocateAsync(Mega).AsTask()));
        Assert.Equal(2, service.SlotsUsed);
    }, new ProtectedPlatformOptions { DynamicSlots = 0 });

    [Fact]
    public void T03_Given_a_session_that_ends_with_blocks_lent_When_it_is_gone_Then_they_are_returned() => CarrierTests.Run(async (world, service) =>
    {
        var pool = new MediaTekPool(() => world.System, new MediaTekOptions { Area = Area });
        await pool.AllocateAsync(3 * Mega);
        await pool.AllocateAsync(3 * Mega);

        await pool.DisposeAsync();

        Assert.Equal((0, 2), (service.Regions, service.SlotsUsed));
    });

    [Fact]
    public void T04_D148_Given_a_TEE_that_starts_after_the_heap_When_many_allocate_at_once_Then_all_fail_alike_and_later_all_share_one_session() => CarrierTests.Run(async (world, service) =>
    {
        OpTeeSystem? late = null;
        await using var pool = new MediaTekPool(() => late);
        Task<Errno>[] early = [.. Enumerable.Range(0, 5).Select(_ => ErrnoOf(pool.AllocateAsync(4096).AsTask()))];
        Assert.All(await Task.WhenAll(early), errno => Assert.Equal(Errno.ENODEV, errno));

        late = world.System;
        var made = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => pool.AllocateAsync(4096).AsTask()));

        Assert.Equal((5, 1), (service.Regions, world.System.OpenSessions));
        Assert.Equal(5, made.Select(allocation => allocation.Parent).Distinct().Count());
    });

    [Fact]
    public void T05_Given_a_buffer_of_the_provider_When_a_processor_wants_it_Then_EPERM_and_the_first_posting_shows_its_handle_for_an_address() => CarrierTests.Run(async (world, _) =>
    {
        var heap = new ProtectedHeaps().Register(ProtectedUseCase.SecureVideoPlayback, new MediaTekPool(() => world.System, new MediaTekOptions { IsFirstPosting = true }));
        var buffer = await heap.AllocateAsync(5000);

        Assert.Equal(Errno.EPERM, Assert.Throws<ProtectedHeapException>(() => { buffer.Map(); }).Errno);
        Assert.Equal(buffer.Allocation.Parent, buffer.Allocation.Segments[0].Address);
        await buffer.DisposeAsync();
        await heap.DisposeAsync();
    });

    private static async Task<Errno> ErrnoOf(Task task) => (await Assert.ThrowsAsync<ProtectedHeapException>(() => task)).Errno;
}
