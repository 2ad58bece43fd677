using MinkActors.Actors;
using MinkActors.Emulator.OpTee;
using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Protocol.ProtectedMemory;
using MinkActors.Sisters.OpTee;

// One idea: memory that the normal world can allocate and pass on, and never read.
await using var actors = new ThreadPoolActorSystem();
var service = new ProtectedMemoryService(actors);
await using var tee = await OpTeeSystem.StartAsync(o => o.UseActors(actors).UseSecureWorld(context => EmulatedOpTee.Start(context, e => e.ProtectedMemory = service)));

// Only the directory's name is known beforehand: it tells who provides protected memory.
ProviderDescription provider;
await using (var directory = await tee.OpenSessionAsync(ProtectedMemoryLimits.Directory))
{
    var query = new byte[ProviderQuery.Size];
    new ProviderQuery(ProtectedMemoryLimits.Capability, 0).Write(query);
    var found = await directory.InvokeAsync(ProtectedMemoryLimits.QueryProvider, OpTeeArgument.In(query), OpTeeArgument.Out(ProviderDescription.Size));
    ProviderDescription.TryRead(found.EnsureSuccess().Bytes(1), out provider);
    Console.WriteLine($"provider {provider.Uuid}, over {provider.Carriers}");
}

const uint decoder = 0x101, display = 0x102;
var session = await tee.OpenSessionAsync(provider.Uuid);
var input = new byte[AllocateRequest.HeaderSize + DeviceGrant.Size];
new AllocateRequest(10_000, 0, ProtectedUseCase.SecureVideoPlayback, 0).Write(input, [new DeviceGrant(decoder, ProtectedRights.ReadWrite)]);
var reply = await session.InvokeAsync((uint)ProtectedMemoryOperation.Allocate, OpTeeArgument.In(input), OpTeeArgument.Out(AllocateAnswer.Size));
AllocateAnswer.TryRead(reply.EnsureSuccess().Bytes(1), out var frame);
Console.WriteLine($"a frame of {frame.ByteSize} bytes at 0x{frame.Address:X}");

Console.WriteLine($"the decoder writes: {service.Platform.DeviceWrite(decoder, frame.Address, "pixels"u8)}");
Console.WriteLine($"the display reads without a grant: {service.Platform.DeviceRead(display, frame.Address, new byte[6])}");
try
{
    service.Platform.Read(frame.Address, new byte[6]);
}
catch (ProtectedAccessFault fault)
{
    Console.WriteLine($"the processor: {fault.Message}");
}

await session.DisposeAsync();
Console.WriteLine($"the session is closed: {service.Regions} regions, {service.Platform.Faults.Count} faults on record");
