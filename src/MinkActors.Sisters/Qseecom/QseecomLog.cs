using Microsoft.Extensions.Logging;

namespace MinkActors.Sisters.Qseecom;

/// <summary>Every line that QSEECOM logs.</summary>
internal static partial class QseecomLog
{
    [LoggerMessage(101, LogLevel.Information, "QSEECOM: version {Version}")]
    public static partial void Version(ILogger logger, string version);

    [LoggerMessage(102, LogLevel.Information, "QSEECOM: not used on this machine ({Machine}): no policy entry allows it")]
    public static partial void NotAllowed(ILogger logger, string machine);

    [LoggerMessage(103, LogLevel.Warning, "QSEECOM: {Call} came back {Result}, which needs a listener, and that is not supported here")]
    public static partial void Unsupported(ILogger logger, string call, ulong result);

    [LoggerMessage(104, LogLevel.Warning, "QSEECOM: no client for {App}: {Reason}")]
    public static partial void NoClient(ILogger logger, string app, string reason);

    [LoggerMessage(105, LogLevel.Error, "QSEECOM: the listener 0x{Listener:X} threw")]
    public static partial void ListenerThrew(ILogger logger, uint listener, Exception failure);

    [LoggerMessage(106, LogLevel.Warning, "QSEECOM: the listener 0x{Listener:X} did not answer within {Milliseconds} ms")]
    public static partial void ListenerLate(ILogger logger, uint listener, double milliseconds);

    [LoggerMessage(107, LogLevel.Warning, "QSEECOM: the deregistration of listener 0x{Listener:X} failed: {Reason}")]
    public static partial void NotDeregistered(ILogger logger, uint listener, string reason);

    [LoggerMessage(108, LogLevel.Warning, "QSEECOM: stopped with work left: {What}")]
    public static partial void StoppedWith(ILogger logger, string what);
}
