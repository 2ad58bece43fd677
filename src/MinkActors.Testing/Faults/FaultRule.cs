using System.Globalization;
using System.Text.Json.Serialization;

namespace MinkActors.Testing;

/// <summary>One line of a fault plan: what happens where, and when.</summary>
/// <remarks>Without <see cref="At"/> and <see cref="Probability"/> it happens at each passage.</remarks>
public sealed record FaultRule
{
    /// <summary>Where.</summary>
    public required FaultPoint Point { get; init; }

    /// <summary>What.</summary>
    public required FaultAction Action { get; init; }

    /// <summary>At this passage of the point only, from 1.</summary>
    public long? At { get; init; }

    /// <summary>From 0 to 1, drawn by the simulation's strategy at each passage, so that it is part of the schedule.</summary>
    public double? Probability { get; init; }

    /// <summary>How often at the most in one run.</summary>
    public int? Times { get; init; }

    /// <summary>Milliseconds, a size, or which of several errors; drawn by the strategy when it is not given.</summary>
    public int? Value { get; init; }

    /// <summary>Code only: happens where this says so. What it is given describes the passage.</summary>
    [JsonIgnore]
    public Func<FaultPassage, bool>? When { get; init; }

    /// <summary>Says what is wrong with the rule, or null: a rule that could do nothing is refused rather than ignored.</summary>
    public string? Mistake()
    {
        if (!FaultNames.Actions(Point).Contains(Action))
            return $"'{FaultNames.Of(Point)}:{FaultNames.Of(Action)}' does nothing: at {FaultNames.Of(Point)} there are {string.Join(", ", FaultNames.Actions(Point).Select(FaultNames.Of))}.";
        if (At < 1) return $"'{this}': passages count from 1.";
        if (Times < 1) return $"'{this}': at least once.";
        if (Probability is < 0 or > 1 or double.NaN) return $"'{this}': a probability goes from 0 to 1.";
        if (Value < 0) return $"'{this}': a value is 0 or more.";
        if (Point is not (FaultPoint.Table or FaultPoint.Time)) return null;
        if (Value is null) return $"'{this}' needs a value: {(Point == FaultPoint.Table ? "how many ids there are" : "how many milliseconds each step takes")}.";
        return At is not null || Probability is not null || Times is not null || When is not null ? $"'{this}' is set when a run starts: at, p and times say nothing there." : null;
    }

    /// <summary>As <c>transport-entry:refuse:at=3,value=1</c>.</summary>
    public override string ToString()
    {
        var conditions = new List<string>();
        if (At is { } at) conditions.Add(string.Create(CultureInfo.InvariantCulture, $"at={at}"));
        if (Probability is { } probability) conditions.Add(string.Create(CultureInfo.InvariantCulture, $"p={probability}"));
        if (Times is { } times) conditions.Add(string.Create(CultureInfo.InvariantCulture, $"times={times}"));
        if (Value is { } value) conditions.Add(string.Create(CultureInfo.InvariantCulture, $"value={value}"));
        var text = $"{FaultNames.Of(Point)}:{FaultNames.Of(Action)}";
        return conditions.Count == 0 ? text : $"{text}:{string.Join(',', conditions)}";
    }

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <exception cref="FormatException">It is not a rule.</exception>
    public static FaultRule Parse(string text)
    {
        var parts = text.Trim().Split(':');
        if (parts.Length is < 2 or > 3) throw new FormatException($"'{text}' is not a fault rule: point:action[:condition,...] was expected.");
        var rule = new FaultRule { Point = FaultNames.Point(parts[0]), Action = FaultNames.Action(parts[1]) };
        if (parts.Length == 2) return Checked(rule);
        foreach (var condition in parts[2].Split(','))
        {
            var (name, value) = condition.Split('=') is [var left, var right] ? (left, right) : throw new FormatException($"'{condition}' in '{text}' is not name=value.");
            rule = name switch
            {
                "at" => rule with { At = long.Parse(value, CultureInfo.InvariantCulture) },
                "p" => rule with { Probability = double.Parse(value, CultureInfo.InvariantCulture) },
                "times" => rule with { Times = int.Parse(value, CultureInfo.InvariantCulture) },
                "value" => rule with { Value = int.Parse(value, CultureInfo.InvariantCulture) },
                _ => throw new FormatException($"'{name}' in '{text}' is none of at, p, times, value."),
            };
        }
        return Checked(rule);
    }

    private static FaultRule Checked(FaultRule rule) => rule.Mistake() is { } mistake ? throw new FormatException(mistake) : rule;
}

/// <summary>One passage of a fault point.</summary>
/// <param name="Point">Which.</param>
/// <param name="Number">From 1 in this run.</param>
/// <param name="Subject">Who passes: an object's or a client's name.</param>
public readonly record struct FaultPassage(FaultPoint Point, long Number, string Subject);

/// <summary>The names of points and actions in files and command lines.</summary>
internal static class FaultNames
{
    private static readonly Dictionary<string, FaultPoint> Points = Enum.GetValues<FaultPoint>().ToDictionary(Of);
    private static readonly Dictionary<string, FaultAction> ActionNames = Enum.GetValues<FaultAction>().ToDictionary(Of);

    /// <summary>What can happen at a point: each does something there, and all else is refused.</summary>
    public static IReadOnlyList<FaultAction> Actions(FaultPoint point) => point switch
    {
        FaultPoint.TransportEntry or FaultPoint.TransportExit or FaultPoint.Release => [FaultAction.Refuse, FaultAction.Delay, FaultAction.Duplicate, FaultAction.Drop, FaultAction.Reorder, FaultAction.Corrupt],
        FaultPoint.CallbackDispatch => [FaultAction.Refuse, FaultAction.Delay, FaultAction.Drop, FaultAction.Kill],
        FaultPoint.CallbackReply => [FaultAction.Refuse, FaultAction.Delay, FaultAction.Drop, FaultAction.Corrupt, FaultAction.Kill],
        FaultPoint.Table => [FaultAction.Exhaust],
        FaultPoint.Buffer => [FaultAction.Refuse, FaultAction.Exhaust],
        FaultPoint.Map => [FaultAction.Refuse],
        FaultPoint.Unmap or FaultPoint.Time => [FaultAction.Delay],
        _ => [FaultAction.Kill],
    };

    public static string Of(FaultPoint point) => point switch
    {
        FaultPoint.TransportEntry => "transport-entry",
        FaultPoint.TransportExit => "transport-exit",
        FaultPoint.CallbackDispatch => "callback-dispatch",
        FaultPoint.CallbackReply => "callback-reply",
        _ => point.ToString().ToLowerInvariant(),
    };

    public static string Of(FaultAction action) => action.ToString().ToLowerInvariant();

    public static FaultPoint Point(string name) =>
        Points.TryGetValue(name.Trim(), out var point) ? point : throw new FormatException($"'{name}' is no fault point; they are {string.Join(", ", Points.Keys)}.");

    public static FaultAction Action(string name) =>
        ActionNames.TryGetValue(name.Trim(), out var action) ? action : throw new FormatException($"'{name}' is no fault action; they are {string.Join(", ", ActionNames.Keys)}.");
}
