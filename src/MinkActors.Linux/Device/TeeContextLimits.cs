namespace MinkActors.Linux.Device;

/// <summary>What one context may hold. Reaching a limit hits that context only (spec/11 D-35).</summary>
internal sealed record TeeContextLimits
{
    /// <summary>Secure objects in the table; one more output is refused as not convertible (-96).</summary>
    public int SecureObjectsMax { get; init; } = 65_536;

    /// <summary>User objects that S holds or may hold, and with them release notices not yet received; one more fails with ENOSPC.</summary>
    public int UserObjectsMax { get; init; } = 65_536;

    /// <summary>Requests that are queued, served or abandoned; one more is answered -ENODEV.</summary>
    public int RequestsMax { get; init; } = 4096;

    /// <summary>Invocations under way; one more fails with EBUSY.</summary>
    public int InvocationsMax { get; init; } = 1024;

    /// <summary>Threads that wait for a request; one more fails with ENOMEM.</summary>
    public int ReceiversMax { get; init; } = 1024;

    /// <summary>Buffers of SHM_ALLOC, each a descriptor of this process; one more fails with ENOMEM.</summary>
    public int SharedBuffersMax { get; init; } = 256;

    /// <summary>Bytes of these buffers together; beyond them ENOMEM.</summary>
    public long SharedBytesMax { get; init; } = 256L << 20;
}
