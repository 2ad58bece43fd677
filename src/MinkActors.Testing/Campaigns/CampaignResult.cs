using System.Text.Json;
using System.Text.Json.Serialization;

namespace MinkActors.Testing;

/// <summary>What a campaign found. Results of shards merge.</summary>
public sealed record CampaignResult
{
    /// <summary>Runs made.</summary>
    public long Runs { get; init; }

    /// <summary>Deliveries and timers in them.</summary>
    public long Steps { get; init; }

    /// <summary>Runs that failed.</summary>
    public long FailedRuns { get; init; }

    /// <summary>Real time in seconds; of merged results the sum.</summary>
    public double Seconds { get; init; }

    /// <summary>Deliveries and timers per second of real time.</summary>
    public double StepsPerSecond => Seconds > 0 ? Steps / Seconds : 0;

    /// <summary>Runs of each scenario.</summary>
    public IReadOnlyDictionary<string, long> Scenarios { get; init; } = new Dictionary<string, long>();

    /// <summary>Distinct states, by the digest of the figures of tables and phases.</summary>
    public IReadOnlyCollection<ulong> States { get; init; } = [];

    /// <summary>Faults that happened, as <c>point:action</c>.</summary>
    public IReadOnlyCollection<string> FaultsHit { get; init; } = [];

    /// <summary>Steps of invocations from phase to phase, as <c>Sent→Completing</c>.</summary>
    public IReadOnlyCollection<string> Transitions { get; init; } = [];

    /// <summary>Sum over the digests of all runs: equal for equal campaigns, whatever the jobs and the shards.</summary>
    public ulong Digest { get; init; }

    /// <summary>Scenarios of which the exhaustive strategy has run every schedule and every choice; one that was cut at its depth or by the budget is not here.</summary>
    public IReadOnlyCollection<string> Complete { get; init; } = [];

    /// <summary>One for each scenario and invariant.</summary>
    public IReadOnlyList<CampaignFailure> Failures { get; init; } = [];

    /// <summary>Whether nothing failed.</summary>
    [JsonIgnore]
    public bool IsClean => FailedRuns == 0;

    /// <summary>This and another shard's result as one.</summary>
    public CampaignResult Merge(CampaignResult other) => this with
    {
        Runs = Runs + other.Runs,
        Steps = Steps + other.Steps,
        FailedRuns = FailedRuns + other.FailedRuns,
        Seconds = Seconds + other.Seconds,
        Scenarios = Scenarios.Concat(other.Scenarios).GroupBy(entry => entry.Key).ToDictionary(group => group.Key, group => group.Sum(entry => entry.Value)),
        States = [.. States.Union(other.States)],
        FaultsHit = [.. FaultsHit.Union(other.FaultsHit).Order(StringComparer.Ordinal)],
        Transitions = [.. Transitions.Union(other.Transitions).Order(StringComparer.Ordinal)],
        Digest = Digest + other.Digest,
        Complete = [.. Complete.Union(other.Complete).Order(StringComparer.Ordinal)],
        Failures = [.. Failures.Concat(other.Failures).OrderBy(failure => failure.Seed).DistinctBy(failure => (failure.Scenario, failure.Invariant))],
    };

    /// <summary>For job runners.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, CampaignJson.Default.CampaignResult);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static CampaignResult FromJson(string json) => JsonSerializer.Deserialize(json, CampaignJson.Default.CampaignResult) ?? throw new JsonException("A campaign's result was expected.");
}

/// <summary>A run that failed, made as small as could be.</summary>
public sealed record CampaignFailure
{
    /// <summary>The scenario.</summary>
    public required string Scenario { get; init; }

    /// <summary>The seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Which invariant: an id of spec/11 section 8, <c>scenario</c>, <c>turn</c>, <c>assertion</c> or <c>exception</c>.</summary>
    public required string Invariant { get; init; }

    /// <summary>What was found.</summary>
    public required string Message { get; init; }

    /// <summary>The faults without which it does not fail.</summary>
    public required string Faults { get; init; }

    /// <summary>The choices to replay; the rest is first come, first served.</summary>
    public required string Choices { get; init; }

    /// <summary>The seed as found was run a second time and did the same, to the digest.</summary>
    public required bool IsReproducible { get; init; }

    /// <summary>Steps of the shrunk run.</summary>
    public required long Steps { get; init; }

    /// <summary>Digest of the shrunk run.</summary>
    public required ulong Digest { get; init; }

    /// <summary>The line that runs it again.</summary>
    public required string Command { get; init; }

    /// <summary>The last steps of the shrunk run.</summary>
    public required IReadOnlyList<string> Timeline { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Scenario}, seed {Seed}: {Message}\n  {Command}\n  {string.Join("\n  ", Timeline)}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(CampaignResult))]
internal sealed partial class CampaignJson : JsonSerializerContext;
