using System.Globalization;

namespace MinkActors.Linux.Tracing;

/// <summary>What `mink trace show` prints of a trace: a timeline, and the capability graph that it implies.</summary>
public static class TraceReport
{
    /// <summary>One line for each step, in the order of the trace.</summary>
    public static void WriteTimeline(IReadOnlyList<TraceEntry> entries, TextWriter to)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(to);
        foreach (var entry in entries)
        {
            var who = entry.Context == 0 ? "runtime" : $"context {entry.Context}" + (entry.Thread == 0 ? "" : $" thread {entry.Thread}");
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{entry.TimeMs,12:F3}  {who,-26}  {Describe(entry)}"));
        }
    }

    /// <summary>Who holds what when the trace ends, and what was given up before.</summary>
    public static void WriteGraph(IReadOnlyList<TraceEntry> entries, TextWriter to)
    {
        ArgumentNullException.ThrowIfNull(to);
        var graph = CapabilityGraph.Of(entries);
        foreach (var edge in graph.Edges) to.WriteLine(edge.ToString());
        if (graph.Edges.Count == 0) to.WriteLine("no capability passed");
    }

    private static string Describe(TraceEntry entry) => entry.Step switch
    {
        "open" => $"open by process {entry["process"]}",
        "close" => "close",
        "invoke" => $"invoke {entry["target"]} op {entry["op"]} ({Parameters(entry)})",
        "ioctl" => $"{Short(entry["name"])} {Outcome(entry)}",
        "sent" or "callback" => $"{entry.Step} {entry["object"]} op {entry["op"]}: {entry["arguments"]}, {entry["bytes"]} bytes",
        "completed" or "answered" => $"{entry.Step} {entry["object"]} op {entry["op"]}: result {entry["result"]}, {entry["bytes"]} bytes",
        _ => $"{entry.Step} {entry["object"]} {entry["id"]} {entry["why"]}".TrimEnd(),
    };

    private static string Outcome(TraceEntry entry)
    {
        if (entry["errno"] != "Ok") return entry["errno"];
        return entry["name"] switch
        {
            "TEE_IOC_OBJECT_INVOKE" => $"{entry["target"]} op {entry["op"]} = {entry["result"]} ({Parameters(entry)})",
            "TEE_IOC_SUPPL_RECV" when entry["op"] == "65535" => $"released: user {entry["target"]}",
            "TEE_IOC_SUPPL_RECV" => $"request {entry["request"]}: user {entry["target"]} op {entry["op"]} ({Parameters(entry)})",
            "TEE_IOC_SUPPL_SEND" => $"request {entry["request"]} = {entry["result"]} ({Parameters(entry)})",
            "TEE_IOC_SHM_ALLOC" => $"memory {entry["id"]}, {entry["size"]} bytes",
            _ => "Ok",
        };
    }

    private static string Short(string name) => name.Replace("TEE_IOC_", "", StringComparison.Ordinal);

    private static string Parameters(TraceEntry entry) =>
        string.Join(", ", entry.Parameters.Select(parameter => $"{Short(parameter.Kind)} {parameter.Value}"));
}
