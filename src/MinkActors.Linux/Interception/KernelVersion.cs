namespace MinkActors.Linux.Interception;

/// <summary>What the running kernel's release number promises, where it cannot be asked.</summary>
internal sealed record KernelVersion(Version Release)
{
    public static KernelVersion Current { get; } = new(Environment.OSVersion.Version);

    /// <summary>Whether waiting for a notification ends when the last process under the filter is gone (Linux 6.11).</summary>
    public bool EndsReceiveWhenDeserted => Release >= new Version(6, 11);

    /// <summary>SECCOMP_USER_NOTIF_FLAG_CONTINUE, without which opens cannot be looked at (Linux 5.5).</summary>
    public bool ContinuesCalls => Release >= new Version(5, 5);

    /// <summary>SECCOMP_ADDFD_FLAG_SEND, with which descriptors are handed out (Linux 5.14).</summary>
    public bool AnswersWithDescriptors => Release >= new Version(5, 14);

    /// <summary>SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (Linux 5.19).</summary>
    public bool WaitsKillably => Release >= new Version(5, 19);

    /// <summary>SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (Linux 6.6).</summary>
    public bool WakesSynchronously => Release >= new Version(6, 6);
}
