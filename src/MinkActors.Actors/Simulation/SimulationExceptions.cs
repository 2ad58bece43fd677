namespace MinkActors.Actors;

/// <summary>The simulation could not go on; the message holds the seed that shows it again.</summary>
public class SimulationException(string message) : Exception(message);

/// <summary>Nothing can run, no timer is set, and the scenario has not ended.</summary>
/// <param name="message">The text.</param>
/// <param name="pending">What has not ended.</param>
public sealed class SimulationDeadlockException(string message, IReadOnlyList<string> pending) : SimulationException(message)
{
    /// <summary>Clients that wait and requests without an answer, one line each.</summary>
    public IReadOnlyList<string> Pending { get; } = pending;
}

/// <summary>Something came back on a thread other than the simulation's: code has left it (Task.Run, ConfigureAwait(false), a real timer or I/O).</summary>
public sealed class SimulationEscapeException(string message) : SimulationException(message);

/// <summary>More steps or more virtual time than allowed.</summary>
public sealed class SimulationBoundException(string message) : SimulationException(message);
