using MinkActors.Actors;

namespace MinkActors.Emulator.Qsee;

/// <summary>One app send, as its application sees it.</summary>
public sealed class QseeAppCall
{
    private readonly Actor _kernel;
    private readonly QseeSession _session;

    internal QseeAppCall(Actor kernel, QseeSession session, byte[] request, IReadOnlyList<(int, byte[])> references, int responseCapacity)
    {
        _kernel = kernel;
        _session = session;
        Request = request;
        References = references;
        ResponseCapacity = responseCapacity;
    }

    /// <summary>A private copy: the normal world cannot change it any more.</summary>
    public ReadOnlyMemory<byte> Request { get; }

    /// <summary>Memory passed along with the request, as (offset in the request, bytes) copied once; empty without a scatter table.</summary>
    public IReadOnlyList<(int Offset, byte[] Bytes)> References { get; }

    /// <summary>Bytes of the caller's response buffer.</summary>
    public int ResponseCapacity { get; }

    internal byte[] Response { get; private set; } = [];

    internal bool HasFailed { get; private set; }

    /// <summary>The bytes written at the start of the response buffer when the call ends; what lies behind them is not touched.</summary>
    /// <exception cref="ArgumentException">They do not fit.</exception>
    public void Respond(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > ResponseCapacity) throw new ArgumentException($"A response of {bytes.Length} bytes does not fit {ResponseCapacity}.", nameof(bytes));
        Response = bytes.ToArray();
    }

    /// <summary>The call ends with result FAILURE, without a response.</summary>
    public void Fail() => HasFailed = true;

    /// <summary>Asks a listener of the normal world to work, and waits for its answer; the caller's SMC comes back incomplete or blocked meanwhile.</summary>
    /// <param name="listenerId">Whom. One that is not registered answers an error at once, without a return to the normal world.</param>
    /// <param name="request">Written at the start of the listener's buffer; copied before this returns.</param>
    public ValueTask<QseeListenerAnswer> AskListenerAsync(uint listenerId, ReadOnlySpan<byte> request) =>
        _kernel.Ask(new ListenerAsk(_session, listenerId, request.ToArray()));
}

/// <summary>What came of asking a listener.</summary>
/// <param name="Outcome">Whether it worked.</param>
/// <param name="Bytes">A private copy of the listener's whole buffer; empty unless it worked.</param>
/// <param name="References">Memory that the listener passed along, as (offset in the buffer, bytes) copied once; empty without a scatter table.</param>
public sealed record QseeListenerAnswer(QseeListenerOutcome Outcome, ReadOnlyMemory<byte> Bytes, IReadOnlyList<(int Offset, byte[] Bytes)> References)
{
    /// <summary>The listener answered with status 0.</summary>
    public bool IsOk => Outcome == QseeListenerOutcome.Answered;

    internal static QseeListenerAnswer Error(QseeListenerOutcome outcome) => new(outcome, default, []);
}

/// <summary>How asking a listener ended.</summary>
public enum QseeListenerOutcome
{
    /// <summary>With an answer.</summary>
    Answered,
    /// <summary>The normal world answered a status other than 0: the listener or the caller is gone.</summary>
    Failed,
    /// <summary>No listener of that id is registered.</summary>
    NotRegistered,
    /// <summary>The request does not fit the listener's buffer, the buffer is gone, or another question is still open.</summary>
    Refused,
}

/// <summary>An application wants a listener to work.</summary>
internal sealed class ListenerAsk(QseeSession session, uint listenerId, byte[] request) : Request<QseeListenerAnswer>
{
    public QseeSession Session => session;
    public uint ListenerId => listenerId;
    public byte[] Request => request;

    public override string Describe() => $"ask listener 0x{listenerId:X}";
}
