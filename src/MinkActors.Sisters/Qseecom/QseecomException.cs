using MinkActors.Protocol.Qseecom;

namespace MinkActors.Sisters.Qseecom;

/// <summary>A QSEECOM operation failed, with the error number of spec/08.</summary>
public sealed class QseecomException : Exception
{
    internal QseecomException(QseecomErrno errno, string reason, bool isRetrySafe, InvocationPhase phase = InvocationPhase.Completed, Exception? inner = null)
        : base($"{reason} ({errno}, in phase {phase}; a retry is {(isRetrySafe ? "safe: QSEE has not run the call" : "not safe: the application may have run")})", inner)
    {
        Errno = errno;
        Phase = phase;
        IsRetrySafe = isRetrySafe;
    }

    /// <summary>The error number, positive.</summary>
    public QseecomErrno Errno { get; }

    /// <summary>How far the call had come.</summary>
    public InvocationPhase Phase { get; }

    /// <summary>True when no application can have run: sending the call again runs it once.</summary>
    public bool IsRetrySafe { get; }

    /// <summary>QSEECOM is not there, or has stopped, or the application is gone.</summary>
    internal static QseecomException Defunct(string reason) => new(QseecomErrno.ENODEV, reason, true, InvocationPhase.Preparing);
}
