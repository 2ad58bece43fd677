using MinkActors.Protocol;

namespace MinkActors;

/// <summary>The stated bounds of a domain. Reaching one hits only who reached it, with an error that names it (spec/11 I-15).</summary>
public sealed record MinkLimits
{
    /// <summary>Invocations inside the secure world at once: its threads.</summary>
    public int Slots { get; init; } = 16;

    /// <summary>Invocations that may wait for a slot; the next is refused BUSY.</summary>
    public int QueuedInvocations { get; init; } = 1_000_000;

    /// <summary>How deep invocations made while serving a callback may nest; at most <see cref="Slots"/>, else that.</summary>
    public int ChainDepth { get; init; } = 8;

    /// <summary>Callback requests within one invocation; then the caller is failed and S is answered DEFUNCT until it ends (spec/11 D-27).</summary>
    public int CallbackRounds { get; init; } = 100_000;

    /// <summary>How long a callback may take before S is answered TIMEOUT; null: for ever.</summary>
    public TimeSpan? CallbackDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a caller waits unless it says otherwise; null: for ever.</summary>
    public TimeSpan? InvocationDeadline { get; init; }

    /// <summary>Longest SLEEP that S may ask for; a longer one is refused (spec/11 D-26).</summary>
    public TimeSpan SleepMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Calls of other chains that may wait for one object; the next is answered BUSY.</summary>
    public int WaitingCallsPerObject { get; init; } = 4096;

    /// <summary>Callback ids alive at once; the next export is refused (spec/01 section 3.2).</summary>
    public int CallbackIds { get; init; } = int.MaxValue;

    /// <summary>The first callback id given; null: 0x80000001. For simulations that want ids to wrap.</summary>
    public uint? FirstCallbackId { get; init; }

    /// <summary>Secure handles alive at once; one more arrival is answered UNAVAIL and released (spec/11 D-35).</summary>
    public int SecureHandles { get; init; } = int.MaxValue;

    /// <summary>Size of the outbound buffer in bytes: a multiple of the page size, 4 KiB to 32 KiB (spec/02 section 1).</summary>
    public int OutboundBuffer { get; init; } = CallbackMessage.DefaultBufferSize;

    /// <summary>First pause before a refused RELEASE is sent again; it doubles up to <see cref="ReleaseRetryLongest"/>.</summary>
    public TimeSpan ReleaseRetryFirst { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Longest pause between two attempts at a RELEASE.</summary>
    public TimeSpan ReleaseRetryLongest { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a stop waits for transactions and releases before it lists them and ends.</summary>
    public TimeSpan StopDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of message buffers that may be lost to calls whose transport failed after S saw them; then the link counts as dead.</summary>
    public long QuarantineMax { get; init; } = 64L * 1024 * 1024;

    internal void Check()
    {
        Require(Slots is >= 1 and <= 4096, nameof(Slots), Slots);
        Require(ChainDepth >= 1, nameof(ChainDepth), ChainDepth);
        Require(QueuedInvocations >= 0, nameof(QueuedInvocations), QueuedInvocations);
        Require(CallbackIds >= 0, nameof(CallbackIds), CallbackIds);
        Require(FirstCallbackId is null || new ObjectId(FirstCallbackId.Value).IsCallback, nameof(FirstCallbackId), FirstCallbackId ?? 0);
        Require(OutboundBuffer % SharedRegion.PageSize == 0 && OutboundBuffer is >= SharedRegion.PageSize and <= CallbackMessage.MaxBufferSize, nameof(OutboundBuffer), OutboundBuffer);
    }

    private static void Require(bool holds, string name, object value)
    {
        if (!holds) throw new ArgumentOutOfRangeException(name, value, $"The limit {name} cannot be {value}.");
    }
}
