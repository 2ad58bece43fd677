using System.Buffers.Binary;
using Microsoft.Extensions.Logging.Abstractions;
using MinkActors.Actors;
using MinkActors.Emulator.OpTee;
using MinkActors.Emulator.OpTee.Mediator;
using MinkActors.Protocol.OpTee;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Sisters.Tests.OpTee;

/// <summary>One emulated OP-TEE, a mediator, and guests with drivers of their own; its end checks that nothing of any guest is left.</summary>
internal sealed class GuestWorld
{
    private readonly List<OpTeeSystem> _drivers = [];

    private GuestWorld(SimulationActorSystem actors) => Actors = actors;

    public SimulationActorSystem Actors { get; }
    public OpTeeMediator Mediator { get; private set; } = null!;
    public EmulatedOpTee Secure { get; private set; } = null!;

    public static void Run(Func<GuestWorld, Task> test, Action<OpTeeEmulatorOptions>? secure = null, MediatorLimits? limits = null, ulong seed = 1)
    {
        var actors = new SimulationActorSystem(new SimulationOptions { Seed = seed, TimeMax = TimeSpan.FromDays(1) });
        actors.Run(async () =>
        {
            var world = new GuestWorld(actors);
            world.Mediator = await OpTeeMediator.StartAsync(new SecureWorldContext(actors, new PhysicalMemory(), NullLogger.Instance), options =>
            {
                options.Threads = 64;
                options.Started = started => world.Secure = started;
                options.Load<TestTa>(TestTa.Uuid);
                options.Load<TestTa>(TestTa.Shared, OpTeeApplicationTraits.SingleInstance | OpTeeApplicationTraits.MultiSession);
                secure?.Invoke(options);
            }, limits);
            await test(world);
            foreach (var driver in world._drivers) await driver.StopAsync();
            foreach (var guest in world.Mediator.Guests)
            {
                await guest.DestroyAsync();
                Assert.True(guest.IsClean, $"guest {guest.Domain}: {guest.Calls} calls, {guest.Memory.Pins} pins, {guest.Shadows.Live} shadows");
            }
            Assert.Empty(world.Secure.Clients);
            Assert.Equal("nothing is alive", world.Secure.ToString());
            await world.Mediator.DisposeAsync();
        });
    }

    /// <summary>A guest with a driver; after every entry it scans all its memory and registers for host addresses (check 11).</summary>
    public async Task<(OpTeeGuest Guest, OpTeeSystem Driver)> StartGuestAsync(ushort domain, Action<OpTeeOptions>? configure = null)
    {
        var guest = await Mediator.CreateGuestAsync(domain);
        var driver = await OpTeeSystem.StartAsync(options =>
        {
            options.UseActors(Actors).UseGuest(guest);
            options.WrapSecureWorld((inner, _) => new WatchedWorld(inner) { Entering = registers => AssertNothingLeaks(guest, registers) });
            configure?.Invoke(options);
        });
        _drivers.Add(driver);
        return (guest, driver);
    }

    public async Task<(OpTeeGuest Guest, RawCaller Cpu)> StartRawGuestAsync(ushort domain)
    {
        var guest = await Mediator.CreateGuestAsync(domain);
        return (guest, new RawCaller(Actors, guest.World, guest.Memory));
    }

    public static void AssertNothingLeaks(OpTeeGuest guest, in OpTeeRegisters registers)
    {
        foreach (var i in (int[])[1, 4]) Assert.False(IsHostAddress(registers.Pair(i)), $"a{i}:a{i + 1} = {registers.Pair(i):X}");
        for (var page = PhysicalMemory.Base; page < PhysicalMemory.Base + (64 << 20); page += 4096)
        {
            if (!guest.Memory.TryMap(page, out var bytes)) continue;
            for (var at = 0; at < bytes.Length; at += 8) Assert.False(IsHostAddress(BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..])), $"{page + (ulong)at:X}");
        }
    }

    /// <summary>Where guests' pages and the mediator's shadows lie: 64 MiB in each 4 GiB from there, which no count or id of a message looks like.</summary>
    private static bool IsHostAddress(ulong value) => value >> 32 is >= 0x11 and < 0x20 && (uint)value is >= 0x4000_0000 and < 0x4400_0000
        || value is >= 0x100_0000_0000_0000 and < 0x100_0100_0000_0000;
}
