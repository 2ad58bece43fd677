using FsCheck;
using FsCheck.Fluent;

namespace MinkActors.Testing;

/// <summary>Simulation for one's own tests.</summary>
public static class Mink
{
    /// <summary>Runs code against both worlds on one thread in virtual time, with the invariants checked after every step.</summary>
    /// <param name="seed">Decides every interleaving, and every fault.</param>
    /// <param name="scenario">Ordinary code. When it has ended the world comes to rest and is checked.</param>
    /// <param name="faults">None unless given.</param>
    /// <param name="shape">The world; the default has the test application in it.</param>
    /// <param name="choices">Replays these, as a failure prints them; null: the seed chooses.</param>
    /// <returns>The digest of the run: equal for equal seeds and code. Complete on return.</returns>
    /// <exception cref="SimulationFailedException">Something did not hold; its message is the smallest run that shows it.</exception>
    public static Task<ulong> SimulateAsync(ulong seed, Func<SimulatedWorld, Task> scenario, FaultPlan? faults = null, WorldShape? shape = null, string? choices = null)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        var own = new Scenario("own", "A test's own scenario", scenario) { Shape = shape ?? new WorldShape() };
        var result = SimulationCampaign.Run(new CampaignOptions
        {
            OwnScenarios = [own],
            FirstSeed = seed,
            LastSeed = seed,
            Strategy = choices is null ? "random" : "replay",
            Choices = choices,
            Plan = faults ?? FaultPlan.None,
        });
        return result.Failures is [var failure, ..] ? throw new SimulationFailedException(failure) : Task.FromResult(result.Digest);
    }

    /// <summary>A property for FsCheck: the scenario holds under every seed and every part of the fault plan. FsCheck makes a failing plan smaller.</summary>
    public static Property Always(Func<SimulatedWorld, Task> scenario, FaultPlan? faults = null) =>
        Prop.ForAll(Runs(faults ?? FaultPlan.None), run => SimulateAsync(run.Seed, scenario, run.Faults).IsCompletedSuccessfully);

    /// <summary>Seeds with plans made of some of the plan's rules.</summary>
    public static Arbitrary<SimulatedRun> Runs(FaultPlan faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        var seeds = Gen.Choose(0, int.MaxValue).Select(seed => (ulong)seed);
        var plans = Gen.SubListOf<FaultRule>(faults.Rules).Select(rules => new FaultPlan { Rules = [.. rules] });
        return Arb.From(from seed in seeds from plan in plans select new SimulatedRun(seed, plan),
            run => run.Faults.Rules.Select(rule => run with { Faults = new FaultPlan { Rules = [.. run.Faults.Rules.Where(other => !ReferenceEquals(other, rule))] } }));
    }
}

/// <summary>What FsCheck draws for one run.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Faults">The plan.</param>
public sealed record SimulatedRun(ulong Seed, FaultPlan Faults);

/// <summary>A simulated scenario failed.</summary>
/// <param name="failure">How, made as small as could be.</param>
public sealed class SimulationFailedException(CampaignFailure failure) : Exception(failure.ToString())
{
    /// <summary>The seed, the invariant, the faults, the schedule, the last steps.</summary>
    public CampaignFailure Failure => failure;
}
