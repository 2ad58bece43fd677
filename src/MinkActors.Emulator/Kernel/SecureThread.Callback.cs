using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>The callbacks of a thread: one out at a time, the others behind it in order (spec/02 section 7.5).</summary>
internal sealed partial class SecureThread
{
    private readonly Queue<CallbackInvocation> _waiting = new();
    private CallbackInvocation? _suspendedIn;     // stays when it is answered: mostly the next is the same
    private bool _hasAnswered;  // the object, while its callback is out

    /// <summary>Code of this thread calls an object of the normal world: now, or after the callback that is out already.</summary>
    /// <param name="invocation">Takes the thread with it until the normal world has answered.</param>
    /// <param name="life">Of the thread, as the code knows it.</param>
    /// <param name="run">What the code runs on; null when that is not known.</param>
    /// <returns>False when the thread's call has ended: code that runs on behind it can call nobody.</returns>
    public bool TryCall(CallbackInvocation invocation, uint life, object? run)
    {
        var running = With((ulong)life << StateBits, State.Running);
        if (!TryMove(running, State.Handing)) return TryCallBehind(invocation, life, run);
        Suspend(invocation, run);
        return true;
    }

    /// <summary>Behind the callback that is out, or as the next when none is out any more.</summary>
    private bool TryCallBehind(CallbackInvocation invocation, uint life, object? run)
    {
        if (!TryHave(life, orRunning: true, out var isOut)) return false;
        if (!isOut)
        {
            Suspend(invocation, run);
            return true;
        }
        var isLate = _hasAnswered;
        if (!isLate) _waiting.Enqueue(invocation);
        LetGo(State.Suspended);
        return !isLate;
    }

    /// <summary>The object has answered while a callback was out or on its way; false when one still is: its answer completes the thread.</summary>
    private bool TryFinish()
    {
        // Its own call is what keeps the thread running or suspended.
        var isThere = TryHave(Life, orRunning: true, out var isOut);
        Invariant.Holds(isThere);
        if (isOut) _hasAnswered = true;
        LetGo(isOut ? State.Suspended : State.Finished);
        return !isOut;
    }

    /// <summary>Moves the thread to <see cref="State.Handing"/>, for whoever calls; who has it there for a moment is waited for.</summary>
    /// <param name="life">The one that is meant.</param>
    /// <param name="orRunning">Also when no callback is out.</param>
    /// <param name="isOut">A callback is out.</param>
    /// <returns>False in another life, and in every other state.</returns>
    private bool TryHave(uint life, bool orRunning, out bool isOut)
    {
        var none = (ulong)life << StateBits;
        var spinner = new SpinWait();
        while (true)
        {
            var found = Volatile.Read(ref _word);
            isOut = found == With(none, State.Suspended);
            var isRunning = found == With(none, State.Running);
            if ((isOut || (isRunning && orRunning)) && TryMove(found, State.Handing)) return true;
            if (!isOut && !(isRunning && orRunning) && found != With(none, State.Handing)) return false;
            spinner.SpinOnce();
        }
    }

    /// <summary>The normal world has answered the callback; the reply is read once, then the caller goes on (spec/02 section 7.5).</summary>
    /// <returns>False when no callback is out with that buffer: nobody called, or another entry has answered it.</returns>
    public bool TryResume(SecureEntry entry, SharedRegion outbound)
    {
        if (!TryMove(State.Suspended, State.Handing) && !TryHave(Life, orRunning: false, out _)) return false;
        if (!ReferenceEquals(_outbound, outbound))
        {
            LetGo(State.Suspended);
            return false;
        }
        if (!ReferenceEquals(_entry, entry)) _entry = entry;
        var run = entry.Run;
        var answered = _suspendedIn!;
        TakeReply(answered, outbound);
        if (_waiting.Count > 0 || _hasAnswered)
        {
            GoOnBehind(answered, run);
            return true;
        }
        // The thread runs again before its code does: what the code does next may suspend it anew.
        LetGo(State.Running);
        answered.CompleteReply(run);
        return true;
    }

    /// <summary>Whoever throws in here, such as actors that have stopped, must not keep the thread.</summary>
    private void TakeReply(CallbackInvocation answered, SharedRegion outbound)
    {
        try
        {
            answered.TakeReply(outbound.PeerRead);
        }
        catch
        {
            LetGo(State.Suspended);
            throw;
        }
    }

    /// <summary>Others wait behind the callback that was answered, or the object has answered meanwhile.</summary>
    private void GoOnBehind(CallbackInvocation answered, object? run)
    {
        var (tooLarge, room) = (new List<CallbackInvocation>(), _outbound!.Size);
        var isOut = false;
        while (!isOut && _waiting.TryDequeue(out var next))
        {
            isOut = TrySend(next);
            if (!isOut) tooLarge.Add(next);
        }
        var isFinished = !isOut && _hasAnswered;
        if (isFinished) _hasAnswered = false;
        if (isOut) GoOut(run);
        else LetGo(isFinished ? State.Finished : State.Running);
        answered.CompleteReply(run);
        foreach (var refused in tooLarge) refused.FailTooLarge(room);
        if (isFinished) Complete(run);
    }

    private void Suspend(CallbackInvocation invocation, object? run)
    {
        if (TrySend(invocation))
        {
            GoOut(run);
            return;
        }
        LetGo(State.Running);
        invocation.FailTooLarge(_outbound!.Size);
    }

    /// <summary>Lays a callback request ready for the normal world; false when it does not fit.</summary>
    private bool TrySend(CallbackInvocation invocation)
    {
        _usedOutbound = true;
        if (!invocation.TryWrite(_outbound!)) return false;
        if (!ReferenceEquals(_suspendedIn, invocation)) _suspendedIn = invocation;
        domain.Releases.WriteTo(_outbound!, invocation.AsyncStart);
        SmcCall.CallbackWaits(ref _entry.Registers);
        return true;
    }

    private void GoOut(object? run)
    {
        var entry = _entry;
        LetGo(State.Suspended);
        entry.Return(run);
    }
}
