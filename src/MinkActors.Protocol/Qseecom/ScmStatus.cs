namespace MinkActors.Protocol.Qseecom;

/// <summary>The x0 of a return, a signed number of full register width (spec 08 section 4). Other values are possible.</summary>
public enum ScmStatus : long
{
    /// <summary>The call was answered; its result registers count.</summary>
    Answered = 0,
    /// <summary>Repeat at once with <see cref="ScmFrame.AfterInterrupt"/>.</summary>
    Interrupted = 1,
    /// <summary>Sleep until the wait context is woken, then resume the call context.</summary>
    WaitQueueSleep = 2,
    /// <summary>General failure.</summary>
    Error = -1,
    /// <summary>An argument, or the argument word, is wrong.</summary>
    BadArgument = -2,
    /// <summary>A buffer is not memory the normal world may pass.</summary>
    BadAddress = -3,
    /// <summary>The function is unknown.</summary>
    NotSupported = -4,
    /// <summary>The firmware has no memory left.</summary>
    NoMemory = -5,
    /// <summary>Sleep and repeat the whole call.</summary>
    Busy = -12,
}

/// <summary>What a caller has to do with a status.</summary>
public enum ScmAction
{
    /// <summary>Interpret the result registers.</summary>
    Interpret,
    /// <summary>Repeat at once, marked as a repetition.</summary>
    RepeatAtOnce,
    /// <summary>Wait for the wait context, then make the resume call.</summary>
    WaitAndResume,
    /// <summary>Release the gate, sleep <see cref="QseecomLimits.BusySleepMs"/>, repeat the whole call.</summary>
    SleepAndRepeat,
    /// <summary>End the call with the status's error number.</summary>
    Fail,
}

/// <summary>The errno column and the action column of spec 08 section 4.</summary>
public static class ScmStatusMapping
{
    /// <summary>Reads x0 at the width of the convention: a 32-bit -12 arrives as 0x00000000FFFFFFF4.</summary>
    public static ScmStatus Read(ulong x0, ScmConvention convention) =>
        (ScmStatus)(convention == ScmConvention.Smc64 ? (long)x0 : (int)(uint)x0);

    /// <summary>The error number of a status; for busy, that of a caller whose retries are used up.</summary>
    public static QseecomErrno ToErrno(this ScmStatus status) => status switch
    {
        ScmStatus.Answered or ScmStatus.Interrupted => QseecomErrno.Ok,
        ScmStatus.Error => QseecomErrno.EIO,
        ScmStatus.NotSupported => QseecomErrno.EOPNOTSUPP,
        ScmStatus.NoMemory => QseecomErrno.ENOMEM,
        ScmStatus.Busy => QseecomErrno.EBUSY,
        _ => QseecomErrno.EINVAL,
    };

    /// <summary>What to do next. A sleep in a wait context other than 0 fails, because only context 0 exists.</summary>
    public static ScmAction ActionFor(in ScmRegisters returned, ScmConvention convention) => Read(returned[0], convention) switch
    {
        ScmStatus.Answered => ScmAction.Interpret,
        ScmStatus.Interrupted => ScmAction.RepeatAtOnce,
        ScmStatus.WaitQueueSleep when returned[1] == 0 => ScmAction.WaitAndResume,
        ScmStatus.Busy => ScmAction.SleepAndRepeat,
        _ => ScmAction.Fail,
    };
}
