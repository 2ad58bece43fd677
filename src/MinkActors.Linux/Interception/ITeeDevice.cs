using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Interception;

/// <summary>What stands behind the device node: asked once for each open.</summary>
internal interface ITeeDevice
{
    /// <summary>
    /// Makes the context of a new open file, or null with the errno of the open. Runs on the host's thread: must not block.
    /// </summary>
    ITeeFile? Open(ClientProcess client, out Errno refusal);
}

/// <summary>
/// One open file of the device: what dup, fork and descriptor passing share. Calls may arrive from several threads at once, and
/// notifications about a call may arrive on another thread than the call.
/// </summary>
internal interface ITeeFile
{
    /// <summary>
    /// One ioctl. It is ended exactly once by <see cref="TeeCall.Return"/>, <see cref="TeeCall.ReturnDescriptor"/>,
    /// <see cref="TeeCall.Fail"/> or <see cref="TeeCall.Interrupt"/>: here and now, which is the fast way, or later from any thread.
    /// Must not block; what waits returns without ending the call.
    /// </summary>
    void Ioctl(TeeCall call);

    /// <summary>
    /// A signal waits for the thread that made this waiting call. Comes only for calls with <see cref="TeeCall.Interruptible"/>. Answer with
    /// <see cref="TeeCall.Interrupt"/> when nothing was consumed for it; a call that is just being answered may ignore this.
    /// </summary>
    void Interrupted(TeeCall call);

    /// <summary>
    /// The thread that made this waiting call is gone (killed, or its program replaced; on kernels before 5.19 a signal may also have taken it
    /// out of the call). The call has ended: nothing will be delivered.
    /// </summary>
    void Abandoned(TeeCall call);

    /// <summary>The last descriptor is gone and the last call has ended. Comes once, and nothing comes after it.</summary>
    void Close();
}
