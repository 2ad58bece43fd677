using MinkActors.Emulator.OpTee;
using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Protocol.OpTee;
using MinkActors.Protocol.ProtectedMemory;
using MinkActors.Protocol.Qseecom;
using MinkActors.Sisters.OpTee;
using MinkActors.Sisters.ProtectedMemory;
using MinkActors.Sisters.Tests.OpTee;
using MinkActors.Sisters.Tests.Qseecom;
using QseecomCarrier = MinkActors.Protocol.ProtectedMemory.QseecomCarrier;

namespace MinkActors.Sisters.Tests.ProtectedMemory;

/// <summary>One service over each carrier (spec 10 sections 4, 10 and 11).</summary>
public sealed class CarrierTests
{
    [Fact]
    public void Check02_Given_OP_TEE_When_the_provider_is_looked_up_and_used_Then_regions_live_as_long_as_the_session() => Run(async (world, service) =>
    {
        var client = await ProtectedMemoryDirectory.OpenAsync(world.System);

        var made = await client.AllocateAsync(ProtectedUseCase.SecureVideoPlayback, 5000);
        var info = await client.GetInfoAsync();
        await using (var session = await world.System.OpenSessionAsync(client.Provider.Uuid))
            Assert.Equal(TeeResult.BadParameters, (await session.InvokeAsync(99, OpTeeArgument.None, OpTeeArgument.None)).Result);
        Assert.Equal((8192ul, 1, 8u), (made.ByteSize, service.Regions, info.Slots));
        await client.DisposeAsync();

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
    public void Given_memory_attributes_When_the_native_configuration_is_asked_Then_their_size_first_and_the_words_where_they_fit() => Run(async (world, unused) =>
    {
        var cpu = new RawCaller(world.Actors, world.Secure, world.Memory);
        var asked = OpTeeParameter.Value(OpTeeParameterType.ValueInOut, 1);
        var room = cpu.Buffer(1, 500, OpTeeParameterType.TemporaryOutput, out var words, out _);
        async Task<(TeeResult Result, ulong Size)> AskAsync(OpTeeParameter memory)
        {
            var config = cpu.Message(OpTeeCommand.GetProtectedMemoryConfig, asked, memory);
            return ((await cpu.AskAsync(config)).Result, OpTeeMessage.ReadParameter(config.Owner, 1).B);
        }

        Assert.Equal((TeeResult.ShortBuffer, 8ul), await AskAsync(OpTeeParameter.Registered(OpTeeParameterType.RegisteredOutput, 0, 0, 0)));
        Assert.Equal((TeeResult.ShortBuffer, 8ul), await AskAsync(room with { B = 7 }));
        Assert.False(words.Owner.ContainsAnyExcept((byte)0));
        Assert.Equal((TeeResult.Success, 8ul), await AskAsync(room));

        Assert.Equal((7u, 8u), (BitConverter.ToUInt32(words.Owner), BitConverter.ToUInt32(words.Owner[4..])));
    }, new ProtectedPlatformOptions { MemoryAttributes = [7, 8] }, isCleanAtEnd: false);

    [Fact]
    public void Check02_Given_Mink_When_the_provider_is_looked_up_and_used_Then_the_same_service_answers() => MinkRig.Run(async rig =>
    {
        Assert.Equal((ProtectedMemoryService.MinkUid, ProtectedMemoryService.Uuid), (rig.Client.Provider.MinkUid, rig.Client.Provider.Uuid));

        var made = await rig.Client.AllocateAsync(ProtectedUseCase.SecureVideoPlayback, 5000, grants: [new DeviceGrant(0x102, ProtectedRights.Read)]);

        Assert.Equal((8192ul, 1, 0x102u), (made.ByteSize, rig.Service.Regions, (await rig.Client.QueryAsync(made.Handle)).Grants[0].Device));
        Assert.Equal(made.Address, (await rig.Client.GetSegmentsAsync(made.Handle))[0].Address);
        Assert.Equal(0x102u, await rig.Client.ResolveDeviceAsync("emu,display"));
        await rig.Client.FreeAsync(made.Handle);
    });

    [Fact]
    public void Check02_Given_QSEECOM_When_the_provider_is_looked_up_and_used_Then_the_same_service_answers() => QseeRig.Simulate(async rig =>
    {
        await using var client = await ProtectedMemoryDirectory.OpenAsync(rig.System, ProtectedMemoryService.QseecomApp);

        var made = await client.AllocateAsync(ProtectedUseCase.SecureVideoPlayback, 4096);
        Assert.Equal(ProtectedMemoryError.BadParameters, await MinkRig.ErrorOf(client.AllocateAsync((ProtectedUseCase)9, 4096)));
        Assert.Equal((1, made.Address), (rig.ProtectedMemory!.Regions, (await client.QueryAsync(made.Handle)).Region.Address));
        var app = await rig.System.FindAppAsync(ProtectedMemoryService.QseecomApp);
        var torn = new byte[16];
        await app.SendAsync(new byte[] { 4, 0x90, 0, 0, 99, 0, 0, 0 }, torn);
        QseecomCarrier.TryReadResponse(torn, ProtectedMemoryOperation.Allocate, out var code, out _);
        Assert.Equal(TeeResult.BadParameters, code);
        Assert.Equal(QseecomErrno.EIO, await QseeRig.ErrnoOf(app.SendAsync(torn, new byte[15])));

        await rig.System.ShutdownAppAsync(app);
        await rig.DelayAsync(1);
        Assert.Equal(0, rig.ProtectedMemory.Regions);
    }, hasProtectedMemory: true);

    internal static void Run(Func<OpTeeWorld, ProtectedMemoryService, Task> test, ProtectedPlatformOptions? platform = null, bool isCleanAtEnd = true)
    {
        ProtectedMemoryService? service = null;
        OpTeeWorld.Run(world => test(world, service!), emulator => emulator.ProtectedMemory = service, options => { }, before: actors => service = new ProtectedMemoryService(actors, platform), isCleanAtEnd: isCleanAtEnd);
    }
}
