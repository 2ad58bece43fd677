namespace MinkActors.Testing;

/// <summary>Adds up the runs of a campaign. Any thread.</summary>
internal sealed class CampaignTally(CampaignOptions options, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly long _started = clock.GetTimestamp();
    private readonly Dictionary<string, long> _scenarios = [];
    private readonly HashSet<ulong> _states = [];
    private readonly HashSet<string> _faults = [];
    private readonly HashSet<(SecurePhase, SecurePhase)> _transitions = [];
    private readonly List<CampaignFailure> _failures = [];
    private readonly List<string> _complete = [];
    private readonly HashSet<(string, string)> _known = [];
    private long _runs, _steps, _failed;
    private ulong _digest;
    private TimeSpan _nextProgress = TimeSpan.FromSeconds(1);

    public TimeSpan Elapsed => clock.GetElapsedTime(_started);

    public bool IsOver => (options.Budget is { } budget && Elapsed >= budget) || (options.StopAtFirstFailure && Volatile.Read(ref _failed) > 0);

    /// <summary>Counts a run.</summary>
    /// <returns>True when it failed in a way not seen before: worth shrinking and reporting.</returns>
    public bool Add(Scenario scenario, RunOutcome run)
    {
        lock (_lock)
        {
            _runs++;
            _steps += run.Steps;
            unchecked
            {
                _digest += run.Digest;
            }
            _scenarios[scenario.Name] = _scenarios.GetValueOrDefault(scenario.Name) + 1;
            _states.UnionWith(run.Checker.Coverage.States);
            _transitions.UnionWith(run.Checker.Coverage.Transitions);
            foreach (var (point, action) in run.Faults.Hit) _faults.Add($"{FaultNames.Of(point)}:{FaultNames.Of(action)}");
            if (options.Progress is { } progress && Elapsed >= _nextProgress)
            {
                _nextProgress = Elapsed + TimeSpan.FromSeconds(1);
                progress(new CampaignProgress(_runs, _steps, _failed, _states.Count, Elapsed));
            }
            if (!run.Failed) return false;
            _failed++;
            return _failures.Count < options.FailuresMax && _known.Add((scenario.Name, run.Invariant!));
        }
    }

    public void Report(CampaignFailure failure)
    {
        lock (_lock) _failures.Add(failure);
    }

    /// <summary>Every schedule of the scenario was run.</summary>
    public void Completed(Scenario scenario)
    {
        lock (_lock) _complete.Add(scenario.Name);
    }

    public CampaignResult Result()
    {
        lock (_lock)
        {
            return new CampaignResult
            {
                Runs = _runs,
                Steps = _steps,
                FailedRuns = _failed,
                Seconds = Elapsed.TotalSeconds,
                Scenarios = _scenarios,
                States = [.. _states.Order()],
                FaultsHit = [.. _faults.Order(StringComparer.Ordinal)],
                Transitions = [.. _transitions.Select(step => $"{step.Item1}→{step.Item2}").Order(StringComparer.Ordinal)],
                Digest = _digest,
                Complete = [.. _complete.Order(StringComparer.Ordinal)],
                Failures = [.. _failures.OrderBy(failure => failure.Seed).ThenBy(failure => failure.Scenario, StringComparer.Ordinal)],
            };
        }
    }
}
