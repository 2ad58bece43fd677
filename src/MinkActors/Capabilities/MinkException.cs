using MinkActors.Protocol;

namespace MinkActors;

/// <summary>An object's own error, for callers that want it thrown; and what an implementation throws to answer a code.</summary>
public class MinkException : Exception
{
    /// <summary>An error with the code's own description.</summary>
    public MinkException(ResultCode code) : base($"The object answered {code.Describe()}.") => Code = code;

    /// <summary>An error with a message.</summary>
    public MinkException(ResultCode code, string message, Exception? inner = null) : base(message, inner) => Code = code;

    /// <summary>The result code (spec/01 section 7).</summary>
    public ResultCode Code { get; }
}

/// <summary>How far an invocation had come (spec/01 section 8).</summary>
public enum InvocationPhase
{
    /// <summary>Arguments were being put together; nothing left this side.</summary>
    Preparing,
    /// <summary>Waiting for a secure thread; nothing left this side.</summary>
    Queued,
    /// <summary>The secure world has the message, or may have it.</summary>
    Sent,
    /// <summary>A callback request of the secure world was being served or answered.</summary>
    Callback,
    /// <summary>The secure world had completed; its reply was being read.</summary>
    Completed,
}

/// <summary>The path to an object failed: it is not known to have answered.</summary>
public sealed class MinkTransportException : MinkException
{
    internal MinkTransportException(ResultCode code, Errno errno, InvocationPhase phase, bool isRetrySafe, string reason, Exception? inner = null)
        : base(code, $"{reason} ({code.Describe()}, {errno}, in phase {phase}; a retry is {(isRetrySafe ? "safe: the secure world has not seen the call" : "not safe: the object may have run")})", inner)
    {
        Errno = errno;
        Phase = phase;
        IsRetrySafe = isRetrySafe;
    }

    /// <summary>The local failure as Linux numbers it (spec/01 section 7.2).</summary>
    public Errno Errno { get; }

    /// <summary>How far the invocation had come.</summary>
    public InvocationPhase Phase { get; }

    /// <summary>True when the secure world cannot have seen the call: sending it again runs it once.</summary>
    public bool IsRetrySafe { get; }

    internal static ValueTask<Reply> Refused(ResultCode code, Errno errno, Refusal refusal) =>
        ValueTask.FromException<Reply>(new MinkTransportException(code, errno, InvocationPhase.Preparing, true, $"The call cannot be put into a message: {refusal}"));
}
