namespace MinkActors.Testing;

/// <summary>Ordinary code against the public API, to be run under many seeds.</summary>
/// <param name="Name">What <c>mink sim --scenario</c> calls it.</param>
/// <param name="Description">One line.</param>
/// <param name="Body">The code. It lets go of what it took; the world then comes to rest and is checked.</param>
public sealed record Scenario(string Name, string Description, Func<SimulatedWorld, Task> Body)
{
    /// <summary>The world it runs in; made anew for each run.</summary>
    public WorldShape Shape { get; init; } = new();

    /// <summary>Virtual time after which a run that has not ended counts as one that never will.</summary>
    public TimeSpan TimeMax { get; init; } = TimeSpan.FromHours(2);
}
