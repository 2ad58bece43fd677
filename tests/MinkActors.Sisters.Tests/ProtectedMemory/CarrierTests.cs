using MinkActors.Emulator;
using MinkActors.Emulator.OpTee;
using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Protocol;
using MinkActors.Protocol.OpTee;
using MinkActors.Protocol.ProtectedMemory;
using MinkActors.Sisters.OpTee;
using MinkActors.Sisters.Tests.OpTee;

namespace MinkActors.Sisters.Tests.ProtectedMemory;

/// <summary>One service over each carrier (spec 10 sections 4, 10 and 11).</summary>
public sealed class CarrierTests
{
    [Fact]
    public void Check2_Given_OP_TEE_When_the_provider_is_looked_up_and_used_Then_regions_live_as_long_as_the_session() => Run(async (world, service) =>
    {
        var provider = await FindAsync(world.System);
        var session = await world.System.OpenSessionAsync(provider);
        var input = new byte[AllocateRequest.HeaderSize];
        new AllocateRequest(5000, 0, ProtectedUseCase.SecureVideoPlayback, 0).Write(input, []);

        var reply = await session.InvokeAsync((uint)ProtectedMemoryOperation.Allocate, OpTeeArgument.In(input), OpTeeArgument.Out(AllocateAnswer.Size));
        var info = await session.InvokeAsync((uint)ProtectedMemoryOperation.GetInfo, OpTeeArgument.None, OpTeeArgument.Out(ProtectedMemoryInfo.Size));
        var unknown = await session.InvokeAsync(99, OpTeeArgument.None, OpTeeArgument.None);
        Assert.True(AllocateAnswer.TryRead(reply.EnsureSuccess().Bytes(1), out var made) && ProtectedMemoryInfo.TryRead(info.EnsureSuccess().Bytes(1), out _));
        Assert.Equal((8192ul, 1, TeeResult.BadParameters), (made.ByteSize, service.Regions, unknown.Result));
        await session.DisposeAsync();

        Assert.Equal(0, service.Regions);
    });

    [Fact]
    public void Given_a_region_When_a_trusted_application_gets_it_as_a_parameter_Then_it_reaches_it_and_the_normal_world_does_not() => Run(async (world, service) =>
    {
        await using var provider = await world.System.OpenSessionAsync(ProtectedMemoryService.Uuid);
        await using var user = await world.System.OpenSessionAsync(TestTa.Uuid);
        var input = new byte[AllocateRequest.HeaderSize + DeviceGrant.Size];
        new AllocateRequest(8192, 0, ProtectedUseCase.SecureVideoPlayback, 0).Write(input, [new DeviceGrant(0x102, ProtectedRights.Read)]);
        AllocateAnswer.TryRead((await provider.InvokeAsync((uint)ProtectedMemoryOperation.Allocate, OpTeeArgument.In(input), OpTeeArgument.Out(AllocateAnswer.Size))).Bytes(1), out var made);

        var filled = await user.InvokeAsync(TestTa.Fill, OpTeeArgument.Protected(made.Handle, OpTeeParameterType.RegisteredOutput, 4000, 200), OpTeeArgument.Value(0x77));
        var beyond = await user.InvokeAsync(TestTa.Fill, OpTeeArgument.Protected(made.Handle, OpTeeParameterType.RegisteredOutput, 8000, 200), OpTeeArgument.Value(0x77));
        var foreign = await user.InvokeAsync(TestTa.Fill, OpTeeArgument.Protected(made.Handle + 1, OpTeeParameterType.RegisteredOutput, 0, 1), OpTeeArgument.Value(0x77));

        var seen = new byte[200];
        Assert.Equal((TeeResult.Success, TeeResult.Security, TeeResult.BadParameters), (filled.Result, beyond.Result, foreign.Result));
        Assert.True(service.Platform.DeviceRead(0x102, made.Address + 4000, seen) && !seen.AsSpan().ContainsAnyExcept((byte)0x77));
        Assert.Throws<ProtectedAccessFault>(() => service.Platform.Read(made.Address + 4000, seen));
    });

    [Fact]
    public void Check7_R3_R4_Given_a_region_and_a_registration_of_the_same_page_When_both_are_wanted_Then_the_second_is_refused_until_the_first_is_gone() => Run(async (world, service) =>
    {
        var cpu = new RawCaller(world.Actors, world.Secure, world.Memory);
        var client = new ProtectedClient();
        var range = cpu.Buffer(1, 500, OpTeeParameterType.TemporaryOutput, out _, out var list);
        BitConverter.TryWriteBytes(list.Owner, ServiceRig.Window);
        var protect = new byte[ProtectRequest.HeaderSize];
        new ProtectRequest(ProtectedUseCase.SecureVideoPlayback, 0, ServiceRig.Window, ServiceRig.Size).Write(protect, []);
        async Task<ProtectedAnswer> ProtectAsync() => await service.InvokeAsync(client, ProtectedMemoryOperation.Protect, protect, 16);

        Assert.Equal(TeeResult.Success, (await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, range)).Result);
        Assert.Equal(ProtectedMemoryError.Conflict, (await ProtectAsync()).Error);
        await cpu.AskAsync(OpTeeCommand.UnregisterSharedMemory, OpTeeParameter.Registered(OpTeeParameterType.RegisteredInput, 0, 0, 500));
        Assert.Equal(ProtectedMemoryError.Ok, (await ProtectAsync()).Error);
        Assert.Equal(TeeResult.BadParameters, (await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, range)).Result);
        await service.EndAsync(client);
        Assert.Equal(TeeResult.Success, (await cpu.AskAsync(OpTeeCommand.RegisterSharedMemory, range)).Result);
        await cpu.AskAsync(OpTeeCommand.UnregisterSharedMemory, OpTeeParameter.Registered(OpTeeParameterType.RegisteredInput, 0, 0, 500));
        Assert.Equal(0, service.Platform.SharedPages);
    }, isCleanAtEnd: false);

    [Fact]
    public void Given_the_native_messages_When_sent_Then_configuration_lending_and_reclaiming_as_in_the_table() => Run(async (world, service) =>
    {
        var cpu = new RawCaller(world.Actors, world.Secure, world.Memory);
        var bad = (OpTeeReturn.Ok, TeeResult.BadParameters, TeeOrigin.Tee);
        var ok = (OpTeeReturn.Ok, TeeResult.Success, TeeOrigin.Tee);
        var none = OpTeeParameter.Registered(OpTeeParameterType.RegisteredOutput, 0, 0, 0);
        OpTeeParameter[] Lend(ulong useCase, ulong address, ulong size, ulong cookie) =>
            [OpTeeParameter.Value(OpTeeParameterType.ValueInput, useCase), OpTeeParameter.Temporary(OpTeeParameterType.TemporaryInput, address, size, cookie)];
        var config = cpu.Message(OpTeeCommand.GetProtectedMemoryConfig, OpTeeParameter.Value(OpTeeParameterType.ValueInOut, 1), none);

        Assert.Equal(ok, await cpu.AskAsync(config));
        Assert.Equal((1ul << 20, 4096ul, 64ul), (OpTeeMessage.ReadParameter(config.Owner, 0).A, OpTeeMessage.ReadParameter(config.Owner, 0).B, OpTeeMessage.ReadParameter(config.Owner, 0).C));
        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.GetProtectedMemoryConfig, OpTeeParameter.Value(OpTeeParameterType.ValueInOut, 9), none));
        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.LendProtectedMemory, Lend(1, 0x7000_0000, ServiceRig.Size, 5)));
        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.LendProtectedMemory, Lend(1, ServiceRig.Window + 1, ServiceRig.Size, 5)));
        Assert.Equal(ok, await cpu.AskAsync(OpTeeCommand.LendProtectedMemory, Lend(1, ServiceRig.Window, ServiceRig.Size, 5)));
        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.LendProtectedMemory, Lend(1, ServiceRig.Window + ServiceRig.Size, ServiceRig.Size, 5)));
        Assert.Equal(bad, await cpu.AskAsync(OpTeeCommand.ReclaimProtectedMemory, OpTeeParameter.Registered(OpTeeParameterType.RegisteredInput, 0, 0, 6)));
        Assert.Equal(ok, await cpu.AskAsync(OpTeeCommand.ReclaimProtectedMemory, OpTeeParameter.Registered(OpTeeParameterType.RegisteredInput, 0, 0, 5)));
        Assert.Equal(OpTeeReturn.BadCommand, (await cpu.AskAsync(OpTeeCommand.AssignProtectedMemory)).Code);
        var area = await cpu.FastAsync(OpTeeFunctionId.GetProtectedMemoryConfig);
        Assert.Equal((0u, 0x7000_0000u, 32u << 20, 64u), (area[0], area[1], area[2], area[3]));
        Assert.Equal(0, service.Regions);
    }, isCleanAtEnd: false);

    [Fact]
    public void Check12_T1_T3_Given_the_MediaTek_commands_When_both_postings_allocate_and_free_Then_handles_are_indices() => Run(async (world, service) =>
    {
        await using var session = await world.System.OpenSessionAsync(MediaTekCommands.Uuid, OpTeeArgument.None, OpTeeArgument.None, OpTeeArgument.None, OpTeeArgument.None);

        var old = await session.InvokeAsync(MediaTekCommands.ZeroedAllocate2023, OpTeeArgument.Value(4096, 1), OpTeeArgument.Value(8192), OpTeeArgument.InOutValue(0), OpTeeArgument.None);
        var made = await session.InvokeAsync(MediaTekCommands.ZeroedAllocate, OpTeeArgument.Value(8192, 4096), OpTeeArgument.Value(1), OpTeeArgument.InOutValue(0), OpTeeArgument.OutValue);
        var segments = await session.InvokeAsync(MediaTekCommands.GetSegments, OpTeeArgument.Value(made.Value(3).A), OpTeeArgument.InOut(new byte[120]), OpTeeArgument.None, OpTeeArgument.None);
        var huge = await session.InvokeAsync(MediaTekCommands.ZeroedAllocate, OpTeeArgument.Value(64 << 20, 4096), OpTeeArgument.Value(1), OpTeeArgument.InOutValue(0), OpTeeArgument.OutValue);
        var freed = await session.InvokeAsync(MediaTekCommands.Free, OpTeeArgument.Value(made.Value(3).A), OpTeeArgument.OutValue, OpTeeArgument.None, OpTeeArgument.None);
        var again = await session.InvokeAsync(MediaTekCommands.Free, OpTeeArgument.Value(made.Value(3).A), OpTeeArgument.OutValue, OpTeeArgument.None, OpTeeArgument.None);
        var regions = await session.InvokeAsync(MediaTekCommands.RegionCount, OpTeeArgument.InOutValue(0, 0), OpTeeArgument.None, OpTeeArgument.None, OpTeeArgument.None);

        Assert.True(old.IsSuccess && old.Value(2).A is > 0 and < uint.MaxValue);
        Assert.Equal((1ul, 12ul, TeeResult.OutOfMemory, 0ul, (TeeResult.Success, 1ul), 6ul),
            (made.Value(2).A, segments.Size(1), huge.Result, freed.Value(1).A, (again.Result, again.Value(1).A), regions.Value(0).A));
        Assert.Equal(1, service.Regions);
    });

    [Fact]
    public async Task Check2_Check8_O5_Given_Mink_When_a_memory_object_is_protected_Then_it_is_mapped_inside_the_call_and_out_of_the_normal_worlds_reach()
    {
        await using var actors = new Actors.ThreadPoolActorSystem();
        var service = new ProtectedMemoryService(actors, new ProtectedPlatformOptions { Windows = [new AddressRange(0x7000_0000, 256 << 20), new AddressRange(PhysicalMemory.Base, 1 << 30)] });
        await using var mink = await MinkSystem.StartAsync(options => options.UseActors(actors).UseEmulator(emulator => emulator.ProtectedMemory = service));
        using var env = await mink.OpenClientEnvAsync(new Credentials(1000));
        var query = new byte[ProviderQuery.Size];
        new ProviderQuery(1, 0).Write(query);
        using (var directory = await env.OpenAsync(ProtectedMemoryLimits.DirectoryUid))
        using (var found = await directory.InvokeAsync(ProtectedMemoryLimits.QueryProvider, Argument.In(query), Argument.Out(ProviderDescription.Size)))
            Assert.True(ProviderDescription.TryRead(found.EnsureOk().Output(0), out var description) && description.MinkUid == ProtectedMemoryService.MinkUid);
        var provider = await env.OpenAsync(ProtectedMemoryService.MinkUid);
        using var memory = mink.ShareMemory(1 << 20);
        memory.Span.Fill(1);
        var input = new byte[ProtectRequest.HeaderSize + DeviceGrant.Size];
        new ProtectRequest(ProtectedUseCase.SecureVideoPlayback, ProtectedMemoryLimits.ByObject, 0, 1 << 20).Write(input, [new DeviceGrant(0x102, ProtectedRights.Read)]);

        using var made = await provider.InvokeAsync((uint)ProtectedMemoryOperation.Protect, Argument.In(input), Argument.Out(ProtectAnswer.Size), Argument.In(memory));
        using var twice = await provider.InvokeAsync((uint)ProtectedMemoryOperation.Protect, Argument.In(input), Argument.Out(ProtectAnswer.Size), Argument.In(memory));
        Assert.True(ProtectAnswer.TryRead(made.EnsureOk().Output(0), out var answer));
        Assert.Equal(ProtectedMemoryError.Conflict, (ProtectedMemoryError)twice.Code);
        Assert.Throws<UnauthorizedAccessException>(() => memory.Span.Length);
        var seen = new byte[16];
        Assert.True(service.Platform.DeviceRead(0x102, memory.Region.PhysicalAddress, seen) && !seen.AsSpan().ContainsAnyExcept((byte)0));
        var release = new byte[HandleRequest.Size];
        HandleRequest.Release(answer.Handle, ReleaseFlags.Wait).Write(release);
        using var released = await provider.InvokeAsync((uint)ProtectedMemoryOperation.Unprotect, Argument.In(release));
        Assert.True(released.IsOk && !memory.Span.ContainsAnyExcept((byte)0));
        provider.Dispose();
    }

    [Fact]
    public void Check2_Given_QSEECOM_messages_When_passed_through_Then_the_same_service_answers() => ServiceRig.Run(async rig =>
    {
        var request = new byte[QseecomCarrier.RequestHeader + AllocateRequest.HeaderSize];
        var input = new byte[AllocateRequest.HeaderSize];
        new AllocateRequest(4096, 0, ProtectedUseCase.SecureVideoPlayback, 0).Write(input, []);
        QseecomCarrier.WriteRequest(request, ProtectedMemoryOperation.Allocate, input);

        var response = await ProtectedMemoryQseecom.ServeAsync(rig.Service, rig.Client, request, 100);
        var small = await ProtectedMemoryQseecom.ServeAsync(rig.Service, rig.Client, request, 40);
        var torn = await ProtectedMemoryQseecom.ServeAsync(rig.Service, rig.Client, request.AsMemory(0, 20), 100);

        Assert.True(QseecomCarrier.TryReadResponse(response, ProtectedMemoryOperation.Allocate, out var code, out var output) && AllocateAnswer.TryRead(output, out _));
        QseecomCarrier.TryReadResponse(small, ProtectedMemoryOperation.Allocate, out var shortCode, out _);
        Assert.Equal((TeeResult.Success, TeeResult.ShortBuffer, 16, 1), (code, shortCode, torn.Length, rig.Service.Regions));
        var query = new byte[QseecomCarrier.RequestHeader + ProviderQuery.Size];
        var asked = new byte[ProviderQuery.Size];
        new ProviderQuery(1, 0).Write(asked);
        QseecomCarrier.WriteRequest(query, 0, asked);
        Assert.True(QseecomCarrier.TryReadResponse(ProtectedMemoryQseecom.Serve(ProviderDirectory.Default, query, 100), 0, out _, out var provider) && provider.Length == ProviderDescription.Size);
    });

    private static void Run(Func<OpTeeWorld, ProtectedMemoryService, Task> test, bool isCleanAtEnd = true)
    {
        ProtectedMemoryService? service = null;
        OpTeeWorld.Run(world => test(world, service!), emulator => emulator.ProtectedMemory = service, options => { }, before: actors => service = new ProtectedMemoryService(actors), isCleanAtEnd: isCleanAtEnd);
    }

    /// <summary>No UUID but the directory's is compiled into clients.</summary>
    private static async Task<Guid> FindAsync(OpTeeSystem system)
    {
        await using var directory = await system.OpenSessionAsync(ProtectedMemoryLimits.Directory);
        var query = new byte[ProviderQuery.Size];
        new ProviderQuery(ProtectedMemoryLimits.Capability, 0).Write(query);
        var reply = await directory.InvokeAsync(ProtectedMemoryLimits.QueryProvider, OpTeeArgument.In(query), OpTeeArgument.Out(ProviderDescription.Size));
        Assert.True(ProviderDescription.TryRead(reply.EnsureSuccess().Bytes(1), out var found) && found.Serves(ProtectedMemoryLimits.Api));
        return found.Uuid;
    }
}
