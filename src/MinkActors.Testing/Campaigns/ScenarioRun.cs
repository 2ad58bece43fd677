using MinkActors.Actors;

namespace MinkActors.Testing;

/// <summary>Runs one scenario once.</summary>
internal static class ScenarioRun
{
    public static RunOutcome Execute(Scenario scenario, RunSettings settings)
    {
        var checker = new WorldChecker(settings.TraceLines) { ChecksEveryStep = settings.ChecksEveryStep };
        var stepMs = settings.Faults.Rules.FirstOrDefault(rule => rule.Point == FaultPoint.Time)?.Value ?? 0;
        var actors = new SimulationActorSystem(new SimulationOptions
        {
            Seed = settings.Seed,
            Strategy = settings.Strategy(),
            Observer = checker,
            StepDuration = TimeSpan.FromMilliseconds(stepMs),
            StepsMax = settings.StepsMax,
            TimeMax = scenario.TimeMax,
            CollectMetrics = settings.CollectsMetrics,
        });
        var faults = new FaultInjector(actors, settings.Faults);
        faults.ValueAtStart(FaultPoint.Time, FaultAction.Delay);
        var failure = Play(actors, () => PlayAsync(actors, faults, checker, scenario));
        // A run that failed has not stopped its system.
        checker.World?.Domain.Metrics.Dispose();
        return new RunOutcome(actors.Digest, actors.Steps, failure?.Invariant, failure?.Message, actors.Choices, faults, checker) { Figures = actors.Metrics?.Snapshot() ?? [] };
    }

    private static async Task PlayAsync(SimulationActorSystem actors, FaultInjector faults, WorldChecker checker, Scenario scenario)
    {
        var world = await SimulatedWorld.StartAsync(actors, faults, checker, scenario.Shape);
        await world.TolerateAsync(() => scenario.Body(world));
        await world.SettleAsync();
    }

    private static (string Invariant, string Message)? Play(SimulationActorSystem actors, Func<Task> body)
    {
        try
        {
            actors.Run(body);
            return null;
        }
        catch (InvariantViolatedException violated)
        {
            return (violated.Invariant, violated.Message);
        }
        catch (InvariantBrokenException broken)
        {
            return ("assertion", broken.Message);
        }
        catch (SimulationDeadlockException stuck)
        {
            return ("I-07", stuck.Message);
        }
        catch (SimulationBoundException endless)
        {
            return ("I-07", endless.Message);
        }
        catch (Exception failure)
        {
            // Whatever the scenario threw is its verdict; what the runtime threw into it is a finding as well.
            return ("exception", $"{failure.GetType().Name}: {failure.Message}");
        }
    }
}
