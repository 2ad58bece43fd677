using System.Runtime.InteropServices;
using MinkActors.Linux.Abi;
using MinkActors.Linux.Native;

namespace MinkActors.Linux.Interception;

/// <summary>The seccomp listener of one filter: notifications in, answers out. Any thread; every operation is one system call.</summary>
internal sealed unsafe class Listener : IDisposable
{
    private readonly int _descriptor;

    /// <param name="descriptor">Owned from here on.</param>
    public Listener(int descriptor)
    {
        _descriptor = descriptor;

        // Hands the processor straight to whoever is woken: 4.5 us per call instead of 45 (design/performance.md). Older kernels refuse it.
        IsSynchronous = Seccomp.Ioctl(descriptor, Seccomp.NotifSetFlags, (void*)Seccomp.FdSyncWakeUp) == 0;
    }

    public int Descriptor => _descriptor;

    /// <summary>Whether this kernel switches to the woken thread directly.</summary>
    public bool IsSynchronous { get; }

    /// <summary>Waits for the next notification. ENOENT: it vanished, or nobody is left to send one.</summary>
    public Errno Receive(out Seccomp.Notification notification)
    {
        notification = default;                          // the kernel insists on zeroes
        fixed (Seccomp.Notification* into = &notification)
        {
            return Seccomp.Ioctl(_descriptor, Seccomp.NotifRecv, into) == 0 ? Errno.None : LastErrno();
        }
    }

    /// <summary>Whether no process is left that could send a notification. Waits up to the time given for that, or for a notification.</summary>
    public bool IsDeserted(int timeoutMs)
    {
        var entry = new Descriptors.PollEntry { Descriptor = _descriptor, Events = Descriptors.PollIn };
        return Descriptors.Poll(&entry, 1, timeoutMs) > 0 && (entry.Returned & Descriptors.PollHup) != 0;
    }

    public bool IsValid(ulong id) => Seccomp.Ioctl(_descriptor, Seccomp.NotifIdValid, &id) == 0;

    /// <summary>False when the thread is no longer there to get it.</summary>
    public bool Answer(ulong id, long value, Errno error)
    {
        var response = new Seccomp.Response { Id = id, Value = error == Errno.None ? value : 0, Error = -(int)error };
        return Seccomp.Ioctl(_descriptor, Seccomp.NotifSend, &response) == 0;
    }

    /// <summary>Lets the kernel carry the call out as if nobody had looked.</summary>
    public void Continue(ulong id)
    {
        var response = new Seccomp.Response { Id = id, Flags = Seccomp.NotifFlagContinue };
        _ = Seccomp.Ioctl(_descriptor, Seccomp.NotifSend, &response);
    }

    /// <summary>
    /// Gives the thread a descriptor of our open file and returns its number, as one act. On an errno other than ENOENT the call has been
    /// failed with it.
    /// </summary>
    public Errno AnswerWithDescriptor(ulong id, int descriptor, bool closeOnExec)
    {
        var add = new Seccomp.AddFd
        {
            Id = id,
            Flags = Seccomp.AddFdFlagSend,
            SourceDescriptor = (uint)descriptor,
            NewDescriptorFlags = closeOnExec ? (uint)Descriptors.CloseOnExec : 0,
        };
        int result;
        do result = Seccomp.Ioctl(_descriptor, Seccomp.NotifAddFd, &add);
        while (result < 0 && LastErrno() == Errno.EINTR);
        if (result >= 0) return Errno.None;
        var error = LastErrno();
        if (error == Errno.ENOENT || Answer(id, 0, error)) return error;
        return Errno.ENOENT;
    }

    public void Dispose() => _ = Descriptors.Close(_descriptor);

    private static Errno LastErrno() => (Errno)Marshal.GetLastPInvokeError();
}
