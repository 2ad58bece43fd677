namespace MinkActors.Vectors.Transport;

/// <summary>What a safe implementation does with the bytes of a malformed vector. A field that is null has no meaning for its direction.</summary>
internal sealed record Outcome
{
    /// <summary>Was the target called.</summary>
    public bool? Dispatch { get; init; }

    /// <summary>The word answered or reported.</summary>
    public int? Result { get; init; }

    /// <summary>Callback ids that are erased; no order is kept.</summary>
    public IReadOnlyList<uint>? Released { get; init; }

    /// <summary>Secure ids that are put; no order is kept.</summary>
    public IReadOnlyList<uint>? ReleaseSecure { get; init; }

    /// <summary>Bytes handed out, one text for each output buffer.</summary>
    public IReadOnlyList<string>? OutputBuffers { get; init; }

    /// <summary>Ids handed out.</summary>
    public IReadOnlyList<uint>? OutputObjects { get; init; }

    /// <summary>"processed" or "not read".</summary>
    public string? Async { get; init; }
}
