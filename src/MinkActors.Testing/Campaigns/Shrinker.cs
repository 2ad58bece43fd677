using MinkActors.Actors;

namespace MinkActors.Testing;

/// <summary>Makes a failing run small: faults without chance, then no fault that can be removed, then as few choices as can be.</summary>
internal sealed class Shrinker(Scenario scenario, RunSettings found, int runsMax)
{
    private int _runs;

    public (RunOutcome Outcome, FaultPlan Faults, IReadOnlyList<int> Choices) Shrink(RunOutcome outcome)
    {
        var fired = outcome.Faults.Fired.ToList();
        var choices = WithoutDraws(outcome);
        var best = Run(fired, choices);
        if (!IsSame(best, outcome))
        {
            // Chance was part of the failure's path: replay it as it was found.
            return (outcome, found.Faults, [.. outcome.Choices]);
        }
        RemoveFaults(ref fired, ref choices, ref best, outcome);
        CutChoices(fired, ref choices, ref best, outcome);
        // With other choices a fault may have become needless.
        RemoveFaults(ref fired, ref choices, ref best, outcome);
        return (best, new FaultPlan { Rules = fired }, choices);
    }

    private static List<int> WithoutDraws(RunOutcome outcome)
    {
        var draws = outcome.Faults.Draws.ToHashSet();
        return [.. outcome.Choices.Where((_, index) => !draws.Contains(index))];
    }

    /// <summary>Until a whole round removes none: the plan is then minimal, fault by fault. This round is not bounded by the budget.</summary>
    private void RemoveFaults(ref List<FaultRule> fired, ref List<int> choices, ref RunOutcome best, RunOutcome wanted)
    {
        if (fired.Count > 0 && TryKeep([], choices, wanted) is { } withoutAny)
        {
            (fired, best) = ([], withoutAny);
            return;
        }
        for (var removed = true; removed;)
        {
            removed = false;
            for (var i = fired.Count - 1; i >= 0; i--)
            {
                var fewer = fired.Where((_, index) => index != i).ToList();
                if (TryKeep(fewer, choices, wanted) is not { } smaller) continue;
                (fired, best) = (fewer, smaller);
                removed = true;
            }
        }
    }

    /// <summary>First the tail goes, by halves; then stretches become first come, first served, from large to small.</summary>
    private void CutChoices(List<FaultRule> fired, ref List<int> choices, ref RunOutcome best, RunOutcome wanted)
    {
        for (var cut = choices.Count; cut > 0 && _runs < runsMax;)
        {
            var shorter = choices[..Math.Max(0, choices.Count - cut)];
            if (cut <= choices.Count && TryKeep(fired, shorter, wanted) is { } smaller) (choices, best) = (shorter, smaller);
            else cut /= 2;
        }
        for (var size = choices.Count / 2; size > 0 && _runs < runsMax; size /= 2)
        {
            for (var start = 0; start < choices.Count && _runs < runsMax; start += size)
            {
                var end = Math.Min(start + size, choices.Count);
                if (choices.Slice(start, end - start).TrueForAll(choice => choice == 0)) continue;
                var zeroed = choices.ToList();
                for (var i = start; i < end; i++) zeroed[i] = 0;
                if (TryKeep(fired, zeroed, wanted) is { } smaller) (choices, best) = (zeroed, smaller);
            }
        }
        while (choices.Count > 0 && choices[^1] == 0) choices.RemoveAt(choices.Count - 1);
    }

    private RunOutcome? TryKeep(List<FaultRule> faults, List<int> choices, RunOutcome wanted)
    {
        var tried = Run(faults, choices);
        return IsSame(tried, wanted) ? tried : null;
    }

    private RunOutcome Run(List<FaultRule> faults, List<int> choices)
    {
        _runs++;
        return ScenarioRun.Execute(scenario, found with { Strategy = () => new ReplayChoices(choices), Faults = new FaultPlan { Rules = faults } });
    }

    private static bool IsSame(RunOutcome one, RunOutcome other) => one.Invariant == other.Invariant;
}
