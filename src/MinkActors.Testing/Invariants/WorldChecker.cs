using MinkActors.Actors;

namespace MinkActors.Testing;

/// <summary>Watches a run: keeps the last lines of its trace, counts what was covered, and checks the invariants after every step.</summary>
internal sealed class WorldChecker : ISimulationObserver
{
    private const int FullTableEvery = 256;

    private readonly SimulationTrace? _trace;
    private readonly ReferenceBooks _books;
    private InvariantViolatedException? _violation;
    private int _untilFullTable = FullTableEvery;
    private bool _isTableTurn;

    public WorldChecker(int traceLines)
    {
        if (traceLines > 0) _trace = new SimulationTrace(traceLines);
        _books = new ReferenceBooks(new QueueWatch(Violated));
        Ids = new IdWatch(Violated);
        Buffers = new BufferWatch(Violated);
        Wire = new WireWatch(Violated, Ids);
    }

    public SimulatedWorld? World { get; private set; }

    public IdWatch Ids { get; }

    public BufferWatch Buffers { get; }

    public WireWatch Wire { get; }

    public Coverage Coverage { get; } = new();

    /// <summary>The last lines, when there are to be any.</summary>
    public IEnumerable<SimulationStep> Trace => _trace?.Steps ?? [];

    public bool WantsText => _trace is not null;

    /// <summary>False: nothing but failures of turns is checked, for comparing speeds and digests.</summary>
    public bool ChecksEveryStep { get; init; } = true;

    public void Attach(SimulatedWorld world)
    {
        World = world;
        Ids.World = Wire.World = world;
        Ids.Wire = Wire;
    }

    /// <summary>Notes the first thing found wrong. The run ends at the end of the step: nothing may be thrown into the runtime's turn.</summary>
    public void Violated(string invariant, string message) => _violation ??= new InvariantViolatedException(invariant, message);

    public void ThrowIfViolated()
    {
        if (_violation is { } found) throw found;
    }

    public void ActorStarted(ActorRef actor) => _books.Heard(actor);

    public void StepStarting(in SimulationStep step)
    {
        _trace?.StepStarting(step);
        if (step.Kind == SimulationStepKind.Failure) Violated("turn", $"{step.Actor} failed: {step.What}");
    }

    public void Delivering(ActorRef actor, Message message)
    {
        if (World is null || actor is not ObjectTable) return;
        _isTableTurn = true;
        Wire.TableTurnBegins(message);
    }

    public void StepEnded(in SimulationStep step)
    {
        if (_isTableTurn) Wire.TableTurnEnds();
        _isTableTurn = false;
        if (World is { } world && ChecksEveryStep) CheckStep(world);
        ThrowIfViolated();
    }

    /// <summary>Everything came to rest and everybody let go.</summary>
    public void CheckQuiet()
    {
        var world = World!;
        if (!world.Faults.BooksMayDiffer) Ids.CheckQuiet();
        CheckBooks(world, full: true);
        Wire.CheckQuiet();
        QuietChecks.Run(world, _books, Violated);
        Buffers.CheckQuiet(world, _books.Invocations, _books.Objects);
        ThrowIfViolated();
    }

    private void CheckStep(SimulatedWorld world)
    {
        CheckBooks(world, full: --_untilFullTable == 0);
        if (_untilFullTable == 0) _untilFullTable = FullTableEvery;
        if (world.Secure is { } secure && !world.Faults.BooksMayDiffer && !world.IsStopping) Ids.CheckProxies(_books.Proxies, secure);
        Buffers.Check(world, _books.Invocations);
        Coverage.See(world, _books.Invocations);
    }

    /// <summary>Reading the whole table is slow: the ids as told serve, until something looks wrong.</summary>
    private void CheckBooks(SimulatedWorld world, bool full)
    {
        if (!full && _books.Check(world, Ids.Live) is null) return;
        var entries = world.Domain.Table.Entries().ToList();
        if (_books.Check(world, null) is { } wrong) Violated(_books.Invariant, wrong);
        if (entries.Count != Ids.Live.Count || entries.Any(entry => !Ids.Live.TryGetValue(entry.Id.Value, out var known) || !ReferenceEquals(known.Target, entry.Target) || known.References != entry.References))
            Violated("I-04", $"The object table has {entries.Count} ids, {Ids.Live.Count} were given and not given up");
        if (entries.Count != world.Domain.Table.Count) Violated("I-15", $"The object table has {entries.Count} ids and counts {world.Domain.Table.Count}");
    }
}
