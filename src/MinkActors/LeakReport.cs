namespace MinkActors;

/// <summary>A reference that is still held, and where it was made.</summary>
/// <param name="Name">The object.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="MadeAt">File and line that made the reference.</param>
/// <param name="References">References to the object in all.</param>
public sealed record LiveReference(string Name, ObjectKind Kind, string MadeAt, int References);

/// <summary>Everything that is alive at one moment: what the normal world holds, and what the secure world holds of it.</summary>
/// <param name="References">References held by code of the normal world.</param>
/// <param name="HeldBySecureWorld">Objects of ours behind live callback ids.</param>
/// <param name="PendingReleases">RELEASEs not yet answered.</param>
/// <param name="InvocationsUnderWay">Transactions that have not ended.</param>
/// <param name="QuarantinedBytes">Message buffers that a failed transport may still write to.</param>
public sealed record LeakReport(
    IReadOnlyList<LiveReference> References,
    IReadOnlyList<string> HeldBySecureWorld,
    int PendingReleases,
    int InvocationsUnderWay,
    long QuarantinedBytes)
{
    /// <summary>Whether nothing at all is alive.</summary>
    public bool IsClean => References.Count == 0 && HeldBySecureWorld.Count == 0 && PendingReleases == 0 && InvocationsUnderWay == 0 && QuarantinedBytes == 0;

    /// <inheritdoc/>
    public override string ToString()
    {
        if (IsClean) return "nothing is alive";
        var lines = References.Select(r => $"reference to {r.Name} ({r.Kind}, {r.References} in all), made at {r.MadeAt}")
            .Concat(HeldBySecureWorld.Select(id => $"held by the secure world: {id}"));
        if (PendingReleases > 0) lines = lines.Append($"{PendingReleases} releases pending");
        if (InvocationsUnderWay > 0) lines = lines.Append($"{InvocationsUnderWay} invocations under way");
        if (QuarantinedBytes > 0) lines = lines.Append($"{QuarantinedBytes} bytes of message buffers in quarantine");
        return string.Join(Environment.NewLine, lines);
    }
}
