using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>Tells a call that its caller no longer waits.</summary>
internal sealed class Interrupt : Message
{
    private readonly PendingCall _call;
    private readonly CancellationToken _token;

    private Interrupt(PendingCall call, ResultCode code, Errno errno, string reason, CancellationToken token = default)
    {
        _call = call;
        Generation = call.Generation;
        Code = code;
        Errno = errno;
        Reason = reason;
        _token = token;
    }

    public uint Generation { get; }
    public ResultCode Code { get; }
    public Errno Errno { get; }
    public string Reason { get; }

    public static Interrupt ByDeadline(PendingCall call, TimeSpan due) =>
        new(call, ResultCode.Timeout, Errno.ETIMEDOUT, $"The deadline of {due.TotalMilliseconds} ms has passed");

    public static Interrupt ByCancellation(PendingCall call, CancellationToken token) =>
        new(call, ResultCode.Abort, Errno.EINTR, "The call was cancelled", token);

    public static Interrupt ByTooManyRounds(PendingCall call, int rounds) =>
        new(call, ResultCode.Abort, Errno.EPROTO, $"The secure world asked for help {rounds} times in one call, the limit");

    public static Interrupt ByStop(PendingCall call) =>
        new(call, ResultCode.Defunct, Errno.ENODEV, "The system is stopping");

    public void Send() => _call.Tell(this);

    public Exception Failure(InvocationPhase phase, bool isRetrySafe) => _token.IsCancellationRequested
        ? new OperationCanceledException(Reason, new MinkTransportException(Code, Errno, phase, isRetrySafe, Reason), _token)
        : new MinkTransportException(Code, Errno, phase, isRetrySafe, Reason);
}
