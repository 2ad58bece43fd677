using MinkActors.Emulator.OpTee;
using MinkActors.Emulator.OpTee.Mediator;
using MinkActors.Protocol.OpTee;
using MinkActors.Sisters;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Testing;

/// <summary>OP-TEE alone, and shared by guests through the mediator.</summary>
internal static class OpTeeScenarios
{
    public static Scenario Calls { get; } = new("optee-calls", "Sessions, memory, RPCs and callers that leave, on fewer threads than calls", async world =>
    {
        EmulatedOpTee? secure = null;
        var memory = new PhysicalMemory();
        var driver = await StartAsync(world, options => options.UseMemory(memory).UseSecureWorld(context => EmulatedOpTee.Start(context, emulator =>
        {
            emulator.Threads = 2;
            emulator.InterruptEvery = 3;
            emulator.Started = started => secure = started;
            Load(world, emulator);
        })));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(client => world.StartClient($"optee-{client}", () => WorkAsync(world, driver, (uint)client))));
        await driver.StopAsync();
        world.Require(secure!.IsClean, $"After a stop OP-TEE has {secure}");
        world.Require(driver is { CallsUnderWay: 0, RpcBuffers: 0, OpenSessions: 0 }, $"The driver has {driver.CallsUnderWay} calls, {driver.RpcBuffers} RPC buffers, {driver.OpenSessions} sessions");
        world.Require(memory.Shared == 0, $"{memory.Shared} bytes are still shared");
    });

    public static Scenario Guests { get; } = new("mediator-guests", "Guests work behind the mediator, and one is destroyed at any moment", async world =>
    {
        var (mediator, secure) = await MediateAsync(world);
        var clients = new List<Task>();
        for (ushort domain = 0; domain < 3; domain++)
        {
            var guest = await mediator.CreateGuestAsync(domain);
            var driver = await StartAsync(world, options => options.UseMemory(guest.Memory).UseSecureWorld(_ => guest.World));
            var number = domain;
            clients.Add(world.StartClient($"guest-{domain}", async () =>
            {
                if (number != 0) await WorkAsync(world, driver, number);
                else await ToleratingAsync(() => WorkAsync(world, driver, number, mayFail: true));
                await driver.StopAsync();
            }));
        }
        for (var i = world.Choose(40); i > 0; i--) await world.DelayAsync(TimeSpan.FromMilliseconds(1));
        await EndAsync(world, mediator.Guests[0]);
        await Task.WhenAll(clients);
        await EndAllAsync(world, mediator, secure);
    });

    public static Scenario Hostile { get; } = new("mediator-hostile", "A guest sends what it likes and changes it at every read; its neighbour works on", async world =>
    {
        var (mediator, secure) = await MediateAsync(world);
        var hostile = await mediator.CreateGuestAsync(0);
        var honest = await mediator.CreateGuestAsync(1);
        var driver = await StartAsync(world, options => options.UseMemory(honest.Memory).UseSecureWorld(_ => honest.World));
        var work = world.StartClient("honest", async () =>
        {
            await WorkAsync(world, driver, 1);
            await driver.StopAsync();
        });
        await AttackAsync(world, hostile);
        await EndAsync(world, hostile);
        await work;
        await EndAllAsync(world, mediator, secure);
    });

    private static void Load(SimulatedWorld world, OpTeeEmulatorOptions emulator) => emulator.Load(SisterTa.Uuid, () => new SisterTa(world.Faults));

    private static Task<OpTeeSystem> StartAsync(SimulatedWorld world, Action<OpTeeOptions> configure) => OpTeeSystem.StartAsync(options =>
    {
        options.UseActors(world.Actors);
        options.Limits = new SisterLimits { Slots = 4 };
        configure(options);
        options.WrapMemory(memory => new ScarceMemory(memory, world.Faults));
        options.WrapSecureWorld((inner, _) => FaultyOpTee.Around(inner, world.Actors, world.Faults));
    });

    private static async Task<(OpTeeMediator Mediator, EmulatedOpTee Secure)> MediateAsync(SimulatedWorld world)
    {
        EmulatedOpTee? secure = null;
        var context = new SecureWorldContext(world.Actors, new PhysicalMemory(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var mediator = await OpTeeMediator.StartAsync(context, emulator =>
        {
            emulator.Threads = 4;
            emulator.InterruptEvery = 5;
            emulator.Started = started => secure = started;
            Load(world, emulator);
        });
        return (mediator, secure!);
    }

    /// <summary>What an honest client does. Under faults single calls may fail; what succeeds is right.</summary>
    private static async Task WorkAsync(SimulatedWorld world, OpTeeSystem driver, uint seed, bool mayFail = false)
    {
        for (var round = 0u; round < 2; round++)
        {
            if (await TryAsync(world, mayFail, async () => await driver.OpenSessionAsync(SisterTa.Uuid)) is not { } session) continue;
            var sum = await TryAsync(world, mayFail, () => session.InvokeAsync(SisterTa.Add, OpTeeArgument.Value(seed, round), OpTeeArgument.OutValue));
            if (sum is { IsSuccess: true }) world.Require(sum.Value(1).A == seed + round, $"{seed} + {round} is not {sum.Value(1).A}");
            if (await TryAsync(world, mayFail, () => driver.ShareMemoryAsync(8192)) is { } buffer)
            {
                var filled = await TryAsync(world, mayFail, () => session.InvokeAsync(SisterTa.Fill, OpTeeArgument.Part(buffer, OpTeeParameterType.RegisteredOutput, 100, 5000), OpTeeArgument.Value(seed + 1)));
                if (filled is { IsSuccess: true }) world.Require(!buffer.Span[100..5100].ContainsAnyExcept((byte)(seed + 1)) && buffer.Span[99] == 0 && buffer.Span[5100] == 0, "A part of a buffer was filled wrongly");
                await buffer.DisposeAsync();
            }
            await TryAsync(world, mayFail, () => session.InvokeAsync(SisterTa.Borrow, OpTeeArgument.Value(3 * 4096)));
            await TryAsync(world, mayFail, () => session.InvokeAsync(SisterTa.Interrupts, OpTeeArgument.Value(3)));
            await TryAsync(world, mayFail: true, () => session.InvokeAsync(SisterTa.UntilCancelled, new CallOptions { Deadline = TimeSpan.FromMilliseconds(25) }));
            await Task.WhenAll(TryAsync(world, mayFail, () => session.InvokeAsync(SisterTa.Notify, OpTeeArgument.Value(seed))), TryAsync(world, mayFail, () => session.InvokeAsync(SisterTa.Wait, OpTeeArgument.Value(seed))));
            await TryAsync(world, mayFail: true, async () =>
            {
                await session.DisposeAsync();
                return session;
            });
        }
    }

    private static async Task<T?> TryAsync<T>(SimulatedWorld world, bool mayFail, Func<Task<T>> call) where T : class
    {
        try
        {
            return await call();
        }
        catch (Exception failure) when (failure is MinkTransportException or OpTeeResultException or ObjectDisposedException)
        {
            world.Require(mayFail || world.Faults.Fired.Count > 0, $"A call failed though nothing went wrong: {failure.Message}");
            return null;
        }
    }

    private static async Task ToleratingAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (ObjectDisposedException)
        {
            return;
        }
    }

    /// <summary>Random registers over random messages, several at once; resumes of threads it has and has not.</summary>
    private static async Task AttackAsync(SimulatedWorld world, OpTeeGuest guest)
    {
        var pages = Enumerable.Range(0, 4).Select(_ => guest.Memory.Allocate(4096)!).ToArray();
        guest.Memory.AfterRead = page =>
        {
            foreach (var region in pages)
            {
                if (region.PhysicalAddress == page) Scribble(world, region, pages);
            }
        };
        var calls = new List<Task>();
        for (var i = 0; i < 24; i++)
        {
            Scribble(world, pages[world.Choose(4)], pages);
            var registers = world.Choose(3) == 0
                ? OpTeeRegisters.ResumeAllocate(OpTeeRegisters.RpcReturn(default, 0, 0, (uint)world.Choose(5)), pages[world.Choose(4)].PhysicalAddress, (ulong)world.Choose(3))
                : OpTeeRegisters.Call(pages[world.Choose(4)].PhysicalAddress + (ulong)(world.Choose(8) == 0 ? 8 : 0));
            var cpu = world.Actors.Spawn(new RegisterCalls(guest.World));
            calls.Add(cpu.Ask(new RegisterCall(registers.ToSmc())).AsTask());
            if (world.Choose(2) == 0) await calls[^1];
        }
        await Task.WhenAll(calls);
        guest.Memory.AfterRead = null;
    }

    /// <summary>A message that is nearly right: commands and parameters exist, addresses and sizes are anything.</summary>
    private static void Scribble(SimulatedWorld world, SharedRegion page, SharedRegion[] pages)
    {
        var parameters = new OpTeeParameter[world.Choose(4)];
        for (var i = 0; i < parameters.Length; i++)
        {
            var address = pages[world.Choose(pages.Length)].PhysicalAddress + (ulong)(world.Choose(3) * 1000);
            var attribute = world.Choose(12) + (0x200 * world.Choose(2)) + (i < 2 ? 0x100 * world.Choose(2) : 0);
            parameters[i] = new OpTeeParameter(new OpTeeAttribute((uint)attribute), address, (ulong)world.Choose(3) * 4000, (ulong)world.Choose(4));
        }
        if (world.Choose(2) == 0 && parameters.Length >= 2)
        {
            parameters[0] = OpTeeParameter.UuidValue(OpTeeAttribute.MetaValueInput, SisterTa.Uuid);
            parameters[1] = OpTeeParameter.UuidValue(OpTeeAttribute.MetaValueInput, Guid.Empty);
        }
        var header = new OpTeeHeader((uint)world.Choose(8), (uint)world.Choose(9), (uint)world.Choose(3), 0, TeeResult.Generic, TeeOrigin.None, (uint)parameters.Length);
        OpTeeMessage.TryWrite(page.Owner, header, parameters, out _);
        // As a page list it names pages of its own, sometimes.
        if (world.Choose(4) == 0) BitConverter.TryWriteBytes(page.Owner, pages[world.Choose(pages.Length)].PhysicalAddress);
    }

    private static async Task EndAsync(SimulatedWorld world, OpTeeGuest guest)
    {
        await guest.DestroyAsync();
        world.Require(guest.IsClean, $"Of destroyed guest {guest.Domain} there are {guest.Calls} calls, {guest.SharedBuffers} buffers, {guest.Memory.Pins} pins");
    }

    private static async Task EndAllAsync(SimulatedWorld world, OpTeeMediator mediator, EmulatedOpTee secure)
    {
        foreach (var guest in mediator.Guests)
        {
            world.Require(guest.Calls == 0, $"Guest {guest.Domain} has {guest.Calls} calls though its driver has stopped");
            await EndAsync(world, guest);
        }
        world.Require(secure.IsClean && secure.Clients.Count == 0, $"After all guests are gone OP-TEE has {secure}");
        await mediator.DisposeAsync();
    }

    /// <summary>Memory that runs out as the plan says.</summary>
    private sealed class ScarceMemory(ISharedMemory inner, FaultInjector faults) : ISharedMemory
    {
        public SharedRegion? Allocate(int size) => faults.Pass(FaultPoint.Buffer) is null ? inner.Allocate(size) : null;

        public void Free(SharedRegion region) => inner.Free(region);

        public bool TryResolve(ulong physicalAddress, ulong size, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SharedRegion? region, out int offset) =>
            inner.TryResolve(physicalAddress, size, out region, out offset);
    }
}
