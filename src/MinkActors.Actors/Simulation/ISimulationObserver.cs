namespace MinkActors.Actors;

/// <summary>Sees a simulation as it runs, on its thread. What it throws ends the run: the place to check invariants.</summary>
public interface ISimulationObserver
{
    /// <summary>Whether the text of deliveries, timers and notes is looked at. Making it costs more than the step: a checker that
    /// runs millions of steps says no, and runs a failure again with text. Failures always have theirs.</summary>
    bool WantsText => true;

    /// <summary>About to happen (deliveries and timers), or happening (all else).</summary>
    void StepStarting(in SimulationStep step);

    /// <summary>A message is about to reach its actor's turn; follows the <see cref="StepStarting"/> of its delivery.</summary>
    /// <param name="actor">Whose turn it is.</param>
    /// <param name="message">Good until <see cref="StepEnded"/>: to be looked at, not kept, told or changed.</param>
    void Delivering(ActorRef actor, Message message)
    {
    }

    /// <summary>A delivery or a timer has run to its end.</summary>
    void StepEnded(in SimulationStep step)
    {
    }

    /// <summary>An actor was spawned and has started: a checker that counts actors hears of each of them here.</summary>
    void ActorStarted(ActorRef actor)
    {
    }
}

/// <summary>What kind of step it is.</summary>
public enum SimulationStepKind
{
    /// <summary>A message reached its actor's turn.</summary>
    Delivery,

    /// <summary>A timer of the virtual clock fired.</summary>
    Timer,

    /// <summary>A line of <see cref="ActorSystem.Note"/>.</summary>
    Note,

    /// <summary>A message reached a stopped actor.</summary>
    DeadLetter,

    /// <summary>A turn threw.</summary>
    Failure,

    /// <summary>An actor stopped.</summary>
    Stopped,
}

/// <summary>One line of a trace.</summary>
/// <param name="Number">Deliveries and timers so far, this one included.</param>
/// <param name="Time">Virtual time since the start.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Actor">The actor it happens to; empty for the clock, and when no text is wanted.</param>
/// <param name="What">The message's description, the note, the failure; empty when no text is wanted.</param>
public readonly record struct SimulationStep(long Number, TimeSpan Time, SimulationStepKind Kind, string Actor, string What)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Number,6} {Time.TotalMilliseconds,10:0.###} ms {Kind,-10} {Actor}: {What}";
}

/// <summary>Keeps the last lines of a trace.</summary>
/// <param name="linesMax">Older lines are dropped.</param>
public sealed class SimulationTrace(int linesMax = 10_000) : ISimulationObserver
{
    private readonly Queue<SimulationStep> _steps = new();

    /// <summary>What is kept, oldest first.</summary>
    public IReadOnlyCollection<SimulationStep> Steps => _steps;

    /// <inheritdoc/>
    public void StepStarting(in SimulationStep step)
    {
        if (_steps.Count == linesMax) _steps.Dequeue();
        _steps.Enqueue(step);
    }

    /// <summary>One line per step.</summary>
    public override string ToString() => string.Join('\n', _steps);
}
