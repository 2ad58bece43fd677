using MinkActors.Emulator;
using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Protocol;
using MinkActors.Protocol.ProtectedMemory;
using MinkActors.Sisters.ProtectedMemory;

namespace MinkActors.Testing;

/// <summary>Protected memory as memory objects of Mink.</summary>
internal static class ProtectedObjectScenarios
{
    private const uint Provider = 0xFF00, Mapper = 0xFF10;
    private const int Mega = 1 << 20;

    /// <summary>What a fault keeps S from giving back is given back at the end.</summary>
    private static readonly CallOptions Patience = new() { Deadline = TimeSpan.FromMinutes(1) };

    public static Scenario Objects { get; } = new("protected-objects", "Regions are passed on as memory objects, mapped and unmapped, protected by object, and freed while references are left", async world =>
    {
        var service = new ProtectedMemoryService(world.Actors, new ProtectedPlatformOptions { Windows = [new AddressRange(0x7000_0000, 256 << 20), new AddressRange(PhysicalMemory.Base, 1 << 30)] });
        world.Secure!.ProtectedMemory = service;
        service.Platform.Attach(world.Memory);
        world.AtRest.Add(() => world.Require(service.Regions == 0 && service.SlotsUsed == service.Platform.Options.CarveOuts.Count && service.Platform.SharedPages == 0,
            $"At rest there are {service.Regions} regions, {service.SlotsUsed} slots and {service.Platform.SharedPages} shared pages"));
        _ = world.StartClient("sharer", () => UseAsync(world, service, 1));
        await UseAsync(world, service, 0);
    })
    {
        // A Free that waits holds its slot until references are given back, by calls that need one too.
        Shape = new WorldShape { Limits = new MinkLimits { Slots = 12, ChainDepth = 3 } },
    };

    private static async Task UseAsync(SimulatedWorld world, ProtectedMemoryService service, uint number)
    {
        world.Application!.Offer(Provider + number, new ProtectedMemoryObject(world.Secure!, service));
        world.Application.Offer(Mapper + number, new MapperObject(world.Secure!));
        var provider = await OpenAsync(world, Provider + number);
        using var mapper = await OpenAsync(world, Mapper + number);
        if (provider is null || mapper is null)
        {
            provider?.Dispose();
            return;
        }
        await using var client = new MinkProtectedMemory(new MinkCarrier(provider), ProtectedMemoryService.Description);
        for (var step = 0; step < 5; step++)
        {
            if (world.Choose(3) == 0) await ProtectAsync(world, client, mapper);
            else await ShareAsync(world, client, mapper);
        }
    }

    /// <summary>An allocation is passed on, and freed at once, in the background, or while it is mapped.</summary>
    private static async Task ShareAsync(SimulatedWorld world, MinkProtectedMemory client, Capability mapper)
    {
        var handle = 0ul;
        if (!await TryAsync(world, async () => handle = (await client.AllocateAsync(ProtectedUseCase.SecureVideoPlayback, 8192)).Handle)) return;
        MemoryCapability? memory = null;
        if (await TryAsync(world, async () => memory = await client.ShareAsync(handle)))
        {
            world.Require(memory!.IsProtected, "An object of a region is not flagged");
            var isMapped = await OkAsync(world, mapper, MapperObject.Map, Argument.In(memory));
            if (world.Choose(2) == 0) memory.Dispose();
            if (isMapped)
            {
                await TryAsync(world, () => client.FreeAsync(handle, ReleaseFlags.RefuseIfReferenced), ProtectedMemoryError.Busy);
                var freeing = TryAsync(world, () => client.FreeAsync(handle, world.Choose(2) == 0 ? ReleaseFlags.Wait : ReleaseFlags.InBackground, Patience));
                await OkAsync(world, mapper, MapperObject.Unmap);
                memory.Dispose();
                await OkAsync(world, mapper, MapperObject.Nothing);    // what S gives up travels with a message
                await freeing;
                return;
            }
        }
        memory?.Dispose();
        await TryAsync(world, () => client.FreeAsync(handle, ReleaseFlags.InBackground));
    }

    /// <summary>Memory of the normal world is protected as an object; it is let go of before or after.</summary>
    private static async Task ProtectAsync(SimulatedWorld world, MinkProtectedMemory client, Capability mapper)
    {
        MemoryCapability memory;
        try
        {
            memory = world.Mink.ShareMemory(Mega);
        }
        catch (MinkTransportException) when (world.Faults.Fired.Count > 0)
        {
            return;
        }
        using (memory)
        {
            var isMapped = world.Choose(3) == 0 && await OkAsync(world, mapper, MapperObject.Map, Argument.In(memory));
            var made = default(ProtectAnswer);
            var isProtected = await TryAsync(world, async () => made = await client.ProtectAsync(memory, ProtectedUseCase.SecureVideoPlayback), ProtectedMemoryError.Conflict, ProtectedMemoryError.NoSlot);
            if (world.Faults.Fired.Count == 0) world.Require(isProtected != isMapped, "Mapped memory was protected, or memory that nobody has mapped was not");
            if (isProtected) world.Require(memory.IsProtected, "Memory that was protected is within reach");
            if (isMapped) await OkAsync(world, mapper, MapperObject.Unmap);
            if (isProtected && world.Choose(2) == 0) memory.Dispose();
            if (isProtected) await TryAsync(world, () => client.UnprotectAsync(made.Handle, options: Patience));
        }
    }

    private static async Task<Capability?> OpenAsync(SimulatedWorld world, uint key)
    {
        using var opened = await world.CallAsync(world.App, TestApp.HandOver, Argument.In(key), Argument.OutObject);
        return opened is { IsOk: true } there ? there.TakeObject() : null;
    }

    private static async Task<bool> OkAsync(SimulatedWorld world, Capability target, uint method, params Argument[] arguments)
    {
        using var reply = await world.CallAsync(target, method, arguments);
        if (reply is { IsOk: true }) return true;
        world.Require(world.Faults.Fired.Count > 0, $"Method {method} of the mapper ended {reply?.Code}");
        return false;
    }

    /// <summary>Something that may fail for a fault, or for a reason of its own.</summary>
    private static async Task<bool> TryAsync(SimulatedWorld world, Func<Task> code, params ProtectedMemoryError[] allowed)
    {
        try
        {
            await code();
            return true;
        }
        catch (ProtectedMemoryException refused)
        {
            world.Require(world.Faults.Fired.Count > 0 || allowed.Contains(refused.Error), $"Refused though nothing went wrong: {refused.Message}");
        }
        catch (Exception lost) when (lost is MinkTransportException or OperationCanceledException or InvalidDataException)
        {
            world.Require(world.Faults.Fired.Count > 0, $"Failed though nothing went wrong: {lost.Message}");
        }
        return false;
    }

    /// <summary>Maps what it is given, and unmaps it, the last first.</summary>
    private sealed class MapperObject(SecureDomain domain) : IMinkObject
    {
        public const uint Map = 0, Unmap = 1, Nothing = 2;

        private readonly Stack<MappedMemory> _mapped = [];
        private bool _isOver;

        public async ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            if (call.Operation.Method == Unmap)
            {
                if (!_mapped.TryPop(out var last)) return ResultCode.Invalid;
                last.Dispose();
            }
            if (call.Operation.Method != Map) return ResultCode.Ok;
            using var memory = call.TakeInput(0);
            if (memory is null) return ResultCode.Invalid;
            try
            {
                var mapped = await MappedMemory.MapAsync(domain, memory);
                mapped.WritableBytes[0] = 1;
                if (_isOver) mapped.Dispose();
                else _mapped.Push(mapped);
                return ResultCode.Ok;
            }
            catch (MinkException refused)
            {
                return refused.Code;
            }
        }

        public void Released()
        {
            _isOver = true;
            foreach (var mapped in _mapped) mapped.Dispose();
        }
    }
}
