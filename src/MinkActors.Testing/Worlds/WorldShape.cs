namespace MinkActors.Testing;

/// <summary>How the world of a scenario is built.</summary>
public sealed record WorldShape
{
    /// <summary>The normal world's bounds.</summary>
    public MinkLimits Limits { get; init; } = new() { Slots = 4, ChainDepth = 3 };

    /// <summary>The secure world's own bounds.</summary>
    public MinkLimits SecureLimits { get; init; } = new() { CallbackDeadline = null };

    /// <summary>Secure threads.</summary>
    public int SecureThreads { get; init; } = 8;

    /// <summary>Ids in the secure world's table.</summary>
    public int SecureObjects { get; init; } = int.MaxValue;

    /// <summary>Bytes that may be shared.</summary>
    public long MemoryBudget { get; init; } = 64L << 20;

    /// <summary>A secure world of one's own instead of the emulated one with the test application.</summary>
    public Func<SimulatedWorld, SecureWorldContext, ISecureWorld>? SecureWorld { get; init; }

    /// <summary>More options, applied last.</summary>
    public Action<MinkOptions>? Configure { get; init; }
}
