using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Interception;

/// <summary>The calls that were not answered at once: the ones that a kill or a signal must find.</summary>
internal sealed class WaitingCalls
{
    private readonly Lock _gate = new();
    private readonly HashSet<InterceptedCall> _calls = [];

    public int Count
    {
        get { lock (_gate) return _calls.Count; }
    }

    public void Add(InterceptedCall call)
    {
        lock (_gate) _calls.Add(call);
    }

    public void Remove(InterceptedCall call)
    {
        lock (_gate) _calls.Remove(call);
    }

    /// <summary>
    /// Looks at each waiting call once: ends those whose thread is gone; tells the file of a signal where it asked for that.
    /// </summary>
    /// <param name="signals">Whether signals must be looked for; false where the kernel itself lets them through.</param>
    public void Look(bool signals)
    {
        InterceptedCall[] calls;
        lock (_gate) calls = [.. _calls];
        foreach (var call in calls)
        {
            if (call.HasEnded) continue;
            if (!call.IsHeldByKernel) call.Abandon();
            else if (signals && call.Interruptible) LookForSignals(call);
        }
    }

    private static void LookForSignals(InterceptedCall call)
    {
        var before = call.LastSignals;
        call.LastSignals = PendingSignals.For(call.ThreadId);
        if (call.LastSignals == SignalState.ForThisThread)
        {
            call.InterruptedBy = Errno.ERESTARTSYS;
        }
        else if (call.LastSignals == SignalState.PerhapsForThisThread && before == SignalState.PerhapsForThisThread)
        {
            // Nobody else took it for a whole round. If it was not ours after all, EINTR is what a program must cope with anyway;
            // a restart without a signal would show it an errno that no program knows.
            call.InterruptedBy = Errno.EINTR;
        }
        else
        {
            return;
        }

        call.File!.Interrupted(call);
    }
}
