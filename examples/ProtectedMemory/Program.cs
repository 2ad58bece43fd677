using MinkActors.Actors;
using MinkActors.Emulator.OpTee;
using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Protocol.ProtectedMemory;
using MinkActors.Sisters.OpTee;
using MinkActors.Sisters.ProtectedMemory;

// One idea: memory that the normal world can allocate and pass on, and never read.
await using var actors = new ThreadPoolActorSystem();
var service = new ProtectedMemoryService(actors);
await using var tee = await OpTeeSystem.StartAsync(o => o.UseActors(actors).UseSecureWorld(context => EmulatedOpTee.Start(context, e => e.ProtectedMemory = service)));

// Only the directory's name is known beforehand: it tells who provides protected memory.
var memory = await ProtectedMemoryDirectory.OpenAsync(tee);
Console.WriteLine($"provider {memory.Provider.Uuid}, over {memory.Provider.Carriers}");

var (decoder, display) = (await memory.ResolveDeviceAsync("emu,video-decoder"), await memory.ResolveDeviceAsync("emu,display"));
var frame = await memory.AllocateAsync(ProtectedUseCase.SecureVideoPlayback, 10_000, grants: [new DeviceGrant(decoder, ProtectedRights.ReadWrite)]);
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

await memory.DisposeAsync();
Console.WriteLine($"the session is closed: {service.Regions} regions, {service.Platform.Faults.Count} faults on record");
