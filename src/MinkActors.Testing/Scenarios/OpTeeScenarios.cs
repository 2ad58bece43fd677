using MinkActors.Emulator.OpTee;
using MinkActors.Emulator.OpTee.Mediator;
using MinkActors.Protocol.OpTee;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Testing;

/// <summary>OP-TEE alone, and shared by guests through the mediator.</summary>
internal static class OpTeeScenarios
{
    public static Scenario Calls { get; } = new("optee-calls", "Sessions, memory, RPCs and callers that leave, on fewer threads than calls, with page lists or in a static area", async world =>
    {
        EmulatedOpTee? secure = null;
        var area = world.Choose(3) == 0 ? new OpTeeStaticArea(0x4200_0000, 1 << 20) : null;
        var hasRpcArgument = world.Choose(2) == 0;
        var driver = await SimulatedOpTee.StartAsync(world, options => options.UseEmulatedOpTee(emulator =>
        {
            emulator.Threads = 2;
            emulator.InterruptEvery = 3;
            emulator.HasRpcArgument = hasRpcArgument;
            (emulator.StaticArea, emulator.HasDynamicSharedMemory) = (area, area is null);
            emulator.Started = started => secure = started;
            Load(world, emulator);
        }));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(client => world.StartClient($"optee-{client}", () => WorkAsync(world, driver, (uint)client))));
        await driver.SettleAsync();
        world.Require(secure!.IsClean, $"After a stop OP-TEE has {secure}");
        world.Require(area is null or { Shared: 0 }, $"{area?.Shared} bytes of the static area are still shared");
    });

    public static Scenario Notifications { get; } = new("optee-notifications", "OP-TEE interrupts: values wake who waits for them, and bottom halves get a thread", async world =>
    {
        const uint Largest = 7;
        EmulatedOpTee? secure = null;
        var (raised, woken, atOnce) = (0, 0, 0);
        var driver = await SimulatedOpTee.StartAsync(world, options => options.UseEmulatedOpTee(emulator =>
        {
            emulator.Threads = 3;
            (emulator.HasNotifications, emulator.NotificationMax) = (true, Largest);
            emulator.Started = started => secure = started;
            emulator.BottomHalf = async call =>
            {
                world.Require(++atOnce == 1, "Two bottom halves run at once");
                try
                {
                    await call.InterruptAsync();
                    raised++;
                    await call.NotifyAsync(1 + (uint)world.Choose((int)Largest));
                }
                finally
                {
                    atOnce--;
                }
            };
            Load(world, emulator);
        }));
        var clients = Enumerable.Range(0, 3).Select(client => world.StartClient($"waiter-{client}", async () =>
        {
            if (await driver.TryAsync(() => driver.System.OpenSessionAsync(SisterTa.Uuid)) is not { } session) return;
            for (var i = 0; i < 4; i++)
            {
                var value = 1 + (uint)world.Choose((int)Largest);
                if (await driver.TryAsync(() => session.InvokeAsync(SisterTa.Wait, OpTeeArgument.Value(value))) is { IsSuccess: true }) woken++;
            }
        })).ToArray();
        for (var i = 0; i < 12; i++)
        {
            await world.DelayAsync(TimeSpan.FromMilliseconds(world.Choose(200)));
            var value = (uint)world.Choose((int)Largest + 1);
            if (value != NotificationValue.BottomHalf) raised++;
            secure!.Raise(value);
        }
        await Task.WhenAll(clients);
        await driver.SettleAsync();
        world.Require(woken <= raised, $"{woken} waits were woken by {raised} notifications");
        world.Require(secure!.IsClean, $"After a stop OP-TEE has {secure}");
    });

    public static Scenario Guests { get; } = new("mediator-guests", "Guests work behind the mediator; one is destroyed at any moment, the tasks of another die", async world =>
    {
        var (mediator, secure) = await MediateAsync(world);
        var clients = new List<Task>();
        for (ushort domain = 0; domain < 3; domain++)
        {
            var guest = await mediator.CreateGuestAsync(domain);
            var driver = await SimulatedOpTee.StartAsync(world, options => options.UseGuest(guest), isGuest: true);
            var number = domain;
            clients.Add(world.StartClient($"guest-{domain}", async () =>
            {
                await WorkAsync(world, driver, number, mayFail: number != 2);
                await driver.SettleAsync(isAlone: number == 0);
            }));
        }
        for (var i = world.Choose(40); i > 0; i--) await world.DelayAsync(TimeSpan.FromMilliseconds(1));
        var guests = mediator.Guests;
        await guests[1].AbandonCallsAsync();
        await EndAsync(world, guests[0]);
        await Task.WhenAll(clients);
        await EndAllAsync(world, mediator, secure);
    });

    public static Scenario Hostile { get; } = new("mediator-hostile", "A guest sends what it likes and changes it at every read; its neighbour works on", async world =>
    {
        var (mediator, secure) = await MediateAsync(world);
        var hostile = await mediator.CreateGuestAsync(0);
        var honest = await mediator.CreateGuestAsync(1);
        var driver = await SimulatedOpTee.StartAsync(world, options => options.UseGuest(honest), isGuest: true);
        var work = world.StartClient("honest", async () =>
        {
            await WorkAsync(world, driver, 1);
            await driver.SettleAsync();
        });
        var attack = await AttackAsync(world, hostile);
        await EndAsync(world, hostile);
        // A call that waits behind one that the guest never resumes comes back when the guest is gone.
        await attack;
        await work;
        await EndAllAsync(world, mediator, secure);
    });

    private static void Load(SimulatedWorld world, OpTeeEmulatorOptions emulator) => emulator.Load(SisterTa.Uuid, () => new SisterTa(world.Faults));

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
    private static async Task WorkAsync(SimulatedWorld world, SimulatedOpTee driver, uint seed, bool mayFail = false)
    {
        for (var round = 0u; round < 2; round++)
        {
            if (world.Faults.Pass(FaultPoint.Client) is not null) return;
            if (await driver.TryAsync(() => driver.System.OpenSessionAsync(SisterTa.Uuid), mayFail) is not { } session) continue;
            var sum = await driver.TryAsync(() => session.InvokeAsync(SisterTa.Add, OpTeeArgument.Value(seed, round), OpTeeArgument.OutValue), mayFail);
            if (sum is { IsSuccess: true }) world.Require(sum.Value(1).A == seed + round, $"{seed} + {round} is not {sum.Value(1).A}");
            if (await driver.TryAsync(() => driver.System.ShareMemoryAsync(8192), mayFail) is { } buffer)
            {
                var filled = await driver.TryAsync(() => session.InvokeAsync(SisterTa.Fill, OpTeeArgument.Part(buffer, OpTeeParameterType.RegisteredOutput, 100, 5000), OpTeeArgument.Value(seed + 1)), mayFail);
                if (filled is { IsSuccess: true }) world.Require(!buffer.Span[100..5100].ContainsAnyExcept((byte)(seed + 1)) && buffer.Span[99] == 0 && buffer.Span[5100] == 0, "A part of a buffer was filled wrongly");
                await buffer.DisposeAsync();
            }
            await driver.TryAsync(() => session.InvokeAsync(SisterTa.Borrow, OpTeeArgument.Value(3 * 4096)), mayFail);
            await driver.TryAsync(() => session.InvokeAsync(SisterTa.Interrupts, OpTeeArgument.Value(3)), mayFail);
            await driver.TryAsync(() => session.InvokeAsync(SisterTa.UntilCancelled, new CallOptions { Deadline = TimeSpan.FromMilliseconds(25) }), mayFail: true);
            await Task.WhenAll(driver.TryAsync(() => session.InvokeAsync(SisterTa.Notify, OpTeeArgument.Value(seed)), mayFail), driver.TryAsync(() => session.InvokeAsync(SisterTa.Wait, OpTeeArgument.Value(seed)), mayFail));
            // Who opens a session and is gone when it opens: it must not stay.
            await driver.TryAsync(() => driver.System.OpenSessionAsync(SisterTa.Uuid, new CallOptions { Deadline = TimeSpan.FromMilliseconds(world.Choose(3)) }), mayFail: true);
            await session.DisposeAsync();
        }
    }

    /// <summary>Random registers over random messages, several at once; resumes of threads it has and has not.</summary>
    /// <returns>Ends with the last call; not awaited here, the guest's calls may wait for one another.</returns>
    private static async Task<Task> AttackAsync(SimulatedWorld world, OpTeeGuest guest)
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
            if (world.Choose(2) == 0) await Task.WhenAny(calls[^1], world.DelayAsync(TimeSpan.FromMilliseconds(10)));
        }
        var all = Task.WhenAll(calls);
        await Task.WhenAny(all, world.DelayAsync(TimeSpan.FromMilliseconds(10)));
        guest.Memory.AfterRead = null;
        return all;
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
        // Whatever was lost or damaged between a guest and the mediator is the guest's loss alone.
        world.Insist(guest.IsClean, $"Of destroyed guest {guest.Domain} there are {guest.Calls} calls, {guest.SharedBuffers} buffers, {guest.Memory.Pins} pins, {guest.Shadows.Live} shadows");
    }

    private static async Task EndAllAsync(SimulatedWorld world, OpTeeMediator mediator, EmulatedOpTee secure)
    {
        foreach (var guest in mediator.Guests)
        {
            world.Require(guest.Calls == 0, $"Guest {guest.Domain} has {guest.Calls} calls though its driver has stopped");
            await EndAsync(world, guest);
        }
        world.Insist(secure.IsClean && secure.Clients.Count == 0, $"After all guests are gone OP-TEE has {secure}");
        await mediator.DisposeAsync();
    }
}
