namespace MinkActors.Actors;

/// <summary>How a simulation is driven.</summary>
public sealed partial class SimulationActorSystem
{
    private readonly List<(string Name, Task Task)> _clients = [];
    private readonly Dictionary<Message, (long Order, string Target)> _requests = [];
    private long _requestsMade;
    private string _runningLabel = "";
    private int _loopThread;
    private volatile string? _escaped;

    /// <summary>Runs a scenario as the client "scenario", with virtual time moving on whenever nothing else can run, until it has ended
    /// and nothing more can run at that moment. Throws what it threw.</summary>
    /// <exception cref="SimulationDeadlockException">Nothing can run and no timer is set, yet it has not ended.</exception>
    /// <exception cref="SimulationBoundException">It takes more steps or virtual time than the options allow.</exception>
    /// <exception cref="SimulationEscapeException">Something came from another thread.</exception>
    public void Run(Func<Task> scenario)
    {
        var task = StartClient("scenario", scenario);
        while (true)
        {
            RunUntilIdle();
            if (task.IsCompleted) break;
            if (!AdvanceToNextTimer()) throw Deadlock();
        }
        task.GetAwaiter().GetResult();
    }

    /// <summary>Starts code that awaits as an actor of its own: each stretch between two awaits is a step. Several clients are
    /// interleaved like any actors.</summary>
    /// <returns>Its end. Await it in a scenario or look at it between runs.</returns>
    public Task StartClient(string name, Func<Task> code)
    {
        var client = Spawn(new Client(), name);
        var done = new TaskCompletionSource();
        client.GetUserContext().Post(async _ =>
        {
            try
            {
                await code();
                done.SetResult();
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
            finally
            {
                Stop(client);
            }
        }, null);
        _clients.Add((name, done.Task));
        return done.Task;
    }

    /// <summary>Delivers until nothing is left to deliver; fires no timer unless steps take time.</summary>
    public void RunUntilIdle() => Loop(() =>
    {
        while (_ready.Count > 0) RunStep();
    });

    /// <summary>Delivers and fires timers until nothing is left to do. With a periodic timer it ends at a bound.</summary>
    public void RunUntilQuiet()
    {
        do RunUntilIdle();
        while (AdvanceToNextTimer());
    }

    /// <summary>Delivers one message.</summary>
    /// <returns>False when there is none.</returns>
    public bool Step()
    {
        if (_ready.Count == 0) return false;
        Loop(RunStep);
        return true;
    }

    /// <summary>Moves the clock to the next timer and fires it.</summary>
    /// <returns>False when no timer is set.</returns>
    public bool AdvanceToNextTimer()
    {
        if (_clock.NextDue is null) return false;
        Loop(FireNextTimer);
        return true;
    }

    /// <summary>Moves the clock by <paramref name="time"/>, with all that happens meanwhile.</summary>
    public void AdvanceBy(TimeSpan time)
    {
        var end = _clock.Now + time.Ticks;
        RunUntilIdle();
        while (_clock.NextDue is { } due && due <= end)
        {
            AdvanceToNextTimer();
            RunUntilIdle();
        }
        _clock.Now = Math.Max(_clock.Now, end);
    }

    /// <inheritdoc/>
    protected override Task WaitForEnd(Task lastActorStopped)
    {
        if (_loopThread == 0) RunUntilIdle();
        return lastActorStopped;
    }

    internal override bool TracksRequests => true;

    internal override void RequestBegins(Message request, Actor target) => _requests[request] = (_requestsMade++, target.Name);

    internal override void RequestEnds(Message request)
    {
        if (!IsForeignThread) _requests.Remove(request);
    }

    private bool IsForeignThread => _loopThread != 0 && Environment.CurrentManagedThreadId != _loopThread;

    /// <summary>Does not throw on the foreign thread: there it would end the process. The loop throws.</summary>
    private void CheckThread(string what)
    {
        if (IsForeignThread) _escaped ??= what;
    }

    private void Loop(Action body)
    {
        if (_loopThread != 0) throw new InvalidOperationException("The simulation is running; a scenario awaits instead of driving it.");
        _loopThread = Environment.CurrentManagedThreadId;
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            body();
            ThrowIfEscaped();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
            _loopThread = 0;
        }
    }

    private void RunStep()
    {
        while (_options.StepDuration > TimeSpan.Zero && _clock.NextDue is { } due && due <= _clock.Now) FireNextTimer();
        CountStep();
        _clock.Now += _options.StepDuration.Ticks;
        var channel = _ready.Take(_ready.Count == 1 ? 0 : Decide(new SimulationChoice(_ready, Steps)));
        var message = channel.Take();
        if (!channel.IsEmpty) _ready.Add(channel);
        var cell = channel.Target;
        _digest.Add(SimulationStepKind.Delivery, cell.Ordinal, _digest.Of(message.GetType()), _clock.Now);
        _current = cell.Ordinal;
        if (_observer is null)
        {
            RunTurnOf(cell, channel, message);
        }
        else
        {
            _runningLabel = LabelFor(cell);
            var step = new SimulationStep(Steps, Elapsed, SimulationStepKind.Delivery, _runningLabel, _wantsText ? message.Describe() : "");
            _observer.StepStarting(step);
            _observer.Delivering(cell.Owner, message);
            RunTurnOf(cell, channel, message);
            _observer.StepEnded(step);
            _runningLabel = "";
        }
        _current = Outside;
        ThrowIfEscaped();
    }

    private void RunTurnOf(SimulatedActor cell, Channel channel, Message message)
    {
        switch (RunTurn(cell.Owner, message))
        {
            case TurnOutcome.Failed:
                cell.IsHeld = true;
                _ready.RemoveAllOf(cell);
                Parked(cell.Owner);
                break;
            case TurnOutcome.Stopped:
                CompleteStop(cell.Owner);
                break;
            default:
                if (channel == cell.Urgent) Release(cell);
                break;
        }
    }

    private void FireNextTimer()
    {
        CountStep();
        var timer = _clock.TakeNext();
        _digest.Add(SimulationStepKind.Timer, Outside, 0, _clock.Now);
        var step = new SimulationStep(Steps, Elapsed, SimulationStepKind.Timer, "", "");
        _observer?.StepStarting(step);
        timer.Fire();
        _observer?.StepEnded(step);
        ThrowIfEscaped();
    }

    private void CountStep()
    {
        if (++Steps > _options.StepsMax)
            throw new SimulationBoundException($"Seed {Seed}: not at an end after {_options.StepsMax} steps.");
        if (_clock.Now > _options.TimeMax.Ticks)
            throw new SimulationBoundException($"Seed {Seed}: not at an end after {_options.TimeMax} of virtual time.");
    }

    private void ThrowIfEscaped()
    {
        if (_escaped is { } what)
            throw new SimulationEscapeException($"Seed {Seed}: {what} came from a thread that is not the simulation's.");
    }

    private SimulationDeadlockException Deadlock()
    {
        ThrowIfEscaped();
        List<string> pending =
        [
            .. _clients.Where(client => !client.Task.IsCompleted).Select(client => $"client '{client.Name}' waits"),
            .. _requests.OrderBy(entry => entry.Value.Order)
                .Select(entry => $"request {entry.Key.Describe()} to '{entry.Value.Target}' has no answer"),
        ];
        return new SimulationDeadlockException(
            $"Seed {Seed}: nothing can run, no timer is set, and the scenario has not ended after {Steps} steps. Pending: "
            + string.Join("; ", pending) + ". (Code that left for another thread would look the same.)", pending);
    }

    private sealed class Client : Actor
    {
        protected override void Receive(Message message)
        {
        }
    }
}
