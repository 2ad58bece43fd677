using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Testing;

/// <summary>Protected memory under several clients at once.</summary>
internal static class ProtectedMemoryScenarios
{
    private const ulong Window = 0x7300_0000;
    private const uint Device = 0x101;
    private const int Mega = 1 << 20;

    public static Scenario Regions { get; } = new("protected-memory", "Clients protect, allocate, grant, hold and let go at once; a device and a processor look on", async world =>
    {
        var service = new ProtectedMemoryService(world.Actors);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(number => world.StartClient($"protected-{number}", () => UseAsync(world, service, number))));
        world.Require(service.Regions == 0 && service.SlotsUsed == service.Platform.Options.CarveOuts.Count, $"{service.Regions} regions and {service.SlotsUsed} slots are left");
        var seen = new byte[64];
        world.Require(!service.Platform.DeviceRead(Device, Window, seen), "A device reads a region that is gone");
        service.Platform.Read(Window, seen);
        world.Require(!seen.AsSpan().ContainsAnyExcept((byte)0), "A secret outlived its region");
    });

    private static async Task UseAsync(SimulatedWorld world, ProtectedMemoryService service, int number)
    {
        var client = new ProtectedClient();
        var held = new List<(ulong Handle, bool IsAllocation, ulong Address)>();
        for (var step = 0; step < 12; step++)
        {
            switch (world.Choose(5))
            {
                case 0: await MakeAsync(world, service, client, held, isAllocation: false); break;
                case 1: await MakeAsync(world, service, client, held, isAllocation: true); break;
                case 2 when held.Count > 0:
                    var (handle, isAllocation, _) = held[world.Choose(held.Count)];
                    held.RemoveAll(mine => mine.Handle == handle);
                    await AskAsync(service, client, isAllocation ? ProtectedMemoryOperation.Free : ProtectedMemoryOperation.Unprotect, handle, world.Choose(3), 0);
                    break;
                case 3 when held.Count > 0:
                    var touched = held[world.Choose(held.Count)];
                    if (touched.Address == 0) break;
                    await AskAsync(service, client, ProtectedMemoryOperation.Grant, touched.Handle, (int)Device, 6);
                    world.Require(service.Platform.DeviceWrite(Device, touched.Address, [(byte)(number + 1)]), "A granted device may not write");
                    await AskAsync(service, client, ProtectedMemoryOperation.Revoke, touched.Handle, (int)Device, 0);
                    world.Require(!service.Platform.DeviceWrite(Device, touched.Address, [9]), "A revoked device writes");
                    world.Require(IsRefused(service, touched.Address), "A processor of the normal world reads a region");
                    break;
                default: await world.YieldAsync(); break;
            }
            world.Require(service.SlotsUsed <= service.Platform.Options.Slots, "More slots are used than there are");
        }
        await service.EndAsync(client);
    }

    private static async Task MakeAsync(SimulatedWorld world, ProtectedMemoryService service, ProtectedClient client, List<(ulong, bool, ulong)> held, bool isAllocation)
    {
        var input = new byte[32];
        var address = Window + ((ulong)world.Choose(8) * Mega);
        if (isAllocation) new AllocateRequest((ulong)(1 + world.Choose(4)) * 5000, 0, ProtectedUseCase.SecureVideoPlayback, 0).Write(input, []);
        else new ProtectRequest(ProtectedUseCase.SecureVideoPlayback, 0, address, Mega).Write(input, []);
        var answer = await service.InvokeAsync(client, isAllocation ? ProtectedMemoryOperation.Allocate : ProtectedMemoryOperation.Protect, input, 64);
        if (answer.Error != ProtectedMemoryError.Ok) world.Require(answer.Error is ProtectedMemoryError.Conflict or ProtectedMemoryError.NoSlot or ProtectedMemoryError.NoMemory, $"Refused with {answer.Error}");
        else if (isAllocation && AllocateAnswer.TryRead(answer.Output, out var allocated)) held.Add((allocated.Handle, true, allocated.Address));
        else if (ProtectAnswer.TryRead(answer.Output, out var made)) held.Add((made.Handle, false, address));
    }

    private static async Task AskAsync(ProtectedMemoryService service, ProtectedClient client, ProtectedMemoryOperation operation, ulong handle, int first, int second)
    {
        var input = new byte[HandleRequest.Size];
        new HandleRequest(handle, (uint)first, (uint)second).Write(input);
        await service.InvokeAsync(client, operation, input, 0);
    }

    private static bool IsRefused(ProtectedMemoryService service, ulong address)
    {
        try
        {
            service.Platform.Read(address, new byte[1]);
            return false;
        }
        catch (ProtectedAccessFault)
        {
            return true;
        }
    }
}
