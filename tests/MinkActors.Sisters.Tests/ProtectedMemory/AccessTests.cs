using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Protocol.ProtectedMemory;
using static MinkActors.Protocol.ProtectedMemory.ProtectedMemoryError;

namespace MinkActors.Sisters.Tests.ProtectedMemory;

/// <summary>Who may touch what (spec 10 section 8), and how regions end (section 9).</summary>
public sealed class AccessTests
{
    private const uint Decoder = 0x101, Display = 0x102;

    [Fact]
    public void Check05_D150_Given_a_region_When_touched_without_the_right_Then_a_fault_is_recorded_and_no_byte_moves() => ServiceRig.Run(async rig =>
    {
        var handle = (await rig.ProtectAsync(grants: new DeviceGrant(Display, ProtectedRights.Read))).Made.Handle;
        var seen = new byte[8];

        Assert.Throws<ProtectedAccessFault>(() => rig.Platform.Read(ServiceRig.Window + 100, seen));
        Assert.Throws<ProtectedAccessFault>(() => rig.Platform.Write(ServiceRig.Window - 4, new byte[8]));
        Assert.False(rig.Platform.DeviceRead(Decoder, ServiceRig.Window, seen));
        Assert.False(rig.Platform.DeviceWrite(Display, ServiceRig.Window, "12345678"u8));
        Assert.False(rig.Platform.DeviceRead(Display, ServiceRig.Window + ServiceRig.Size - 4, seen));
        Assert.False(rig.Platform.DeviceRead(Display, ServiceRig.Window + (8 * ServiceRig.Size), seen));
        Assert.False(rig.Platform.DeviceRead(Display, ulong.MaxValue - 3, seen));

        Assert.Equal(7, rig.Platform.Faults.Count);
        Assert.Equal((BusInitiator.NormalCpu, handle, BusAccess.Read), (rig.Platform.Faults[0].Initiator, rig.Platform.Faults[0].Region, rig.Platform.Faults[0].Access));
        Assert.Equal((BusInitiator.Device, Display, 0ul), (rig.Platform.Faults[5].Initiator, rig.Platform.Faults[5].Id, rig.Platform.Faults[5].Region));
        Assert.True(rig.Platform.DeviceRead(Display, ServiceRig.Window, seen) && !seen.AsSpan().ContainsAnyExcept((byte)0));
    });

    [Fact]
    public void Given_a_carve_out_of_which_nothing_is_allocated_When_a_processor_reads_it_Then_a_fault() => ServiceRig.Run(rig =>
    {
        Assert.Throws<ProtectedAccessFault>(() => rig.Platform.Read(0x7100_0000, new byte[1]));
        return Task.CompletedTask;
    });

    [Fact]
    public void Check08_O02_O06_Given_a_reference_When_the_handle_is_released_Then_each_flag_does_what_it_says_and_once() => ServiceRig.Run(async rig =>
    {
        var first = (await rig.ProtectAsync()).Made.Handle;
        var second = (await rig.ProtectAsync(ServiceRig.Window + ServiceRig.Size)).Made.Handle;
        await rig.HandleAsync(ProtectedMemoryOperation.AddReference, first);
        await rig.HandleAsync(ProtectedMemoryOperation.AddReference, second);

        Assert.Equal(Busy, await rig.ReleaseAsync(first, ReleaseFlags.RefuseIfReferenced));
        Assert.Equal(Ok, (await rig.HandleAsync(ProtectedMemoryOperation.QueryRegion, first)).Error);
        var waiting = rig.ReleaseAsync(first);
        Assert.Equal(Ok, await rig.ReleaseAsync(second, ReleaseFlags.InBackground));
        Assert.False(waiting.IsCompleted);
        Assert.Equal(NotFound, (await rig.HandleAsync(ProtectedMemoryOperation.QueryRegion, first)).Error);
        Assert.Equal(NotFound, (await rig.HandleAsync(ProtectedMemoryOperation.AddReference, first)).Error);
        Assert.Equal(NotFound, await rig.ReleaseAsync(second));
        Assert.Equal(2, rig.Service.Regions);
        Assert.Equal(Ok, (await rig.HandleAsync(ProtectedMemoryOperation.DropReference, first)).Error);
        Assert.Equal(Ok, await waiting);
        Assert.Equal(Ok, (await rig.HandleAsync(ProtectedMemoryOperation.DropReference, second)).Error);

        Assert.Equal((0, 2), (rig.Service.Regions, rig.Service.SlotsUsed));
    });

    [Fact]
    public void Given_references_that_were_never_added_When_dropped_Then_bad_parameters_and_both_flags_at_once_are_too() => ServiceRig.Run(async rig =>
    {
        var handle = (await rig.ProtectAsync()).Made.Handle;

        Assert.Equal(BadParameters, (await rig.HandleAsync(ProtectedMemoryOperation.DropReference, handle)).Error);
        Assert.Equal(BadParameters, await rig.ReleaseAsync(handle, ReleaseFlags.InBackground | ReleaseFlags.RefuseIfReferenced));
        Assert.Equal(BadParameters, await rig.ReleaseAsync(handle, isAllocation: true));
    });

    [Fact]
    public void Check09_O07_Given_regions_of_a_client_When_it_ends_Then_no_slot_grant_or_reference_is_left() => ServiceRig.Run(async rig =>
    {
        var handle = (await rig.ProtectAsync(grants: new DeviceGrant(Display, ProtectedRights.Read))).Made.Handle;
        await rig.ProtectAsync();
        await rig.AllocateAsync(4096);
        await rig.HandleAsync(ProtectedMemoryOperation.AddReference, handle);
        var open = rig.ReleaseAsync((await rig.ProtectAsync(ServiceRig.Window + ServiceRig.Size)).Made.Handle);
        var kept = (await rig.AllocateAsync(4096, client: new ProtectedClient())).Made.Handle;

        await rig.Service.EndAsync(rig.Client);

        Assert.Equal((1, 2, Ok), (rig.Service.Regions, rig.Service.SlotsUsed, await open));
        Assert.False(rig.Platform.DeviceRead(Display, ServiceRig.Window, new byte[1]));
        Assert.Equal(NotFound, (await rig.AllocateAsync(4096)).Error);
        Assert.NotEqual(0ul, kept);
    });

    [Fact]
    public void Check09_O07_Given_clients_of_a_machine_When_it_is_destroyed_Then_all_of_them_end() => ServiceRig.Run(async rig =>
    {
        await rig.AllocateAsync(4096, client: new ProtectedClient(4));
        await rig.AllocateAsync(4096, client: new ProtectedClient(4));
        await rig.AllocateAsync(4096, client: new ProtectedClient(5));

        await rig.Service.EndMachineAsync(4);

        Assert.Equal(1, rig.Service.Regions);
    });

    [Fact]
    public void D147_Given_the_directory_When_asked_by_capability_Then_the_provider_or_a_clear_no()
    {
        var query = new byte[ProviderQuery.Size];
        new ProviderQuery(1, 0).Write(query);
        Assert.True(ProviderDescription.TryRead(ProviderDirectory.Default.Query(query).Output, out var found));
        Assert.Equal((ProtectedMemoryService.Uuid, ProtectedMemoryService.MinkUid, true, false), (found.Uuid, found.MinkUid, found.Serves(1 << 16), found.Serves(2 << 16)));
        new ProviderQuery(1, 1).Write(query);
        Assert.Equal(NotFound, ProviderDirectory.Default.Query(query).Error);
        new ProviderQuery(2, 0).Write(query);
        Assert.Equal(NotFound, ProviderDirectory.Default.Query(query).Error);
        Assert.Equal(BadParameters, ProviderDirectory.Default.Query(query.AsSpan(1)).Error);
    }
}
