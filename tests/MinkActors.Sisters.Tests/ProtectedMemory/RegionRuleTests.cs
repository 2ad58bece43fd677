using System.Text;
using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Protocol.ProtectedMemory;
using static MinkActors.Protocol.ProtectedMemory.ProtectedMemoryError;

namespace MinkActors.Sisters.Tests.ProtectedMemory;

/// <summary>The rules R1 to R17 of spec 10 section 7, and the order of checks.</summary>
public sealed class RegionRuleTests
{
    private const uint Decoder = 0x101, Display = 0x102, Gpu = 0x105;

    [Theory]
    [InlineData(ServiceRig.Window + 1, ServiceRig.Size, BadParameters)]
    [InlineData(ServiceRig.Window, ServiceRig.Size + 1, BadParameters)]
    [InlineData(ServiceRig.Window, 4096, BadParameters)]
    [InlineData(ServiceRig.Window, 0, BadParameters)]
    [InlineData(0xFFFF_FFFF_FFFF_F000, ServiceRig.Size, BadParameters)]
    [InlineData(0x1000_0000, ServiceRig.Size, OutOfWindow)]
    [InlineData(0x7FF8_0000, ServiceRig.Size, OutOfWindow)]
    [InlineData(0x7000_0000, ServiceRig.Size, Conflict)]
    [InlineData(0x71F8_0000, ServiceRig.Size, Conflict)]
    [InlineData(0x7800_0000, ServiceRig.Size, Conflict)]
    [InlineData(0x7280_0000, ServiceRig.Size, Ok)]
    public void R01_R02_R03_Given_a_range_When_protected_Then_the_first_broken_rule_answers(ulong address, ulong size, ProtectedMemoryError expected) =>
        ServiceRig.Run(async rig => Assert.Equal(expected, (await rig.ProtectAsync(address, size)).Error));

    [Fact]
    public void Check04_Given_two_broken_rules_When_protected_Then_the_stated_order_decides() => ServiceRig.Run(async rig =>
    {
        await rig.ProtectAsync();

        Assert.Equal(BadParameters, (await rig.ProtectAsync(0x1000_0001)).Error);
        Assert.Equal(BadParameters, (await rig.ProtectAsync(useCase: (ProtectedUseCase)9, address: 0x1000_0000)).Error);
        Assert.Equal(OutOfWindow, (await rig.ProtectAsync(0x6FFF_F000)).Error);
        Assert.Equal(Conflict, (await rig.ProtectAsync(ServiceRig.Window + 4096, grants: new DeviceGrant(0x999, ProtectedRights.Read))).Error);
        Assert.Equal(NotFound, (await rig.ProtectAsync(ServiceRig.Window + (2 * ServiceRig.Size), grants: new DeviceGrant(0x999, ProtectedRights.Read))).Error);
        Assert.Equal(AccessDenied, (await rig.ProtectAsync(0x1000_0000, client: new ProtectedClient(5))).Error);
        Assert.Equal(1, rig.Service.Regions);
    });

    [Fact]
    public void R05_Given_an_exact_repeat_When_protected_again_Then_the_same_handle_merged_grants_and_two_ends() => ServiceRig.Run(async rig =>
    {
        var first = await rig.ProtectAsync(grants: new DeviceGrant(Decoder, ProtectedRights.ReadWrite));
        var again = await rig.ProtectAsync(grants: new DeviceGrant(Display, ProtectedRights.Read));
        var other = await rig.ProtectAsync(useCase: ProtectedUseCase.TrustedUserInterface);
        var stranger = await rig.ProtectAsync(client: new ProtectedClient());
        RegionDescription.TryRead((await rig.HandleAsync(ProtectedMemoryOperation.QueryRegion, first.Made.Handle)).Output, out var region, out var grants);

        Assert.Equal((first.Made.Handle, Conflict, Conflict, 2, 2u), (again.Made.Handle, other.Error, stranger.Error, grants.Count, region.References));
        Assert.Equal(Ok, await rig.ReleaseAsync(first.Made.Handle));
        Assert.Equal(1, rig.Service.Regions);
        Assert.Equal((Ok, 0), (await rig.ReleaseAsync(first.Made.Handle), rig.Service.Regions));
    });

    [Fact]
    public void Check03_R06_D149_Given_eight_slots_When_a_seventh_dynamic_region_is_asked_Then_no_slot_until_one_is_given_back() => ServiceRig.Run(async rig =>
    {
        var handles = new List<ProtectAnswer>();
        for (var i = 0ul; i < 6; i++) handles.Add((await rig.ProtectAsync(ServiceRig.Window + (i * ServiceRig.Size))).Made);

        Assert.Equal([2u, 3, 4, 5, 6, 7], handles.Select(made => made.Slot));
        Assert.Equal(NoSlot, (await rig.ProtectAsync(ServiceRig.Window + (6 * ServiceRig.Size))).Error);
        Assert.Equal(6, rig.Service.Regions);
        await rig.ReleaseAsync(handles[2].Handle);
        Assert.Equal((Ok, 4u), ((await rig.ProtectAsync(ServiceRig.Window + (6 * ServiceRig.Size))) is var fits ? fits.Error : default, fits.Made.Slot));
    });

    [Fact]
    public void R10_Given_no_dynamic_slots_or_no_pool_When_asked_Then_not_supported() => ServiceRig.Run(async rig =>
    {
        Assert.Equal(NotSupported, (await rig.ProtectAsync()).Error);
        Assert.Equal(NotSupported, (await rig.AllocateAsync(4096, ProtectedUseCase.SecureVideoRecording)).Error);
        Assert.Equal(Ok, (await rig.AllocateAsync(4096)).Error);
    }, new ProtectedPlatformOptions { DynamicSlots = 0, DynamicPools = [] });

    [Fact]
    public void Check06_R07_Given_a_secret_written_by_a_device_When_the_region_goes_and_comes_again_Then_zeros_for_everybody() => ServiceRig.Run(async rig =>
    {
        rig.Platform.Write(ServiceRig.Window, "before"u8);
        var made = (await rig.ProtectAsync(grants: new DeviceGrant(Decoder, ProtectedRights.ReadWrite))).Made;
        var seen = new byte[6];
        Assert.True(rig.Platform.DeviceRead(Decoder, ServiceRig.Window, seen) && !seen.AsSpan().ContainsAnyExcept((byte)0));
        Assert.True(rig.Platform.DeviceWrite(Decoder, ServiceRig.Window, "secret"u8));
        await rig.ReleaseAsync(made.Handle);

        rig.Platform.Read(ServiceRig.Window, seen);

        Assert.True(!seen.AsSpan().ContainsAnyExcept((byte)0));
        var pool = (await rig.AllocateAsync(4096, grants: new DeviceGrant(Decoder, ProtectedRights.ReadWrite))).Made;
        rig.Platform.DeviceWrite(Decoder, pool.Address, "secret"u8);
        await rig.ReleaseAsync(pool.Handle, isAllocation: true);
        var next = (await rig.AllocateAsync(4096, grants: new DeviceGrant(Decoder, ProtectedRights.Read))).Made;
        Assert.True(next.Address == pool.Address && rig.Platform.DeviceRead(Decoder, next.Address, seen) && !seen.AsSpan().ContainsAnyExcept((byte)0));
    });

    [Theory]
    [InlineData(0, 0, BadParameters)]
    [InlineData(4096, 3, BadParameters)]
    [InlineData(4096, 2048, BadParameters)]
    [InlineData(ulong.MaxValue, 0, BadParameters)]
    [InlineData(33 << 20, 0, NoMemory)]
    [InlineData(32 << 20, 0, Ok)]
    [InlineData(1, 1 << 20, Ok)]
    public void R08_Given_a_size_and_an_alignment_When_allocated_Then_the_rule_decides(ulong size, ulong alignment, ProtectedMemoryError expected) =>
        ServiceRig.Run(async rig => Assert.Equal(expected, (await rig.AllocateAsync(size, alignment: alignment)).Error));

    [Fact]
    public void Check11_R08_Given_a_pool_in_pieces_When_one_gap_is_too_small_Then_several_segments_only_if_allowed() => ServiceRig.Run(async rig =>
    {
        const ulong Mega = 1 << 20;
        var held = new List<AllocateAnswer>();
        for (var i = 0; i < 8; i++) held.Add((await rig.AllocateAsync(Mega, ProtectedUseCase.TrustedUserInterface)).Made);
        Assert.Equal(NoMemory, (await rig.AllocateAsync(1, ProtectedUseCase.TrustedUserInterface)).Error);
        await rig.ReleaseAsync(held[1].Handle, isAllocation: true);
        await rig.ReleaseAsync(held[4].Handle, isAllocation: true);

        var whole = await rig.AllocateAsync(2 * Mega, ProtectedUseCase.TrustedUserInterface);
        var pieces = await rig.AllocateAsync((2 * Mega) - 1, ProtectedUseCase.TrustedUserInterface, flags: ProtectedMemoryLimits.SeveralSegments);
        var segments = (await rig.HandleAsync(ProtectedMemoryOperation.GetSegments, pieces.Made.Handle)).Output;

        Assert.Equal((NoMemory, Ok, 2u, 0ul, 2 * Mega), (whole.Error, pieces.Error, pieces.Made.Segments, pieces.Made.Address, pieces.Made.ByteSize));
        ProtectedSegment.TryRead(segments, out var first);
        Assert.Equal((held[1].Address, (uint)Mega, 24), (first.Address, first.Length, segments.Length));
        Assert.Equal(NotSupported, (await rig.HandleAsync(ProtectedMemoryOperation.AddReference, pieces.Made.Handle)).Error);    // O8
    });

    [Fact]
    public void R09_Given_a_dynamic_pool_When_first_used_and_last_freed_Then_lent_once_and_reclaimed_once() => ServiceRig.Run(async rig =>
    {
        var first = (await rig.AllocateAsync(4096, ProtectedUseCase.SecureVideoRecording)).Made;
        var second = (await rig.AllocateAsync(4096, ProtectedUseCase.SecureVideoRecording)).Made;
        Assert.Equal((3, first.Slot, first.Address + 4096), (rig.Service.SlotsUsed, second.Slot, second.Address));
        Assert.Throws<ProtectedAccessFault>(() => rig.Platform.Read(0x7800_0000 + 0x8000, new byte[1]));
        await rig.ReleaseAsync(first.Handle, isAllocation: true);
        Assert.Equal(3, rig.Service.SlotsUsed);
        await rig.ReleaseAsync(second.Handle, isAllocation: true);

        Assert.Equal(2, rig.Service.SlotsUsed);
        rig.Platform.Read(0x7800_0000 + 0x8000, new byte[1]);
    });

    [Fact]
    public void R12_R13_Given_grants_When_replaced_and_revoked_Then_effective_at_once() => ServiceRig.Run(async rig =>
    {
        var handle = (await rig.ProtectAsync()).Made.Handle;
        Assert.Equal(NotFound, await rig.AskAsync(ProtectedMemoryOperation.Grant, handle, 0x999, 4));
        Assert.Equal(AccessDenied, await rig.AskAsync(ProtectedMemoryOperation.Grant, handle, Display, 6));
        Assert.Equal(AccessDenied, await rig.AskAsync(ProtectedMemoryOperation.Grant, handle, Gpu, 4));
        Assert.Equal(BadParameters, await rig.AskAsync(ProtectedMemoryOperation.Grant, handle, Decoder, 1));
        Assert.Equal(NotFound, await rig.AskAsync(ProtectedMemoryOperation.Revoke, handle, Decoder));

        Assert.Equal(Ok, await rig.AskAsync(ProtectedMemoryOperation.Grant, handle, Decoder, 6));
        Assert.True(rig.Platform.DeviceWrite(Decoder, ServiceRig.Window, new byte[1]));
        Assert.Equal(Ok, await rig.AskAsync(ProtectedMemoryOperation.Grant, handle, Decoder, 4));
        Assert.False(rig.Platform.DeviceWrite(Decoder, ServiceRig.Window, new byte[1]));
        Assert.Equal(Ok, await rig.AskAsync(ProtectedMemoryOperation.Revoke, handle, Decoder));
        Assert.False(rig.Platform.DeviceRead(Decoder, ServiceRig.Window, new byte[1]));
    });

    [Fact]
    public void Check10_R14_O01_Given_a_client_behind_a_mediator_When_it_asks_Then_no_address_in_and_none_out() => ServiceRig.Run(async rig =>
    {
        var guest = new ProtectedClient(3);

        var made = await rig.AllocateAsync(4096, client: guest);
        ProtectedSegment.TryRead((await rig.HandleAsync(ProtectedMemoryOperation.GetSegments, made.Made.Handle, client: guest)).Output, out var segment);
        RegionDescription.TryRead((await rig.HandleAsync(ProtectedMemoryOperation.QueryRegion, made.Made.Handle, client: guest)).Output, out var region, out _);

        Assert.Equal(AccessDenied, (await rig.ProtectAsync(client: guest)).Error);
        Assert.Equal((Ok, 0ul, 0ul, 0ul, 4096u), (made.Error, made.Made.Address, segment.Address, region.Address, segment.Length));
        Assert.Equal(NotSupported, (await rig.HandleAsync(ProtectedMemoryOperation.AddReference, made.Made.Handle, client: guest)).Error);
    });

    [Fact]
    public void R15_Given_a_handle_of_another_client_When_used_Then_not_found_everywhere() => ServiceRig.Run(async rig =>
    {
        var handle = (await rig.ProtectAsync()).Made.Handle;
        var thief = new ProtectedClient();

        Assert.Equal(NotFound, await rig.ReleaseAsync(handle, client: thief));
        Assert.Equal(NotFound, await rig.AskAsync(ProtectedMemoryOperation.Grant, handle, Decoder, 4, thief));
        Assert.Equal(NotFound, await rig.AskAsync(ProtectedMemoryOperation.Revoke, handle, Decoder, 0, thief));
        foreach (var operation in (ProtectedMemoryOperation[])[ProtectedMemoryOperation.GetSegments, ProtectedMemoryOperation.QueryRegion, ProtectedMemoryOperation.AddReference, ProtectedMemoryOperation.DropReference])
            Assert.Equal(NotFound, (await rig.HandleAsync(operation, handle, client: thief)).Error);
    });

    [Fact]
    public void Given_a_released_handle_When_its_place_is_taken_again_Then_the_old_handle_is_never_valid_again() => ServiceRig.Run(async rig =>
    {
        var old = (await rig.ProtectAsync()).Made.Handle;
        await rig.ReleaseAsync(old);
        var fresh = (await rig.ProtectAsync()).Made.Handle;

        Assert.NotEqual(old, fresh);
        Assert.Equal((uint)old, (uint)fresh);
        Assert.Equal(NotFound, await rig.ReleaseAsync(old));
    });

    [Fact]
    public void Check01_Given_sizes_that_are_wrong_by_one_When_asked_Then_bad_parameters_or_short_buffer() => ServiceRig.Run(async rig =>
    {
        foreach (var operation in Enum.GetValues<ProtectedMemoryOperation>())
        {
            if (operation == ProtectedMemoryOperation.ResolveDevice) continue;
            Assert.Equal(BadParameters, (await rig.Service.InvokeAsync(rig.Client, operation, new byte[operation == ProtectedMemoryOperation.GetInfo ? 1 : 7], 100)).Error);
        }
        Assert.Equal(BadParameters, (await rig.Service.InvokeAsync(rig.Client, (ProtectedMemoryOperation)13, default, 100)).Error);
        Assert.Equal(ShortBuffer, (await rig.Service.InvokeAsync(rig.Client, ProtectedMemoryOperation.GetInfo, default, 47)).Error);
        Assert.Equal(ShortBuffer, (await rig.Service.InvokeAsync(rig.Client, ProtectedMemoryOperation.GetUseCaseConfig, new byte[] { 1, 0, 0, 0, 0, 0, 0, 0 }, 23)).Error);
        Assert.Equal(0, rig.Service.Regions);
    });

    [Theory]
    [InlineData("emu,display", Ok, 0x102u)]
    [InlineData("emu,unknown", NotFound, 0u)]
    [InlineData("", BadParameters, 0u)]
    public void Given_a_compatible_string_When_resolved_Then_the_device_of_that_name(string name, ProtectedMemoryError expected, uint device) => ServiceRig.Run(async rig =>
    {
        var answer = await rig.Service.InvokeAsync(rig.Client, ProtectedMemoryOperation.ResolveDevice, Encoding.UTF8.GetBytes(name), 4);

        Assert.Equal((expected, device), (answer.Error, answer.Output.Length == 4 ? BitConverter.ToUInt32(answer.Output) : 0));
    });

    [Fact]
    public void Given_attributes_of_a_use_case_When_asked_without_and_with_room_Then_count_first_and_words_then() => ServiceRig.Run(async rig =>
    {
        var without = await rig.Service.InvokeAsync(rig.Client, ProtectedMemoryOperation.GetUseCaseConfig, new byte[] { 1, 0, 0, 0, 0, 0, 0, 0 }, 24);
        var with = await rig.Service.InvokeAsync(rig.Client, ProtectedMemoryOperation.GetUseCaseConfig, new byte[] { 1, 0, 0, 0, 0, 0, 0, 0 }, 100);

        Assert.Equal((ShortBuffer, 2u), (without.Error, BitConverter.ToUInt32(without.Output, 20)));
        Assert.True(UseCaseConfig.TryRead(with.Output, out var config, out var words));
        Assert.Equal((1ul << 20, 8), (config.MinimumSize, words.Length));
    }, new ProtectedPlatformOptions { MemoryAttributes = [7, 8] });
}
