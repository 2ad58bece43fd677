namespace MinkActors.Actors;

/// <summary>Every possibility equally likely, from the seed.</summary>
public sealed class RandomWalk : ISimulationStrategy
{
    private ulong _state;

    /// <inheritdoc/>
    public void Begin(ulong seed) => _state = seed;

    /// <inheritdoc/>
    public int Choose(in SimulationChoice choice) => Draw(ref _state, choice.Count);

    /// <summary>0 to <paramref name="count"/> - 1, by the upper half of a product: no division, and a bias below 2^-32.</summary>
    internal static int Draw(ref ulong state, int count) => (int)(((SplitMix64.Next(ref state) >> 32) * (ulong)count) >> 32);
}

/// <summary>What has waited longest goes first; of values, the first. The one order without surprises.</summary>
public sealed class FirstComeFirstServed : ISimulationStrategy
{
    /// <inheritdoc/>
    public void Begin(ulong seed)
    {
    }

    /// <inheritdoc/>
    public int Choose(in SimulationChoice choice) => 0;
}

/// <summary>Makes recorded choices again. A list that was cut or changed still runs: a choice too large for its point is taken modulo,
/// and after the end of the list everything is first come, first served.</summary>
/// <param name="choices">As from <see cref="SimulationActorSystem.Choices"/>; not copied.</param>
public sealed class ReplayChoices(IReadOnlyList<int> choices) : ISimulationStrategy
{
    private int _next;

    /// <inheritdoc/>
    public void Begin(ulong seed) => _next = 0;

    /// <inheritdoc/>
    public int Choose(in SimulationChoice choice) => _next < choices.Count ? choices[_next++] % choice.Count : 0;
}
