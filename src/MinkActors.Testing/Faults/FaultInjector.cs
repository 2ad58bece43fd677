using MinkActors.Actors;

namespace MinkActors.Testing;

/// <summary>A fault plan at work in one run: counts passages, draws, and keeps what happened.</summary>
/// <remarks>
/// In a simulation every draw goes through <see cref="SimulationActorSystem.Choose"/>: it is in the list of choices, and so in the digest of the
/// run. Beside a live system draws come from a seed. Any thread.
/// </remarks>
public sealed class FaultInjector
{
    private const int ProbabilityUnits = 10_000;
    private static readonly int[] Delays = [1, 5, 20, 100, 1_000];

    private readonly Lock _gate = new();                 // free in a simulation, which has one thread
    private readonly Func<int, int> _choose;
    private readonly Action<FaultRule, object?> _note;
    private readonly Func<int> _choices;
    private readonly FaultRule[][] _rules;
    private readonly int[][] _left;
    private readonly long[] _passages;
    private readonly List<FaultRule> _fired = [];
    private readonly List<int> _draws = [];
    private readonly HashSet<(FaultPoint Point, FaultAction Action)> _hit = [];
    private FaultPoint? _exhausted;

    internal FaultInjector(SimulationActorSystem actors, FaultPlan plan)
        : this(plan, actors.Choose, (fault, subject) => Trace(actors, fault, subject), () => actors.Choices.Count)
    {
    }

    private static void Trace(SimulationActorSystem actors, FaultRule fault, object? subject)
    {
        actors.AddToDigest(((ulong)fault.Point << 56) | ((ulong)fault.Action << 48) | (((ulong)fault.At.GetValueOrDefault() & 0xFFFFFF) << 24) | ((uint)fault.Value.GetValueOrDefault() & 0xFFFFFF));
        if (actors.WantsText) actors.Comment($"fault {fault} {subject}");
    }

    /// <param name="plan">The rules.</param>
    /// <param name="choose">Draws 0 to its argument - 1. Called under a lock.</param>
    /// <param name="note">Told of each fault. Called under a lock.</param>
    /// <param name="choices">How many draws there were before, whoever made them.</param>
    internal FaultInjector(FaultPlan plan, Func<int, int> choose, Action<FaultRule, object?> note, Func<int> choices)
    {
        (_choose, _note, _choices) = (choose, note, choices);
        plan.Checked();
        var points = Enum.GetValues<FaultPoint>();
        _rules = [.. points.Select(point => plan.Rules.Where(rule => rule.Point == point).ToArray())];
        _left = [.. _rules.Select(rules => rules.Select(rule => rule.Times ?? int.MaxValue).ToArray())];
        _passages = new long[points.Length];
        MayLose = plan.Rules.Any(rule => rule is { Action: FaultAction.Drop or FaultAction.Corrupt, Point: FaultPoint.TransportEntry or FaultPoint.TransportExit or FaultPoint.Release });
    }

    /// <summary>What happened so far, each with its passage and its value: the same plan without chance.</summary>
    public IReadOnlyList<FaultRule> Fired => _fired;

    /// <summary>Which faults happened at which points.</summary>
    public IReadOnlyCollection<(FaultPoint Point, FaultAction Action)> Hit => _hit;

    /// <summary>Set once something was lost that nobody could be told of: the two worlds' books need not agree any more.</summary>
    public bool BooksMayDiffer { get; private set; }

    /// <summary>Set while a run is being put in order: no more faults.</summary>
    public bool IsOver { get; internal set; }

    /// <summary>Each step takes virtual time.</summary>
    internal bool StepTakesTime => _hit.Contains((FaultPoint.Time, FaultAction.Delay));

    /// <summary>The plan can lose or damage messages between the worlds.</summary>
    internal bool MayLose { get; }

    /// <summary>Which of the run's choices were draws of faults.</summary>
    internal IReadOnlyList<int> Draws => _draws;

    /// <summary>Passes a point.</summary>
    /// <param name="point">Which.</param>
    /// <param name="subject">Who passes, for predicates and traces.</param>
    /// <returns>What happens there, with its <see cref="FaultRule.Value"/> set; null: nothing.</returns>
    public FaultRule? Pass(FaultPoint point, string subject = "")
    {
        var rules = _rules[(int)point];
        if (rules.Length == 0 || IsOver) return null;
        lock (_gate)
        {
            var number = ++_passages[(int)point];
            if (_exhausted == point) return Fire(new FaultRule { Point = point, Action = FaultAction.Exhaust, At = number }, subject);
            for (var i = 0; i < rules.Length; i++)
            {
                if (_left[(int)point][i] == 0 || !Applies(rules[i], new FaultPassage(point, number, subject))) continue;
                _left[(int)point][i]--;
                if (rules[i].Action == FaultAction.Exhaust) _exhausted = point;
                return Fire(rules[i] with { At = number, Probability = null, Times = null, When = null, Value = rules[i].Value ?? ValueOf(rules[i].Action) }, subject);
            }
            return null;
        }
    }

    /// <summary>What is set at the start rather than passed.</summary>
    internal int? ValueAtStart(FaultPoint point, FaultAction action)
    {
        foreach (var rule in _rules[(int)point])
        {
            if (rule.Action != action || rule.Value is null) continue;
            _fired.Add(rule);
            _hit.Add((point, action));
            return rule.Value;
        }
        return null;
    }

    /// <summary>A lossy fault has happened, or something was seen that only one explains.</summary>
    internal void BreakBooks() => BooksMayDiffer = true;

    private bool Applies(FaultRule rule, in FaultPassage passage)
    {
        if (rule.At is { } at && at != passage.Number) return false;
        if (rule.When is { } when && !when(passage)) return false;
        return rule.Probability is not { } probability || Draw(ProbabilityUnits) >= ProbabilityUnits - (int)(probability * ProbabilityUnits);
    }

    private FaultRule Fire(FaultRule fault, string subject)
    {
        _fired.Add(fault);
        _hit.Add((fault.Point, fault.Action));
        _note(fault, subject);
        return fault;
    }

    private int ValueOf(FaultAction action) => action switch
    {
        FaultAction.Delay => Delays[Draw(Delays.Length)],
        FaultAction.Reorder => 10,
        FaultAction.Corrupt => Draw(1 << 16),
        FaultAction.Refuse => Draw(4),
        _ => 0,
    };

    private int Draw(int count)
    {
        if (count > 1) _draws.Add(_choices());
        return _choose(count);
    }
}
