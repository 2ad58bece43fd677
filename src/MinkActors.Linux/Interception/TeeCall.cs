using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Interception;

/// <summary>
/// One ioctl of a client on an open device file, from its arrival to its answer. Valid until it has ended; the file must not keep it longer,
/// since an ended call may be used again for the next.
/// </summary>
/// <remarks>
/// Memory of the client is read and written only while the call is unanswered, and each access is checked against that, so that a recycled
/// process id can never be touched. Any thread; ending is decided by the first who does it.
/// </remarks>
internal abstract class TeeCall
{
    /// <summary>The ioctl number.</summary>
    public uint Request { get; protected set; }

    /// <summary>The ioctl's third argument: an address in the client, unchecked.</summary>
    public ulong Argument { get; protected set; }

    /// <summary>The thread that made the call.</summary>
    public int ThreadId { get; protected set; }

    /// <summary>Whether the file wants to hear of signals while this call waits. Set before <see cref="ITeeFile.Ioctl"/> returns.</summary>
    public bool Interruptible { get; set; }

    /// <summary>Copies a range of the client's memory in; false is EFAULT, or the client is gone.</summary>
    public abstract bool TryRead(ulong address, Span<byte> into);

    /// <summary>Copies to the client's memory; false is EFAULT, or the client is gone. A part may have been written.</summary>
    public abstract bool TryWrite(ulong address, ReadOnlySpan<byte> from);

    /// <summary>Ends the call with a result of 0 or more. False: the call had ended or the client is gone; nothing was delivered.</summary>
    public abstract bool Return(long value);

    /// <summary>Ends the call with -1 and an errno. False as for <see cref="Return"/>.</summary>
    public abstract bool Fail(Errno errno);

    /// <summary>
    /// Ends the call by giving the client a new descriptor of our open file and returning its number. The descriptor passed stays ours.
    /// </summary>
    /// <returns>None when it was delivered; otherwise the errno with which the call has ended (EMFILE and the like), or ENOENT when the
    /// client is gone. Either way the call has ended.</returns>
    public abstract Errno ReturnDescriptor(int descriptor, bool closeOnExec);

    /// <summary>
    /// Ends the call as a signal does: the kernel restarts it or fails it with EINTR, by the flags of the signal's handler. Only from
    /// <see cref="ITeeFile.Interrupted"/> on.
    /// </summary>
    public abstract bool Interrupt();
}
