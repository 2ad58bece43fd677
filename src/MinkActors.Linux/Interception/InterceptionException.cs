using System.Globalization;
using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Interception;

/// <summary>A program could not be started under interception. The message says what failed; `mink doctor` says how to mend it.</summary>
public sealed class InterceptionException : Exception
{
    internal InterceptionException(string what, Errno errno)
        : base(string.Create(CultureInfo.InvariantCulture, $"{what}: {Explain(errno)}"))
    {
        ErrorNumber = (int)errno;
    }

    /// <summary>The kernel's errno.</summary>
    public int ErrorNumber { get; }

    private static string Explain(Errno errno) => errno switch
    {
        Errno.EBUSY => "EBUSY. This process already runs under a supervisor with a seccomp listener (for example another `mink run`), " +
            "and the kernel allows one",
        Errno.ENOSYS or Errno.EINVAL => $"{errno}. The kernel has no seccomp user notification (Linux 5.5 or newer is needed), or a " +
            "container's own filter forbids it",
        Errno.EPERM or Errno.EACCES => $"{errno}. Something forbids it: the file's mode, or a container's seccomp profile",
        Errno.ENOENT => "ENOENT. There is no such program",
        _ => errno.ToString(),
    };
}
