namespace MinkActors.Sisters;

/// <summary>The stated bounds of one sister system's normal world. Reaching one hits only who reached it (spec/11 I-15).</summary>
public sealed record SisterLimits
{
    /// <summary>Calls inside the secure world at once.</summary>
    public int Slots { get; init; } = 1;

    /// <summary>Calls that may wait for their turn; the next is refused EBUSY.</summary>
    public int QueuedCalls { get; init; } = 4096;

    /// <summary>How often S may ask for help in one call before its caller is let go.</summary>
    public int Rounds { get; init; } = 100_000;

    /// <summary>How long a caller waits unless it says otherwise; null: for ever.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Bytes of buffers that may be lost to calls whose transport failed after S saw them; then the link counts as dead.</summary>
    public long QuarantineMax { get; init; } = 64L * 1024 * 1024;
}
