namespace MinkActors.Linux.Abi;

// The names are Linux's own and say all there is.
#pragma warning disable CS1591

/// <summary>
/// The errno values this room hands out or looks at, named as in the headers (asm-generic/errno.h); the same on x86-64 and arm64.
/// Zero is no error. Values above 511 are the kernel's own and reach a program only where spec/03 says so.
/// </summary>
public enum Errno
{
    None = 0,
    EPERM = 1,
    ENOENT = 2,
    ESRCH = 3,
    EINTR = 4,
    EIO = 5,
    ENXIO = 6,
    E2BIG = 7,
    EBADF = 9,
    ECHILD = 10,
    EAGAIN = 11,
    ENOMEM = 12,
    EACCES = 13,
    EFAULT = 14,
    EBUSY = 16,
    EEXIST = 17,
    ENODEV = 19,
    ENOTDIR = 20,
    EINVAL = 22,
    ENFILE = 23,
    EMFILE = 24,
    ENOTTY = 25,
    ENOSPC = 28,
    ENAMETOOLONG = 36,
    ENOSYS = 38,
    ELOOP = 40,
    EOPNOTSUPP = 95,

    /// <summary>Makes the kernel restart the call, or fail it with EINTR, by the flags of the signal that waits. Kernel-internal.</summary>
    ERESTARTSYS = 512,

    /// <summary>What SHM_REGISTER answers. Kernel-internal, but it does reach the program (spec/03 section 2).</summary>
    ENOTSUPP = 524,
}
