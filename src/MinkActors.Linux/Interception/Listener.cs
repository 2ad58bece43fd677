using System.Runtime.InteropServices;
using MinkActors.Linux.Abi;
using MinkActors.Linux.Native;

namespace MinkActors.Linux.Interception;

/// <summary>The seccomp listener of one filter: notifications in, answers out. Any thread; every operation is one system call.</summary>
internal sealed unsafe class Listener : IDisposable
{
    private readonly int _descriptor;
    private readonly bool _killableWaits;

    /// <param name="descriptor">Owned from here on.</param>
    /// <param name="killableWaits">Whether only a kill takes a thread out of a call that we received.</param>
    public Listener(int descriptor, bool killableWaits)
    {
        _descriptor = descriptor;
        _killableWaits = killableWaits;

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
            return Seccomp.Ioctl(_descriptor, Seccomp.NotifRecv, into) == 0 ? Errno.Ok : LastErrno();
        }
    }

    /// <summary>Whether no process is left that could send a notification. Waits up to the time given for that, or for a notification.</summary>
    public bool IsDeserted(int timeoutMs)
    {
        var entry = new Descriptors.PollEntry { Descriptor = _descriptor, Events = Descriptors.PollIn };
        return Descriptors.Poll(&entry, 1, timeoutMs) > 0 && (entry.Returned & Descriptors.PollHup) != 0;
    }

    public bool IsValid(ulong id) => Call(Seccomp.NotifIdValid, &id) == 0;

    /// <summary>False when the thread is no longer there to get it.</summary>
    public bool Answer(ulong id, long value, Errno error)
    {
        var response = new Seccomp.Response { Id = id, Value = error == Errno.Ok ? value : 0, Error = -(int)error };
        return Call(Seccomp.NotifSend, &response) == 0;
    }

    /// <summary>Lets the kernel carry the call out as if nobody had looked.</summary>
    public void Continue(ulong id)
    {
        var response = new Seccomp.Response { Id = id, Flags = Seccomp.NotifFlagContinue };
        _ = Call(Seccomp.NotifSend, &response);
    }

    /// <summary>
    /// Gives the thread a descriptor of our open file and returns its number. On an errno other than ENOENT the call has been failed with it.
    /// </summary>
    /// <remarks>
    /// The kernel can do both as one act (SECCOMP_ADDFD_FLAG_SEND), and must where a signal may come between. Where none can, two acts are
    /// safer: a signal to this thread during the one act may lose the number, and the client is told descriptor 0.
    /// </remarks>
    public Errno AnswerWithDescriptor(ulong id, int descriptor, bool closeOnExec)
    {
        var add = new Seccomp.AddFd
        {
            Id = id,
            Flags = _killableWaits ? 0 : Seccomp.AddFdFlagSend,
            SourceDescriptor = (uint)descriptor,
            NewDescriptorFlags = closeOnExec ? (uint)Descriptors.CloseOnExec : 0,
        };
        var number = Call(Seccomp.NotifAddFd, &add);
        if (number < 0)
        {
            var error = LastErrno();
            return error != Errno.ENOENT && Answer(id, 0, error) ? error : Errno.ENOENT;
        }

        return !_killableWaits || Answer(id, number, Errno.Ok) ? Errno.Ok : Errno.ENOENT;
    }

    // The listener's lock is taken interruptibly, so any signal to this thread may show here.
    private int Call(nuint request, void* argument)
    {
        int result;
        do result = Seccomp.Ioctl(_descriptor, request, argument);
        while (result < 0 && LastErrno() == Errno.EINTR);
        return result;
    }

    public void Dispose() => _ = Descriptors.Close(_descriptor);

    private static Errno LastErrno() => (Errno)Marshal.GetLastPInvokeError();
}
