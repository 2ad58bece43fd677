namespace MinkActors.Actors;

/// <summary>Tries every sequence of choices, depth first: run the program from the start, then call <see cref="MoveNext"/>, until that
/// says false. The program must do the same when it meets the same choices.</summary>
/// <param name="depthMax">Choices searched; beyond them it is first come, first served.</param>
/// <example><code>
/// var search = new ExhaustiveSearch();
/// do RunOnce(new SimulationActorSystem(new() { Strategy = search })); while (search.MoveNext());
/// </code></example>
public sealed class ExhaustiveSearch(int depthMax = int.MaxValue) : ISimulationStrategy
{
    private readonly List<(int Chosen, int Count)> _path = [];
    private int _depth;

    /// <summary>Sequences tried, the current one included.</summary>
    public long Runs { get; private set; } = 1;

    /// <summary>Whether a choice beyond the depth was met: the search is then not complete.</summary>
    public bool WasCut { get; private set; }

    /// <inheritdoc/>
    public void Begin(ulong seed) => _depth = 0;

    /// <inheritdoc/>
    public int Choose(in SimulationChoice choice)
    {
        if (_depth == depthMax)
        {
            WasCut = true;
            return 0;
        }
        if (_depth == _path.Count) _path.Add((0, choice.Count));
        var (chosen, count) = _path[_depth++];
        if (count != choice.Count)
            throw new InvalidOperationException($"Choice {_depth} has {choice.Count} possibilities, it had {count} before: the program is not deterministic.");
        return chosen;
    }

    /// <summary>Turns to the next sequence.</summary>
    /// <returns>False when all were tried.</returns>
    public bool MoveNext()
    {
        while (_path.Count > 0)
        {
            var (chosen, count) = _path[^1];
            if (chosen + 1 < count)
            {
                _path[^1] = (chosen + 1, count);
                Runs++;
                return true;
            }
            _path.RemoveAt(_path.Count - 1);
        }
        return false;
    }
}
