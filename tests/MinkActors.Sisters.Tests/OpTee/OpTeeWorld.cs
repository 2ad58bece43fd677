using MinkActors.Actors;
using MinkActors.Emulator.OpTee;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Sisters.Tests.OpTee;

/// <summary>A driver and an emulated OP-TEE with the test application, in virtual time; its end checks that nothing is left on either side.</summary>
internal sealed class OpTeeWorld
{
    private OpTeeWorld(SimulationActorSystem actors) => Actors = actors;

    public SimulationActorSystem Actors { get; }
    public OpTeeSystem System { get; private set; } = null!;
    public EmulatedOpTee Secure { get; private set; } = null!;
    public PhysicalMemory Memory { get; } = new();

    /// <summary>All that OP-TEE can reach, when there is one.</summary>
    public OpTeeStaticArea? Area { get; private init; }

    /// <summary>What stands between the driver and OP-TEE, and counts entries.</summary>
    public WatchedWorld Link { get; private set; } = null!;

    public static void Run(Func<OpTeeWorld, Task> test, Action<OpTeeEmulatorOptions>? secure = null, Action<OpTeeOptions>? normal = null, ulong seed = 1, bool isCleanAtEnd = true, Action<ActorSystem>? before = null, OpTeeStaticArea? area = null)
    {
        var actors = new SimulationActorSystem(new SimulationOptions { Seed = seed, TimeMax = TimeSpan.FromDays(1) });
        actors.Run(async () =>
        {
            before?.Invoke(actors);
            var world = new OpTeeWorld(actors) { Area = area };
            world.System = await OpTeeSystem.StartAsync(options =>
            {
                options.UseActors(actors).UseMemory(world.Memory);
                options.UseEmulatedOpTee(emulator =>
                {
                    emulator.Started = started => world.Secure = started;
                    emulator.Load<TestTa>(TestTa.Uuid);
                    emulator.Load<TestTa>(TestTa.Shared, OpTeeApplicationTraits.SingleInstance | OpTeeApplicationTraits.MultiSession);
                    emulator.Load<TestTa>(TestTa.Single, OpTeeApplicationTraits.SingleInstance);
                    emulator.Load<TestTa>(TestTa.FromFile, OpTeeApplicationTraits.NeedsImage);
                    if (area is not null) (emulator.StaticArea, emulator.HasDynamicSharedMemory) = (area, false);
                    secure?.Invoke(emulator);
                });
                options.WrapSecureWorld((inner, _) => world.Link = new WatchedWorld(inner));
                normal?.Invoke(options);
            });
            await test(world);
            await world.System.StopAsync();
            if (!isCleanAtEnd) return;
            Assert.Equal("nothing is alive", world.Secure.ToString());
            Assert.Equal((0, 0, 0), (world.System.CallsUnderWay, world.System.OpenSessions, world.System.RpcBuffers));
            Assert.Equal((0, 0), (world.Memory.Shared, area?.Shared ?? 0));
        });
    }
}

/// <summary>Passes every entry on, and tells of it.</summary>
internal sealed class WatchedWorld(ISecureWorld inner) : ISecureWorld
{
    public int Entries { get; private set; }

    public Action<Protocol.OpTee.OpTeeRegisters>? Entering { get; set; }

    public void Enter(SecureEntry entry)
    {
        Entries++;
        var registers = Protocol.OpTee.OpTeeRegisters.From(entry.Registers);
        Entering?.Invoke(registers);
        if (Swallows) return;
        if (Lies?.Invoke(registers) is { } lie) entry.Return(lie.ToSmc());
        else if (registers[0] == Protocol.OpTee.OpTeeFunctionId.CallWithArg.Value && LiesAbout?.Invoke() == true)
        {
            registers[0] = (uint)Protocol.OpTee.OpTeeReturn.ThreadLimit;
            entry.Return(registers.ToSmc());
        }
        else inner.Enter(entry);
    }

    /// <summary>Nothing that enters comes back any more.</summary>
    public bool Swallows { get; set; }

    /// <summary>Answers in OP-TEE's place; null: OP-TEE does.</summary>
    public Func<Protocol.OpTee.OpTeeRegisters, Protocol.OpTee.OpTeeRegisters?>? Lies { get; set; }

    /// <summary>Answers a new call with the thread limit although there may be threads.</summary>
    public Func<bool>? LiesAbout { get; set; }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
