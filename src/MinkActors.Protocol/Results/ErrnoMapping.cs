namespace MinkActors.Protocol;

/// <summary>The three places where result codes and error numbers meet (doc 01, section 7).</summary>
public static class ErrnoMapping
{
    /// <summary>Turns what a dispatcher or the reply encoder at the device ABI returned into the word that the secure side reads.</summary>
    /// <param name="outcome">0, a positive code that passes unchanged, or a negated <see cref="Errno"/>.</param>
    /// <remarks>A Mink transport code given here is no errno and becomes 1, as in the Linux driver: user-space libraries do send
    /// such codes. Dispatchers inside this process answer with results and must not pass through here. Source: section 7.1.</remarks>
    public static ResultCode ToResult(int outcome) => outcome >= 0 ? (ResultCode)outcome : FromNegated(outcome);

    /// <summary>For callers that can only take an errno. Loses information, so keep the code too. Source: section 7.2 [R].</summary>
    public static Errno FromResult(ResultCode code) => code switch
    {
        ResultCode.Ok => Errno.Ok,
        ResultCode.KernelMemory or ResultCode.Memory => Errno.ENOMEM,
        ResultCode.Defunct => Errno.ENODEV,
        ResultCode.Busy => Errno.EBUSY,
        ResultCode.Unavailable => Errno.EAGAIN,
        ResultCode.BadObject => Errno.EBADF,
        ResultCode.NoSlots => Errno.EMFILE,
        ResultCode.MaxArguments => Errno.E2BIG,
        ResultCode.MaxData => Errno.EMSGSIZE,
        ResultCode.Timeout => Errno.ETIMEDOUT,
        ResultCode.Invalid => Errno.EINVAL,
        _ => Errno.EIO,
    };

    /// <summary>What a failed call below the message is to its caller. Once the secure side has seen the message the caller gets
    /// <see cref="Errno.ENODEV"/> instead, which only the runtime can know. Source: section 7.2 and doc 02, section 6.</summary>
    /// <param name="status">Register x0, after interruptions and the retries of -12 have been dealt with.</param>
    public static Errno FromSmcStatus(long status) => status switch
    {
        0 => Errno.Ok,
        -1 => Errno.EIO,
        -4 => Errno.EOPNOTSUPP,
        -5 => Errno.ENOMEM,
        -12 => Errno.EBUSY,
        _ => Errno.EINVAL,
    };

    private static ResultCode FromNegated(int outcome) => outcome switch
    {
        -(int)Errno.ENOMEM => ResultCode.KernelMemory,
        -(int)Errno.ENODEV => ResultCode.Defunct,
        -(int)Errno.ENOSPC or -(int)Errno.EBUSY => ResultCode.Busy,
        -(int)Errno.EBADF or -(int)Errno.EINVAL => ResultCode.Unavailable,
        _ => ResultCode.Error,
    };
}
