namespace MinkActors.Linux.Tracing;

/// <summary>Who was given a reference to what, and by which call.</summary>
/// <param name="Holder">A context, or the secure world.</param>
/// <param name="Held">The object: a secure object by the context's number, or a user or memory object with its owner.</param>
/// <param name="Source">The call that passed it.</param>
/// <param name="IsLive">Whether the trace ends with the reference still held.</param>
public sealed record CapabilityEdge(string Holder, string Held, string Source, bool IsLive)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Holder} {(IsLive ? "──►" : "─×─")} {Held}   by {Source}";
}

/// <summary>The capability graph that a trace implies, from what crossed the device in either direction.</summary>
public sealed class CapabilityGraph
{
    private const string SecureWorld = "secure world";
    private const string Release = "65535";

    private readonly List<CapabilityEdge> _edges = [];

    private CapabilityGraph()
    {
    }

    /// <summary>In the order in which the references were passed.</summary>
    public IReadOnlyList<CapabilityEdge> Edges => _edges;

    /// <summary>Follows a trace to its end.</summary>
    public static CapabilityGraph Of(IReadOnlyList<TraceEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var graph = new CapabilityGraph();
        foreach (var entry in entries) graph.Follow(entry);
        return graph;
    }

    private void Follow(TraceEntry entry)
    {
        var context = $"context {entry.Context}";
        if (entry.Step == "close") GiveUpAll(context);
        if (entry.Step != "ioctl" || entry["errno"] != "Ok") return;
        switch (entry["name"])
        {
            case "TEE_IOC_OBJECT_INVOKE" when entry["op"] == Release:
                GiveUp(context, $"secure {entry["target"]}");
                break;
            case "TEE_IOC_OBJECT_INVOKE":
                var call = $"{context}: {(entry["target"] == "root" ? "root" : "secure " + entry["target"])} op {entry["op"]}";
                Pass(entry, "ObjrefInput", context, SecureWorld, call);
                if (entry["result"] == "0") Pass(entry, "ObjrefOutput", context, context, call);
                break;
            case "TEE_IOC_SUPPL_RECV" when entry["op"] == Release:
                GiveUp(SecureWorld, $"user {entry["target"]} of {context}");
                break;
            case "TEE_IOC_SUPPL_RECV":
                Pass(entry, "ObjrefInput", context, context, $"{SecureWorld}: user {entry["target"]} of {context} op {entry["op"]}");
                break;
            case "TEE_IOC_SUPPL_SEND" when entry["result"] == "0":
                Pass(entry, "ObjrefOutput", context, SecureWorld, $"{context}: answer to request {entry["request"]}");
                break;
        }
    }

    private void Pass(TraceEntry entry, string kind, string context, string holder, string source)
    {
        foreach (var parameter in entry.Parameters)
        {
            if (parameter.Kind != kind || parameter.Value is "null" or "none") continue;
            var isSecure = parameter.Value.StartsWith("secure", StringComparison.Ordinal);

            // Lending a secure object back to its host, or getting one's own object back, gives nobody anything new.
            if (isSecure == (holder == SecureWorld)) continue;
            _edges.Add(new CapabilityEdge(holder, isSecure ? parameter.Value : $"{parameter.Value} of {context}", source, true));
        }
    }

    private void GiveUp(string holder, string held)
    {
        var index = _edges.FindIndex(edge => edge.IsLive && edge.Holder == holder && edge.Held == held);
        if (index >= 0) _edges[index] = _edges[index] with { IsLive = false };
    }

    private void GiveUpAll(string context)
    {
        for (var i = 0; i < _edges.Count; i++)
        {
            if (_edges[i].Holder == context || _edges[i].Held.EndsWith(" of " + context, StringComparison.Ordinal)) _edges[i] = _edges[i] with { IsLive = false };
        }
    }
}
