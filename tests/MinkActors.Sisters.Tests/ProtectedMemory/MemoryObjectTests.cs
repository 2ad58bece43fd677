using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Protocol;
using MinkActors.Protocol.ProtectedMemory;
using static MinkActors.Protocol.ProtectedMemory.ProtectedMemoryError;

namespace MinkActors.Sisters.Tests.ProtectedMemory;

/// <summary>Protected memory as memory objects of Mink: the rules O1 to O9 of spec 10 section 9.</summary>
public sealed class MemoryObjectTests
{
    private const uint Decoder = 0x101, Display = 0x102;
    private const int Mega = 1 << 20;

    [Fact]
    public void O01_Given_a_handle_When_an_object_is_made_of_it_Then_S_maps_it_and_the_normal_world_does_not() => MinkRig.Run(async rig =>
    {
        var made = await rig.AllocateAsync(new DeviceGrant(Decoder, ProtectedRights.ReadWrite));
        using var memory = await rig.Client.ShareAsync(made.Handle);

        Assert.Equal(ResultCode.Ok, await rig.MapAsync(memory));
        Assert.Equal(ResultCode.Ok, await rig.WriteAsync(77));

        var seen = new byte[4];
        Assert.True(rig.Platform.DeviceRead(Decoder, made.Address, seen) && BitConverter.ToUInt32(seen) == 77);
        Assert.True(memory.IsProtected && memory.Size == 8192);
        Assert.Throws<UnauthorizedAccessException>(() => memory.Span.Length);
        Assert.Throws<UnauthorizedAccessException>(() => memory.Region.Owner.Length);
        await rig.UnmapAsync();
        await rig.Client.FreeAsync(made.Handle, ReleaseFlags.InBackground);
    });

    [Fact]
    public void O01_R14_Given_a_client_behind_a_mediator_When_it_wants_a_reference_for_an_object_Then_not_supported() => ServiceRig.Run(async rig =>
    {
        var guest = new ProtectedClient(3);
        var made = await rig.AllocateAsync(4096, client: guest);

        Assert.Equal(NotSupported, (await rig.HandleAsync(ProtectedMemoryOperation.AddReference, made.Made.Handle, client: guest)).Error);
    });

    [Fact]
    public void O02_Given_a_handle_that_was_freed_When_the_last_reference_to_its_object_goes_Then_the_region_goes() => MinkRig.Run(async rig =>
    {
        var made = await rig.AllocateAsync();
        var memory = await rig.Client.ShareAsync(made.Handle);
        var second = memory.Retain();
        await rig.Client.FreeAsync(made.Handle, ReleaseFlags.InBackground);

        memory.Dispose();
        await rig.QuietAsync();
        Assert.Equal(1, rig.Service.Regions);
        second.Dispose();
        await rig.QuietAsync();

        Assert.Equal(0, rig.Service.Regions);
    });

    [Fact]
    public void O02_Given_a_free_that_waits_When_the_last_reference_to_the_object_goes_Then_it_ends() => MinkRig.Run(async rig =>
    {
        var made = await rig.AllocateAsync();
        var memory = await rig.Client.ShareAsync(made.Handle);

        var freeing = rig.Client.FreeAsync(made.Handle);
        await rig.QuietAsync();
        Assert.False(freeing.IsCompleted);
        memory.Dispose();

        await freeing;
        Assert.Equal(0, rig.Service.Regions);
    });

    [Theory]
    [InlineData(ProtectedRights.Read, true, false)]
    [InlineData(ProtectedRights.Write, false, true)]
    [InlineData(ProtectedRights.ReadWrite, true, true)]
    public void O03_Given_rights_that_the_owner_passes_on_When_mapped_Then_these_and_no_more(ProtectedRights rights, bool mayRead, bool mayWrite) => MinkRig.Run(async rig =>
    {
        var made = await rig.AllocateAsync();
        using var memory = await rig.Client.ShareAsync(made.Handle, rights);

        await rig.MapAsync(memory);

        Assert.Equal((mayRead, mayWrite), ((await rig.ReadAsync()).Code == ResultCode.Ok, await rig.WriteAsync(1) == ResultCode.Ok));
        await rig.UnmapAsync();
    });

    [Fact]
    public void O04_Given_two_objects_of_one_handle_When_counted_Then_two_references_and_one_identity() => MinkRig.Run(async rig =>
    {
        var made = await rig.AllocateAsync();
        var first = await rig.Client.ShareAsync(made.Handle);
        using var second = await rig.Client.ShareAsync(made.Handle);

        Assert.Equal((3u, made.Address), ((await rig.Client.QueryAsync(made.Handle)).Region.References, (await rig.Client.QueryAsync(made.Handle)).Region.Address));
        first.Dispose();
        await rig.QuietAsync();

        Assert.Equal(2u, (await rig.Client.QueryAsync(made.Handle)).Region.References);
    });

    [Fact]
    public void O05_Check08_Given_a_memory_object_When_protected_Then_S_asks_for_it_inside_the_call_and_keeps_it_until_release() => MinkRig.Run(async rig =>
    {
        var memory = rig.Mink.ShareMemory(Mega);
        memory.Span.Fill(1);
        var before = memory.Region;

        var made = await rig.Client.ProtectAsync(memory, ProtectedUseCase.SecureVideoPlayback, grants: [new DeviceGrant(Display, ProtectedRights.Read)]);

        var seen = new byte[16];
        Assert.Throws<UnauthorizedAccessException>(() => memory.Span.Length);
        Assert.True(rig.Platform.DeviceRead(Display, before.PhysicalAddress, seen) && !seen.AsSpan().ContainsAnyExcept((byte)0));
        memory.Dispose();
        await rig.QuietAsync();
        Assert.True(before.IsShared, "The memory vanished under the region");
        await rig.Client.UnprotectAsync(made.Handle);
        await rig.QuietAsync();
        Assert.False(before.IsShared);
    });

    [Fact]
    public void O05_Given_a_part_of_an_object_When_protected_Then_relative_to_it_and_only_inside() => MinkRig.Run(async rig =>
    {
        using var memory = rig.Mink.ShareMemory(4 * Mega);

        Assert.Equal(BadParameters, await MinkRig.ErrorOf(rig.Client.ProtectAsync(memory, ProtectedUseCase.SecureVideoPlayback, 3 * Mega, 2 * Mega)));
        Assert.Equal(BadParameters, await MinkRig.ErrorOf(rig.Client.ProtectAsync(memory, ProtectedUseCase.SecureVideoPlayback, ulong.MaxValue - 4095, Mega)));
        var made = await rig.Client.ProtectAsync(memory, ProtectedUseCase.SecureVideoPlayback, Mega, Mega);
        var other = await rig.Client.ProtectAsync(memory, ProtectedUseCase.SecureVideoPlayback, 3 * Mega, Mega);

        var address = memory.Region.PhysicalAddress;
        Assert.Equal((address + Mega, (ulong)Mega), ((await rig.Client.QueryAsync(made.Handle)).Region.Address, (await rig.Client.QueryAsync(made.Handle)).Region.ByteSize));
        Assert.Throws<ProtectedAccessFault>(() => rig.Platform.Read(address + (2 * Mega) - 1, new byte[2]));
        rig.Platform.Read(address + (2 * Mega), new byte[1]);
        await rig.Client.UnprotectAsync(made.Handle);
        Assert.True(memory.IsProtected);
        await rig.Client.UnprotectAsync(other.Handle);
        Assert.False(memory.IsProtected);
    });

    [Fact]
    public void O05_Given_an_object_that_S_has_mapped_or_protected_or_that_is_none_When_protected_Then_refused() => MinkRig.Run(async rig =>
    {
        using var memory = rig.Mink.ShareMemory(Mega);
        await rig.MapAsync(memory);
        Assert.Equal(Conflict, await MinkRig.ErrorOf(rig.Client.ProtectAsync(memory, ProtectedUseCase.SecureVideoPlayback)));
        await rig.UnmapAsync();
        var made = await rig.Client.ProtectAsync(memory, ProtectedUseCase.SecureVideoPlayback);
        Assert.Equal(Conflict, await MinkRig.ErrorOf(rig.Client.ProtectAsync(memory, ProtectedUseCase.SecureVideoPlayback)));
        await rig.Client.UnprotectAsync(made.Handle);

        using var callback = rig.Mink.Export(new NoMemory());
        var input = new byte[ProtectRequest.HeaderSize];
        new ProtectRequest(ProtectedUseCase.SecureVideoPlayback, ProtectedMemoryLimits.ByObject, 0, Mega).Write(input, []);
        using var provider = await rig.Environment.OpenAsync(ProtectedMemoryService.MinkUid);
        using var reply = await provider.InvokeAsync((uint)ProtectedMemoryOperation.Protect, Argument.In(input), Argument.Out(ProtectAnswer.Size), Argument.In(callback));

        Assert.Equal((BadParameters, 0), ((ProtectedMemoryError)reply.Code, rig.Service.Regions));
    });

    [Fact]
    public void O05_D150_Given_a_view_that_was_made_before_When_the_object_is_protected_Then_it_shows_nothing_of_what_comes() => MinkRig.Run(async rig =>
    {
        using var memory = rig.Mink.ShareMemory(Mega);
        memory.Span.Fill(1);
        var region = memory.Region;    // as a pointer kept by the normal world
        var made = await rig.Client.ProtectAsync(memory, ProtectedUseCase.SecureVideoPlayback, grants: [new DeviceGrant(Decoder, ProtectedRights.ReadWrite)]);

        Assert.True(rig.Platform.DeviceWrite(Decoder, region.PhysicalAddress, "secret"u8));
        Assert.False(region.Owner.ContainsAnyExcept((byte)0));
        region.Owner[0] = 9;
        var seen = new byte[6];

        Assert.True(rig.Platform.DeviceRead(Decoder, region.PhysicalAddress, seen) && seen.AsSpan().SequenceEqual("secret"u8));
        await rig.Client.UnprotectAsync(made.Handle);
        Assert.False(memory.Span.ContainsAnyExcept((byte)0));
    });

    [Theory]
    [InlineData(ReleaseFlags.Wait)]
    [InlineData(ReleaseFlags.RefuseIfReferenced)]
    [InlineData(ReleaseFlags.InBackground)]
    public void O06_Check08_Given_a_mapping_that_S_holds_When_freed_Then_the_flag_decides_and_the_last_release_ends_it_once(ReleaseFlags flags) => MinkRig.Run(async rig =>
    {
        var made = await rig.AllocateAsync();
        var memory = await rig.Client.ShareAsync(made.Handle);
        await rig.MapAsync(memory);
        memory.Dispose();

        var freeing = rig.Client.FreeAsync(made.Handle, flags);
        if (flags == ReleaseFlags.RefuseIfReferenced)
        {
            Assert.Equal(Busy, await MinkRig.ErrorOf(freeing));
            Assert.Equal(ProtectedRegionState.Protected, (await rig.Client.QueryAsync(made.Handle)).Region.State);
            freeing = rig.Client.FreeAsync(made.Handle);
        }
        await rig.QuietAsync();
        Assert.Equal(NotFound, await MinkRig.ErrorOf(rig.Client.QueryAsync(made.Handle)));
        Assert.Equal(NotFound, await MinkRig.ErrorOf(rig.Client.ShareAsync(made.Handle)));
        Assert.Equal((1, flags == ReleaseFlags.InBackground), (rig.Service.Regions, freeing.IsCompleted));
        Assert.Equal(ResultCode.Ok, await rig.WriteAsync(5));
        await rig.UnmapAsync();

        await freeing;
        Assert.Equal(0, rig.Service.Regions);
    });

    [Fact]
    public void O07_Check09_Given_objects_and_mappings_When_the_client_ends_Then_its_regions_go_with_the_last_mapping() => MinkRig.Run(async rig =>
    {
        var made = await rig.AllocateAsync(new DeviceGrant(Display, ProtectedRights.Read));
        await rig.AllocateAsync();
        var memory = await rig.Client.ShareAsync(made.Handle);
        await rig.MapAsync(memory);

        await rig.Client.DisposeAsync();
        await rig.QuietAsync();
        Assert.Equal(1, rig.Service.Regions);
        Assert.NotEqual(ResultCode.Ok, await rig.MapAsync(memory));
        memory.Dispose();
        await rig.UnmapAsync();

        Assert.Equal(0, rig.Service.Regions);
        Assert.False(rig.Platform.DeviceRead(Display, made.Address, new byte[1]));
    });

    [Fact]
    public void O07_O09_Given_a_free_that_waits_for_an_object_of_its_own_client_When_the_client_ends_Then_both_end() => MinkRig.Run(async rig =>
    {
        var made = await rig.AllocateAsync();
        using var memory = await rig.Client.ShareAsync(made.Handle);
        var waiting = rig.Client.FreeAsync(made.Handle, options: new CallOptions { Deadline = TimeSpan.FromSeconds(1) });
        await Assert.ThrowsAsync<MinkTransportException>(() => waiting);

        await rig.Client.DisposeAsync();
        await rig.QuietAsync();

        Assert.Equal(0, rig.Service.Regions);
    });

    [Fact]
    public void O07_Check09_Given_regions_in_use_When_the_secure_world_ends_Then_everything_faults_and_nothing_is_returned() => ServiceRig.Run(async rig =>
    {
        var made = (await rig.ProtectAsync(grants: new DeviceGrant(Decoder, ProtectedRights.ReadWrite))).Made.Handle;
        await rig.HandleAsync(ProtectedMemoryOperation.AddReference, made);
        var waiting = rig.ReleaseAsync(made);

        await rig.Service.EndWorldAsync();

        Assert.Equal((NotFound, 0, 2), (await waiting, rig.Service.Regions, rig.Service.SlotsUsed));
        Assert.False(rig.Platform.DeviceRead(Decoder, ServiceRig.Window, new byte[1]));
        Assert.Throws<ProtectedAccessFault>(() => rig.Platform.Read(ServiceRig.Window, new byte[1]));
        Assert.Equal(NotFound, (await rig.ProtectAsync(ServiceRig.Window + (4 * ServiceRig.Size))).Error);
    });

    [Fact]
    public void O08_Given_a_region_of_several_segments_When_an_object_is_wanted_Then_not_supported() => MinkRig.Run(async rig =>
    {
        var whole = new List<AllocateAnswer>();
        for (var i = 0; i < 8; i++) whole.Add(await rig.Client.AllocateAsync(ProtectedUseCase.TrustedUserInterface, Mega));
        await rig.Client.FreeAsync(whole[1].Handle);
        await rig.Client.FreeAsync(whole[4].Handle);
        var pieces = await rig.Client.AllocateAsync(ProtectedUseCase.TrustedUserInterface, 2 * Mega, inSegments: true);

        Assert.Equal((2u, 0ul), (pieces.Segments, pieces.Address));
        Assert.Equal(NotSupported, await MinkRig.ErrorOf(rig.Client.ShareAsync(pieces.Handle)));
        Assert.Equal(1u, (await rig.Client.QueryAsync(pieces.Handle)).Region.References);
    });

    [Fact]
    public void O09_Given_an_unprotect_that_waits_When_its_caller_leaves_Then_the_region_goes_in_the_background() => MinkRig.Run(async rig =>
    {
        var made = await rig.Client.ProtectAsync(ProtectedUseCase.SecureVideoPlayback, ServiceRig.Window, Mega);
        await rig.Client.AddReferenceAsync(made.Handle);
        using var patience = new CancellationTokenSource();
        var waiting = rig.Client.UnprotectAsync(made.Handle, options: new CallOptions { CancellationToken = patience.Token });

        patience.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal((1, NotFound), (rig.Service.Regions, await MinkRig.ErrorOf(rig.Client.QueryAsync(made.Handle))));
        await rig.Client.DropReferenceAsync(made.Handle);

        Assert.Equal(0, rig.Service.Regions);
    });

    private sealed class NoMemory : IMinkObject
    {
        public ValueTask<ResultCode> InvokeAsync(IncomingCall call) => new(ResultCode.Error);
    }
}
