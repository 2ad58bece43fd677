namespace MinkActors.Linux.Interception;

/// <summary>Whether a signal waits for a thread that we hold in a call.</summary>
internal enum SignalState
{
    None,

    /// <summary>The kernel has marked this very thread: restarting is its decision and always safe.</summary>
    ForThisThread,

    /// <summary>One of several threads was chosen; it may be this one.</summary>
    PerhapsForThisThread,
}

/// <summary>
/// Finds out about signals for threads whose call the kernel keeps from being interrupted. The flag that protects OBJECT_INVOKE from signals
/// (SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) holds for all calls of a filter, SUPPL_RECV among them, which a signal must end; so for those
/// we look ourselves. Fatal signals need none of this: the kernel ends the wait at once.
/// </summary>
internal static class PendingSignals
{
    public static SignalState For(int threadId)
    {
        var thread = ThreadStatus.Read(threadId);
        if ((thread.PendingHere & ~thread.Blocked) != 0) return SignalState.ForThisThread;
        var shared = thread.PendingShared & ~thread.Blocked;
        if (shared == 0) return SignalState.None;

        // A signal for the whole process goes to the main thread unless that blocks it (Linux kernel/signal.c, complete_signal).
        if (thread.Threads == 1 || threadId == thread.ProcessId) return SignalState.ForThisThread;
        var main = ThreadStatus.Read(thread.ProcessId);
        return (shared & main.Blocked) == 0 ? SignalState.None : SignalState.PerhapsForThisThread;
    }
}
