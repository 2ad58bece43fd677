using System.Text.Json;
using System.Text.Json.Serialization;

namespace MinkActors.Testing;

/// <summary>The faults of a run, as code, as a line of text, or as a JSON file.</summary>
/// <example><code>
/// { "name": "flaky monitor", "rules": [ { "point": "transport-entry", "action": "refuse", "probability": 0.05, "times": 3 } ] }
/// </code></example>
public sealed record FaultPlan
{
    /// <summary>What it is called.</summary>
    public string Name { get; init; } = "";

    /// <summary>The first rule that applies at a passage decides.</summary>
    public required IReadOnlyList<FaultRule> Rules { get; init; }

    /// <summary>No faults.</summary>
    public static FaultPlan None { get; } = new() { Name = "none", Rules = [] };

    /// <summary>What every run may meet and must come out of with its books in order: each loss is one that somebody is told of.</summary>
    public static FaultPlan Standard { get; } = Parse(
        "transport-entry:refuse:p=0.04,times=4;transport-entry:delay:p=0.08;transport-entry:reorder:p=0.05;transport-entry:duplicate:p=0.03;"
        + "transport-exit:delay:p=0.08;transport-exit:reorder:p=0.05;transport-exit:duplicate:p=0.03;"
        + "release:refuse:p=0.15,times=6;release:delay:p=0.1;callback-dispatch:refuse:p=0.03;callback-dispatch:delay:p=0.1;callback-dispatch:drop:p=0.01,times=1;"
        + "callback-reply:refuse:p=0.03;callback-reply:delay:p=0.1;actor:kill:p=0.03;buffer:refuse:p=0.02,times=3;map:refuse:p=0.05;unmap:delay:p=0.2;"
        + "client:kill:p=0.02,times=1;application:kill:p=0.01,times=1") with { Name = "standard" };

    /// <summary>Also what breaks the link for good: answers lost, refused or damaged after the secure world has acted.</summary>
    public static FaultPlan Hostile { get; } = Standard with
    {
        Name = "hostile",
        Rules =
        [
            .. Parse("transport-exit:corrupt:p=0.03;transport-exit:refuse:p=0.02,times=2;transport-exit:drop:p=0.01,times=1;transport-entry:corrupt:p=0.01,times=1;callback-reply:corrupt:p=0.05").Rules,
            .. Standard.Rules,
        ],
    };

    /// <summary>Reads rules from a line of text, separated by semicolons; or the name of a plan: none, standard, hostile.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static FaultPlan Parse(string text) => text switch
    {
        "" or "none" => None,
        "standard" => Standard,
        "hostile" => Hostile,
        _ => new FaultPlan { Name = text, Rules = [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(FaultRule.Parse)] },
    };

    /// <summary>Reads a plan from JSON.</summary>
    /// <exception cref="JsonException">It is not a plan; the message names the place.</exception>
    public static FaultPlan FromJson(string json) =>
        (JsonSerializer.Deserialize(json, FaultPlanJson.Default.FaultPlan) ?? throw new JsonException("A fault plan was expected.")).Checked();

    /// <summary>The plan, once each of its rules can do something.</summary>
    /// <exception cref="FormatException">One cannot; the message says what there is instead.</exception>
    internal FaultPlan Checked() => Rules.Select(rule => rule.Mistake()).FirstOrDefault(mistake => mistake is not null) is { } mistake ? throw new FormatException(mistake) : this;

    /// <summary>A plan's name, its rules in text, or the path of a JSON file.</summary>
    public static FaultPlan Load(string source) => File.Exists(source) ? FromJson(File.ReadAllText(source)) : Parse(source);

    /// <summary>The plan as a small JSON file. Predicates are code and stay out.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, FaultPlanJson.Default.FaultPlan);

    /// <summary>The rules as one line.</summary>
    public override string ToString() => Rules.Count == 0 ? "none" : string.Join(';', Rules);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(FaultPlan))]
internal sealed partial class FaultPlanJson : JsonSerializerContext;
