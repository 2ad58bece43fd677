using MinkActors.Protocol.Qseecom;

namespace MinkActors.Sisters.Qseecom;

/// <summary>How a QSEECOM system is put together.</summary>
public sealed class QseecomOptions : SystemOptions<QseecomOptions>
{
    private readonly List<KnownApp> _knownApps = [KnownApp.UefiVariables];
    private Func<SecureWorldContext, Action<ulong>, ISecureWorld>? _makeWorld;

    internal IReadOnlyList<KnownApp> KnownApps => _knownApps;

    /// <summary>Listeners and blocked calls, or the three basic calls only.</summary>
    public QseecomMode Mode { get; set; } = QseecomMode.Full;

    /// <summary>How re-entrant QSEE is, 0 to 3; full mode only (spec/08 section 9, Q2 and Q3).</summary>
    public int ReentrancyPhase { get; set; } = 3;

    /// <summary>The register width; null: asked of the firmware at start, 64 bits first.</summary>
    public ScmConvention? Convention { get; set; }

    /// <summary>The bounds. <see cref="SisterLimits.Slots"/> does not count: SMCs are granted singly.</summary>
    public SisterLimits Limits { get; set; } = new();

    /// <summary>Calls made while the firmware is busy, the first included; null: 22 in basic mode, 68 in full mode.</summary>
    public int? BusyCalls { get; set; }

    /// <summary>Pause between two of them.</summary>
    public TimeSpan BusyPause { get; set; } = TimeSpan.FromMilliseconds(QseecomLimits.BusySleepMs);

    /// <summary>How long a listener may work on one request before QSEE is answered FAILURE; null: for ever.</summary>
    public TimeSpan? ListenerDeadline { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a stop waits for calls and listeners before it lists them and ends.</summary>
    public TimeSpan StopDeadline { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Looks an application's name up again before each send. Not needed unless something else than this system starts
    /// and stops applications: what this system does is noticed without (spec/11 D-137).</summary>
    public bool ConfirmsApps { get; set; }

    /// <summary>Which machines may use QSEECOM.</summary>
    public QseecomPolicy Policy { get; set; } = QseecomPolicy.Standard;

    /// <summary>What this machine calls itself, most specific first.</summary>
    public IReadOnlyList<string> Machine { get; set; } = [QseecomPolicy.EmulatedMachine];

    /// <summary>Bytes that may be shared with QSEE at once.</summary>
    public long MemoryBudget { get; set; } = 1L << 28;

    /// <summary>Says what the other side is. Required; the emulator brings an extension method that calls this.</summary>
    /// <param name="make">Given the engine and memory, and whom to tell when a wait context is woken (spec/08 section 4, status 2).</param>
    public QseecomOptions UseSecureWorld(Func<SecureWorldContext, Action<ulong>, ISecureWorld> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        _makeWorld = make;
        return WorldChosen();
    }

    internal ISecureWorld MakeWorld(SecureWorldContext context, Action<ulong> wake) => Wrapped(_makeWorld!(context, wake), context);

    /// <summary>An application to look for at start; when it is there, its client is made and announced.</summary>
    public QseecomOptions Announce(KnownApp app)
    {
        ArgumentNullException.ThrowIfNull(app);
        _knownApps.Add(app);
        return this;
    }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)ReentrancyPhase, 3u, nameof(ReentrancyPhase));
        if (BusyCalls is { } calls) ArgumentOutOfRangeException.ThrowIfLessThan(calls, 1, nameof(BusyCalls));
    }
}

/// <summary>How much of QSEECOM is used.</summary>
public enum QseecomMode
{
    /// <summary>Version, look-up, send; an application that needs a listener fails (spec/08 section 6).</summary>
    Basic,
    /// <summary>Listeners, incomplete and blocked calls as well (spec/08 sections 8 and 9).</summary>
    Full,
}
