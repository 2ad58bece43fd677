namespace MinkActors.Protocol.Qseecom;

/// <summary>The error numbers that spec 08 gives to QSEECOM outcomes, positive and numbered as Linux numbers them.</summary>
public enum QseecomErrno
{
    /// <summary>No error.</summary>
    Ok = 0,
    /// <summary>The listener was refused by QSEE.</summary>
    EPERM = 1,
    /// <summary>The application is not loaded, or the variable does not exist.</summary>
    ENOENT = 2,
    /// <summary>The EFI operation was aborted.</summary>
    EINTR = 4,
    /// <summary>The call failed in the firmware.</summary>
    EIO = 5,
    /// <summary>No memory for a buffer or in the firmware.</summary>
    ENOMEM = 12,
    /// <summary>EFI security violation.</summary>
    EACCES = 13,
    /// <summary>Starting or shutting down an application failed.</summary>
    EFAULT = 14,
    /// <summary>Busy until the retries ran out, or the listener id is taken.</summary>
    EBUSY = 16,
    /// <summary>A second client was registered.</summary>
    EEXIST = 17,
    /// <summary>The listener or the client was aborted.</summary>
    ENODEV = 19,
    /// <summary>A bad argument, or an answer that cannot be understood.</summary>
    EINVAL = 22,
    /// <summary>EFI out of resources.</summary>
    ENOSPC = 28,
    /// <summary>EFI write protected.</summary>
    EROFS = 30,
    /// <summary>No such listener.</summary>
    ENODATA = 61,
    /// <summary>The firmware asked for help more often than the limit.</summary>
    EPROTO = 71,
    /// <summary>The firmware does not know the call.</summary>
    EOPNOTSUPP = 95,
    /// <summary>The caller's deadline has passed.</summary>
    ETIMEDOUT = 110,
    /// <summary>The application was started anew or replaced since it was looked up.</summary>
    ESTALE = 116,
    /// <summary>A wait was cancelled.</summary>
    ERESTARTSYS = 512,
}
