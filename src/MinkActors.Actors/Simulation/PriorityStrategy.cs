namespace MinkActors.Actors;

/// <summary>Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010): every pair of sender and receiver gets a random
/// priority, the highest runs, and at a few random steps the one about to run falls below all others. Finds bugs that need few ordering constraints with a
/// probability that can be stated: at least 1 / (pairs x steps^changes).</summary>
/// <param name="changes">Priority changes per run (the bug's depth less one).</param>
/// <param name="stepsExpected">The changes fall within this many steps.</param>
public sealed class PriorityStrategy(int changes, int stepsExpected) : ISimulationStrategy
{
    private readonly Dictionary<(int Actor, int Sender), ulong> _priorities = [];
    private readonly Queue<long> _changeSteps = new();
    private ulong _state;
    private ulong _lowest;

    /// <inheritdoc/>
    public void Begin(ulong seed)
    {
        _state = seed;
        _priorities.Clear();
        _changeSteps.Clear();
        _lowest = (ulong)changes;
        var steps = new long[changes];
        for (var index = 0; index < changes; index++) steps[index] = 1 + RandomWalk.Draw(ref _state, stepsExpected);
        Array.Sort(steps);
        foreach (var step in steps) _changeSteps.Enqueue(step);
    }

    /// <inheritdoc/>
    public int Choose(in SimulationChoice choice)
    {
        if (!choice.IsSchedule) return RandomWalk.Draw(ref _state, choice.Count);
        var highest = Highest(choice);
        while (_changeSteps.TryPeek(out var step) && step <= choice.Step)
        {
            _changeSteps.Dequeue();
            _priorities[PairAt(choice, highest)] = --_lowest;
            highest = Highest(choice);
        }
        return highest;
    }

    private int Highest(in SimulationChoice choice)
    {
        var best = 0;
        for (var index = 1; index < choice.Count; index++)
        {
            if (PriorityOf(PairAt(choice, index)) > PriorityOf(PairAt(choice, best))) best = index;
        }
        return best;
    }

    private static (int Actor, int Sender) PairAt(in SimulationChoice choice, int index) => (choice.ActorAt(index), choice.SenderAt(index));

    /// <summary>Above those that fell, which are numbered from the number of changes downwards.</summary>
    private ulong PriorityOf((int Actor, int Sender) pair)
    {
        if (_priorities.TryGetValue(pair, out var priority)) return priority;
        return _priorities[pair] = (SplitMix64.Next(ref _state) >> 1) + (ulong)changes;
    }
}
