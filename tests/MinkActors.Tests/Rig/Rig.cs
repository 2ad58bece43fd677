using System.Runtime.CompilerServices;
using MinkActors.Actors;
using MinkActors.Emulator;
using MinkActors.Protocol;

namespace MinkActors.Tests;

/// <summary>A system with a scripted secure world, on either engine, and the proof at its end that nothing is left.</summary>
internal sealed class Rig : IMinkObserver
{
    private static readonly TimeSpan TimerGrain = TimeSpan.FromMilliseconds(20);

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
            OnThreads(scenario, limits, configure).GetAwaiter().GetResult();
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
    public static Task OnThreads(Func<Rig, Task> scenario, MinkLimits? limits = null, Action<MinkOptions>? configure = null) =>
        ToItsEnd(scenario, limits, configure).OrHang();

    private static async Task ToItsEnd(Func<Rig, Task> scenario, MinkLimits? limits, Action<MinkOptions>? configure)
    {
        await using var actors = TestEngines.WithThreads();
        var rig = new Rig(actors);
        await rig.StartAsync(limits, configure);
        await scenario(rig);
        await rig.CheckAtQuiet();
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

    /// <summary>That long has passed since then. In real time: no less, but for a timer's grain; how much more is nobody's promise.</summary>
    public void Took(TimeSpan expected, long since)
    {
        var took = Actors.Time.GetElapsedTime(since);
        if (IsSimulated) Assert.Equal(expected, took);
        else Assert.True(took >= expected - TimerGrain, $"It took {took} instead of {expected}.");
    }

    /// <summary>What comes about without anybody being told: in virtual time once nothing else is to do, on threads as soon as it has.</summary>
    public async Task Eventually(Func<bool> holds, [CallerArgumentExpression(nameof(holds))] string what = "")
    {
        if (IsSimulated) await Task.Delay(TimeSpan.FromMilliseconds(1), Actors.Time);
        else await HangGuard.Until(holds);
        Assert.True(holds(), what);
    }

    /// <summary><see cref="Check"/>, when what is on its way has arrived.</summary>
    public async Task CheckAtQuiet()
    {
        if (!LeavesSomething) await Mink.DrainReleasesAsync();
        if (!IsSimulated) await HangGuard.Until(IsQuiet);
        Check();
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

    /// <summary>What <see cref="Check"/> wants. On threads a caller is told of the end while its call still gives back what it held,
    /// and nobody waits at all for a call whose caller has left.</summary>
    private bool IsQuiet()
    {
        if (World.Failure is not null || ExpectsFailure) return true;
        if (!LeavesSomething && (Mink.Domain.UnderWay().Count > 0 || Mink.Domain.Transport.SlotsInUse > 0 || Mink.Domain.SecureHandles > 0 || !Mink.GetLiveReferences().IsClean)) return false;
        var ledger = Ledger.Of(Mink);
        return !ledger.Imbalances().Any() && (LeavesSomething || !ledger.Entries.Any(entry => entry.Target.IsCounted));
    }

    /// <summary>Without the deadlines that a scenario did not set itself: in real time a process that is stopped, or gets no processor, spends them.</summary>
    private static MinkLimits Patient(MinkLimits limits)
    {
        var usual = new MinkLimits();
        return limits with
        {
            CallbackDeadline = limits.CallbackDeadline == usual.CallbackDeadline ? null : limits.CallbackDeadline,
            StopDeadline = limits.StopDeadline == usual.StopDeadline ? TimeSpan.FromHours(1) : limits.StopDeadline,
        };
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
            options.Limits = IsSimulated ? limits ?? new MinkLimits() : Patient(limits ?? new MinkLimits());
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
