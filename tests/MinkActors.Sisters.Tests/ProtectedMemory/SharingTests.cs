using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;
using MinkActors.Protocol.ProtectedMemory;
using MinkActors.Protocol.Qseecom;
using MinkActors.Sisters.ProtectedMemory;
using MinkActors.Sisters.Qseecom;
using MinkActors.Sisters.Tests.OpTee;
using MinkActors.Sisters.Tests.Qseecom;
using static MinkActors.Protocol.ProtectedMemory.ProtectedMemoryError;

namespace MinkActors.Sisters.Tests.ProtectedMemory;

/// <summary>What is shared is not protected (R3), and what is protected is not shared (R4): on every transport, each with its own refusal.</summary>
public sealed class SharingTests
{
    private const int Mega = 1 << 20;
    private const ulong Inside = PhysicalMemory.Base + (16 * Mega);

    [Fact]
    public void R03_Given_a_memory_object_that_S_has_mapped_When_its_range_is_protected_Then_conflict_until_it_is_unmapped() => MinkRig.Run(async rig =>
    {
        using var memory = rig.Mink.ShareMemory(Mega);
        await rig.MapAsync(memory);

        Assert.Equal(Conflict, await MinkRig.ErrorOf(rig.Client.ProtectAsync(ProtectedUseCase.SecureVideoPlayback, memory.Region.PhysicalAddress, Mega)));
        await rig.UnmapAsync();

        await rig.Client.UnprotectAsync((await rig.Client.ProtectAsync(ProtectedUseCase.SecureVideoPlayback, memory.Region.PhysicalAddress, Mega)).Handle);
    });

    [Fact]
    public void R03_Given_message_buffers_of_Mink_When_their_pages_are_protected_Then_conflict() => MinkRig.Run(async rig =>
        Assert.Equal(Conflict, await MinkRig.ErrorOf(rig.Client.ProtectAsync(ProtectedUseCase.SecureVideoPlayback, PhysicalMemory.Base, Mega))));

    [Fact]
    public void R04_Check07_Given_memory_of_an_object_that_lies_in_a_region_When_mapped_Then_refused_and_not_to_be_read_until_the_region_is_gone() => MinkRig.Run(async rig =>
    {
        using var memory = rig.Mink.ShareMemory(Mega);
        memory.Span.Fill(3);
        var made = await rig.Client.ProtectAsync(ProtectedUseCase.SecureVideoPlayback, memory.Region.PhysicalAddress, Mega);

        Assert.Equal(ResultCode.Unavailable, await rig.MapAsync(memory));
        Assert.Throws<UnauthorizedAccessException>(() => memory.Span.Length);
        await rig.Client.UnprotectAsync(made.Handle);

        Assert.Equal(ResultCode.Ok, await rig.MapAsync(memory));
        Assert.False(memory.Span.ContainsAnyExcept((byte)0));
        await rig.UnmapAsync();
    });

    [Fact]
    public void R04_Given_memory_that_is_made_where_a_region_lies_When_a_message_needs_it_Then_there_is_none()
    {
        var memory = new PhysicalMemory();
        memory.Guard((_, _) => true);

        Assert.Null(new BufferPool(memory, Mega).Rent(4096));
        Assert.True(memory.Allocate(4096) is { IsProtected: true });
    }

    [Fact]
    public void R03_Given_a_listener_buffer_of_QSEE_When_its_pages_are_protected_Then_conflict_until_it_is_given_back() => QseeRig.Simulate(async rig =>
    {
        var client = await ProtectedMemoryDirectory.OpenAsync(rig.System, ProtectedMemoryService.QseecomApp);
        var listener = await rig.System.RegisterListenerAsync(0x2000, 32 * Mega, new CodeListener());
        async Task<ProtectAnswer> ProtectAsync() => await client.ProtectAsync(ProtectedUseCase.SecureVideoPlayback, Inside, Mega);

        Assert.Equal(Conflict, await MinkRig.ErrorOf(ProtectAsync()));
        await listener.UnregisterAsync();

        await client.UnprotectAsync((await ProtectAsync()).Handle);
    }, hasProtectedMemory: true);

    [Fact]
    public void R04_Check07_Given_protected_memory_When_it_is_a_listener_buffer_or_a_buffer_of_a_send_Then_bad_address_until_the_region_is_gone() => QseeRig.Simulate(async rig =>
    {
        var client = await ProtectedMemoryDirectory.OpenAsync(rig.System, ProtectedMemoryService.QseecomApp);
        var made = await client.ProtectAsync(ProtectedUseCase.SecureVideoPlayback, Inside, Mega);
        var memory = rig.Memory.Allocate(32 * Mega)!;    // around the region, as a normal world that keeps no rule would
        var app = await rig.System.FindAppAsync(QseeRig.Echo);
        Task<QseecomOutcome> Call(QseecomCall call, params ulong[] arguments) => rig.System.Driver.CallAsync(new QseecomRequest(call, (_, _) => arguments) { App = app.Id }, CallOptions.None);

        Assert.Equal(QseecomErrno.EINVAL, await QseeRig.ErrnoOf(Call(QseecomCall.ListenerRegister, 0x2000, Inside + 4096, 4096)));
        Assert.Equal(QseecomErrno.EINVAL, await QseeRig.ErrnoOf(Call(QseecomCall.AppSend, app.Id, Inside - 8, 16, memory.PhysicalAddress, 16)));
        Assert.Equal(QseecomErrno.EINVAL, await QseeRig.ErrnoOf(Call(QseecomCall.AppSend, app.Id, memory.PhysicalAddress, 16, Inside + Mega - 1, 2)));
        Assert.Equal(QseecomErrno.Ok, (await Call(QseecomCall.AppSend, app.Id, memory.PhysicalAddress, 16, Inside - 16, 16)).Errno);
        await client.UnprotectAsync(made.Handle);

        Assert.Equal(QseecomErrno.Ok, (await Call(QseecomCall.AppSend, app.Id, Inside, 16, Inside + 4096, 16)).Errno);
        rig.Memory.Free(memory);
    }, hasProtectedMemory: true);

    [Fact]
    public void R03_R04_Check07_Given_a_region_and_a_registration_of_the_same_page_When_both_are_wanted_Then_the_second_is_refused_until_the_first_is_gone() => CarrierTests.Run(async (world, service) =>
    {
        var cpu = new RawCaller(world.Actors, world.Secure, world.Memory);
        await using var client = await ProtectedMemoryDirectory.OpenAsync(world.System);
        var range = cpu.Buffer(1, 500, OpTeeParameterType.TemporaryOutput, out _, out var list);
        BitConverter.TryWriteBytes(list.Owner, ServiceRig.Window);
        async Task<ProtectAnswer> ProtectAsync() => await client.ProtectAsync(ProtectedUseCase.SecureVideoPlayback, ServiceRig.Window, ServiceRig.Size);
        async Task<TeeResult> RegisterAsync() => (await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, range)).Result;
        async Task UnregisterAsync() => await cpu.AskAsync(OpTeeCommand.UnregisterSharedMemory, OpTeeParameter.Registered(OpTeeParameterType.RegisteredInput, 0, 0, 500));

        Assert.Equal(TeeResult.Success, await RegisterAsync());
        Assert.Equal(Conflict, await MinkRig.ErrorOf(ProtectAsync()));
        await UnregisterAsync();
        var made = await ProtectAsync();
        Assert.Equal(TeeResult.BadParameters, await RegisterAsync());
        await client.UnprotectAsync(made.Handle);
        Assert.Equal(TeeResult.Success, await RegisterAsync());
        await UnregisterAsync();

        Assert.Equal(0, service.Platform.SharedPages);
    }, isCleanAtEnd: false);
}
