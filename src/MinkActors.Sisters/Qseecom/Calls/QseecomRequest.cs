using MinkActors.Protocol.Qseecom;

namespace MinkActors.Sisters.Qseecom;

/// <summary>One call to be made, before there is an address for its buffers.</summary>
/// <param name="Function">The row of the call table.</param>
/// <param name="Arguments">All arguments, given where input and output lie; both 0 when there are none.</param>
internal readonly record struct QseecomRequest(QseecomCall Function, Func<ulong, ulong, ulong[]> Arguments)
{
    /// <summary>Bytes of the request; copied before the call is sent.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>Where the output goes, when the caller still waits then.</summary>
    public Memory<byte> Output { get; init; }

    /// <summary>The scatter table that goes with the input: its address and size are the last two arguments. Empty for none.</summary>
    public ScatterEntry[] Table { get; init; } = [];

    /// <summary>The application it concerns: one call at a time does.</summary>
    public uint? App { get; init; }

    /// <summary>The state of the applications that the caller knows; a call that finds another is not made. Null: any will do.</summary>
    public ulong? Epoch { get; init; }

    /// <summary>The runtime's own clearing up: passes while the system stops.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Made in the fast form: it does not wait for anything in QSEE.</summary>
    public bool IsFast { get; init; }

    /// <summary>The width of its registers, when it is not the system's.</summary>
    public ScmConvention? Convention { get; init; }
}

/// <summary>What came of a call that reached its end.</summary>
/// <param name="Errno">The error by which its transaction went wrong; else what its result registers say is the caller's to read.</param>
/// <param name="Record">The result registers of the last SMC.</param>
internal readonly record struct QseecomOutcome(QseecomErrno Errno, QseecomResponse Record);
