using MinkActors.Actors;
using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Protocol.ProtectedMemory;
using static MinkActors.Protocol.ProtectedMemory.ProtectedMemoryError;

namespace MinkActors.Sisters.Tests.ProtectedMemory;

/// <summary>What several who ask or look at once can see (R11, R16, R17 of spec 10 section 7).</summary>
public sealed class ConcurrencyTests
{
    private const uint Decoder = 0x101, Display = 0x102;

    [Fact]
    public void R11_Given_no_slot_When_asked_Then_nobody_waits_and_a_subscriber_is_told_when_one_is_free() => ServiceRig.Run(async rig =>
    {
        var told = 0;
        using var subscription = rig.Service.OnSlotFreed(() => told++);
        var handles = new List<ulong>();
        for (var i = 0ul; i < 6; i++) handles.Add((await rig.ProtectAsync(ServiceRig.Window + (i * ServiceRig.Size))).Made.Handle);
        Assert.Equal((NoSlot, 0), ((await rig.ProtectAsync(ServiceRig.Window + (6 * ServiceRig.Size))).Error, told));

        await rig.ReleaseAsync(handles[0]);
        await rig.QuietAsync();
        Assert.Equal((1, Ok), (told, (await rig.ProtectAsync(ServiceRig.Window + (6 * ServiceRig.Size))).Error));
        subscription.Dispose();
        await rig.ReleaseAsync(handles[1]);
        await rig.QuietAsync();

        Assert.Equal(1, told);
    });

    [Fact]
    public void R16_Given_an_operation_that_fails_When_it_was_half_right_Then_nothing_has_changed() => ServiceRig.Run(async rig =>
    {
        rig.Platform.Write(ServiceRig.Window, "mine"u8);
        Assert.Equal(NotFound, (await rig.ProtectAsync(grants: [new DeviceGrant(Display, ProtectedRights.Read), new DeviceGrant(0x999, ProtectedRights.Read)])).Error);
        var seen = new byte[4];
        rig.Platform.Read(ServiceRig.Window, seen);
        Assert.Equal((0, 2, "mine"), (rig.Service.Regions, rig.Service.SlotsUsed, System.Text.Encoding.ASCII.GetString(seen)));

        var made = (await rig.ProtectAsync(grants: new DeviceGrant(Display, ProtectedRights.Read))).Made;
        Assert.Equal(AccessDenied, (await rig.ProtectAsync(grants: [new DeviceGrant(Decoder, ProtectedRights.ReadWrite), new DeviceGrant(0x105, ProtectedRights.Read)])).Error);

        Assert.False(rig.Platform.DeviceRead(Decoder, ServiceRig.Window, seen));
        RegionDescription.TryRead((await rig.HandleAsync(ProtectedMemoryOperation.QueryRegion, made.Handle)).Output, out var region, out var grants);
        Assert.Equal((1u, 1), (region.References, grants.Count));
    });

    [Fact]
    public async Task R16_Given_a_processor_and_a_device_that_never_stop_looking_When_regions_come_and_go_Then_they_see_a_fault_or_zeros()
    {
        await using var actors = new ThreadPoolActorSystem();
        var service = new ProtectedMemoryService(actors);
        var client = new ProtectedClient();
        var protect = new byte[ProtectRequest.HeaderSize + DeviceGrant.Size];
        new ProtectRequest(ProtectedUseCase.SecureVideoPlayback, 0, ServiceRig.Window, ServiceRig.Size).Write(protect, [new DeviceGrant(Decoder, ProtectedRights.ReadWrite)]);
        var (isOver, leaks) = (false, 0);
        var looking = Task.Factory.StartNew(() =>
        {
            var seen = new byte[1];
            while (!Volatile.Read(ref isOver))
            {
                // The display has no grant; the processor never may.
                if (service.Platform.DeviceRead(Display, ServiceRig.Window, seen)) leaks++;
                try
                {
                    service.Platform.Read(ServiceRig.Window, seen);
                    leaks += seen[0];
                }
                catch (ProtectedAccessFault)
                {
                }
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        for (var i = 0; i < 200; i++)
        {
            ProtectAnswer.TryRead((await service.InvokeAsync(client, ProtectedMemoryOperation.Protect, protect, 16)).Output, out var made);
            Assert.True(service.Platform.DeviceWrite(Decoder, ServiceRig.Window, "x"u8));
            var release = new byte[HandleRequest.Size];
            HandleRequest.Release(made.Handle, ReleaseFlags.Wait).Write(release);
            Assert.Equal(Ok, (await service.InvokeAsync(client, ProtectedMemoryOperation.Unprotect, release, 0)).Error);
        }
        Volatile.Write(ref isOver, true);
        await looking;

        Assert.Equal(0, leaks);
    }

    [Fact]
    public void R17_Given_many_who_protect_the_same_range_at_once_When_answered_Then_one_region_with_as_many_handles() => ServiceRig.Run(async rig =>
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => rig.ProtectAsync()));

        Assert.Single(made.Select(one => one.Made.Handle).Distinct());
        RegionDescription.TryRead((await rig.HandleAsync(ProtectedMemoryOperation.QueryRegion, made[0].Made.Handle)).Output, out var region, out _);
        Assert.Equal((6u, 3), (region.References, rig.Service.SlotsUsed));
        await Task.WhenAll(made.Select(one => rig.ReleaseAsync(one.Made.Handle)));
        Assert.Equal(0, rig.Service.Regions);
    });

    [Fact]
    public void R17_Given_a_release_that_waits_When_another_region_is_used_Then_it_is_served_meanwhile() => ServiceRig.Run(async rig =>
    {
        var held = (await rig.ProtectAsync()).Made.Handle;
        await rig.HandleAsync(ProtectedMemoryOperation.AddReference, held);
        var waiting = rig.ReleaseAsync(held);

        var other = await rig.ProtectAsync(ServiceRig.Window + ServiceRig.Size);
        Assert.Equal(Ok, await rig.AskAsync(ProtectedMemoryOperation.Grant, other.Made.Handle, Display, 4));
        Assert.Equal(Ok, await rig.ReleaseAsync(other.Made.Handle));

        Assert.False(waiting.IsCompleted);
        await rig.HandleAsync(ProtectedMemoryOperation.DropReference, held);
        Assert.Equal(Ok, await waiting);
    });
}
