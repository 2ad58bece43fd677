namespace MinkActors;

/// <summary>How one call is made.</summary>
public readonly struct CallOptions
{
    /// <summary>No deadline, no cancellation.</summary>
    public static CallOptions None => default;

    /// <summary>Ends the caller's wait. The transaction lives on until the peer has answered.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>Ends the caller's wait after that time, as a <see cref="MinkTransportException"/> with TIMEOUT. Null: the system's default.</summary>
    public TimeSpan? Deadline { get; init; }
}
