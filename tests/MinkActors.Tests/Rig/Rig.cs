using MinkActors.Actors;
using MinkActors.Emulator;
using MinkActors.Protocol;

namespace MinkActors.Tests;

/// <summary>A system with a scripted secure world, on either engine, and the proof at its end that nothing is left.</summary>
internal sealed class Rig : IMinkObserver
{
    /// <summary>Only so that a hang ends with a word; no test depends on it.</summary>
    private static readonly TimeSpan HangMax = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan TimerGrain = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly List<string> _refusals = [];
    private readonly List<Exception> _failures = [];

    private Rig(ActorSystem actors) => Actors = actors;

    public ActorSystem Actors { get; }

    public SimulationActorSystem Simulation => (SimulationActorSystem)Actors;

    public MinkSystem Mink { get; private set; } = null!;

    public ScriptedSecureWorld World { get; private set; } = null!;

    public PhysicalMemory Memory { get; private set; } = null!;

    /// <summary>What was refused, as observers were told.</summary>
    public IReadOnlyList<string> Refusals
    {
        get { lock (_refusals) return [.. _refusals]; }
    }

    /// <summary>Set by a scenario that means to leave something alive.</summary>
    public bool LeavesSomething { get; set; }

    /// <summary>Set by a scenario that means an actor to fail.</summary>
    public bool ExpectsFailure { get; set; }

    public int Failures
    {
        get { lock (_failures) return _failures.Count; }
    }

    /// <summary>Runs the scenario under many interleavings in virtual time; where nothing simulates, once on threads.</summary>
    public static void Simulate(Func<Rig, Task> scenario, MinkLimits? limits = null, int seeds = 12, Action<MinkOptions>? configure = null, ISimulationStrategy? strategy = null)
    {
        if (!TestEngines.Simulate)
        {
            OnThreads(scenario, limits, configure).WaitAsync(HangMax).GetAwaiter().GetResult();
            return;
        }
        for (var seed = 0; seed < seeds; seed++)
        {
            var simulation = new SimulationActorSystem(new SimulationOptions { Seed = (ulong)seed, Strategy = strategy, RecordChoices = false, StepsMax = long.MaxValue, TimeMax = TimeSpan.FromDays(100_000) });
            var rig = new Rig(simulation);
            try
            {
                simulation.Run(async () =>
                {
                    await rig.StartAsync(limits, configure);
                    await scenario(rig);
                    if (!rig.LeavesSomething) await rig.Mink.DrainReleasesAsync();
                });
                rig.Check();
                simulation.Run(() => rig.Mink.StopAsync());
            }
            catch (Exception failure)
            {
                var first = rig.World?.Failure ?? failure;
                throw new InvalidOperationException($"Seed {seed}: {first.Message}", first);
            }
        }
    }

    /// <summary>Runs the scenario on an engine with threads, in real time.</summary>
    public static async Task OnThreads(Func<Rig, Task> scenario, MinkLimits? limits = null, Action<MinkOptions>? configure = null)
    {
        await using var actors = TestEngines.WithThreads();
        var rig = new Rig(actors);
        await rig.StartAsync(limits, configure);
        await scenario(rig);
        if (!rig.LeavesSomething) await rig.Quiet();
        rig.Check();
        await rig.Mink.DisposeAsync();
    }

    /// <summary>On the named engine.</summary>
    public static Task Run(Engine engine, Func<Rig, Task> scenario, MinkLimits? limits = null)
    {
        if (engine == Engine.ThreadPool) return OnThreads(scenario, limits);
        Simulate(scenario, limits);
        return Task.CompletedTask;
    }

    /// <summary>Fails unless every reference, id, call and buffer is gone and the books balance.</summary>
    public void Check()
    {
        Assert.Null(World.Failure);
        if (!ExpectsFailure) lock (_failures) Assert.Empty(_failures);
        if (ExpectsFailure) return;
        Assert.Empty(Ledger.Of(Mink).Imbalances());
        if (LeavesSomething) return;
        Assert.True(Mink.GetLiveReferences().IsClean, Mink.GetLiveReferences().ToString());
        Assert.Equal(0, Mink.Domain.SecureHandles);
        Assert.Equal(0, Mink.Domain.Transport.SlotsInUse);
        Assert.DoesNotContain(Ledger.Of(Mink).Entries, entry => entry.Target.IsCounted);
    }

    /// <summary>Whether time is virtual: what takes a while then takes exactly that.</summary>
    public bool IsSimulated => Actors is SimulationActorSystem;

    /// <summary>That long has passed since then. In real time: no less (but for a timer's grain), and not so much more that something else must have ended the wait.</summary>
    public void Took(TimeSpan expected, long since)
    {
        var took = Actors.Time.GetElapsedTime(since);
        if (IsSimulated) Assert.Equal(expected, took);
        else Assert.InRange(took, expected - TimerGrain, expected + Patience);
    }

    /// <summary>A handle for a secure id, as the output of a call.</summary>
    public async Task<Capability> Receive(uint id)
    {
        World.Next(call => call.OutputObject(0, id).Complete());
        using var reply = await Mink.Root.InvokeAsync(1, Argument.OutObject);
        return reply.EnsureOk().TakeObject()!;
    }

    /// <summary>A call that must work, as proof that what went before broke nothing.</summary>
    public async Task NextCallWorks()
    {
        World.Next(call => call.Output(0, 42).Complete());
        using var reply = await Mink.Root.InvokeAsync(2, Argument.Out(1));
        Assert.Equal(42, reply.EnsureOk().Output(0)[0]);
    }

    void IMinkObserver.Refused(string what, Operation operation)
    {
        lock (_refusals) _refusals.Add(what);
    }

    /// <summary>Nothing is under way any more: what S was still about to answer is answered.</summary>
    private async Task Quiet()
    {
        await Mink.DrainReleasesAsync();
        while (Mink.Domain.UnderWay().Count > 0) await Task.Yield();
    }

    private async Task StartAsync(MinkLimits? limits, Action<MinkOptions>? configure)
    {
        Actors.Failures += (_, cause, _) =>
        {
            lock (_failures) _failures.Add(cause);
        };
        Mink = await MinkSystem.StartAsync(options =>
        {
            options.UseActors(Actors);
            options.Limits = limits ?? new MinkLimits();
            options.Observer = this;
            options.UseSecureWorld(context => World = new ScriptedSecureWorld(context));
            options.WrapMemory(memory => Memory = (PhysicalMemory)memory);
            configure?.Invoke(options);
        });
    }
}

public enum Engine
{
    Simulation,
    ThreadPool,
}
