using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>Sends RELEASE for each secure handle that was let go: one at a time, in order, through the full transaction (spec/01 section 10).</summary>
/// <remarks>
/// <code>
/// queued -> sent -> answered, whatever the result                -> forgotten
///                -> S may have seen it (retry not safe)          -> forgotten: a second RELEASE could hit another object
///                -> S never saw it                               -> to the end of the queue, after a growing pause
/// </code>
/// A handle in the queue is found by nobody. The pause is per queue: one refusal says that the next would be refused too.
/// </remarks>
internal sealed class ReleaseQueue(NormalDomain domain) : Actor
{
    private SecureObject? _first;
    private SecureObject? _last;
    private TimeSpan _pause;
    private bool _busy;
    private List<Drain>? _draining;

    protected override string DefaultName => "release queue";

    /// <summary>Releases not yet done; a figure for reports, read from any thread.</summary>
    public int Pending { get; private set; }

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case Enqueue enqueue:
                Append(enqueue.Released);
                Pending++;
                SendNext();
                break;
            case Resume:
                _busy = false;
                SendNext();
                break;
            case Sent sent:
                Settle(sent);
                break;
            case Drain drain:
                if (Pending == 0) drain.Reply(0);
                else (_draining ??= []).Add(drain);
                break;
            case GiveUp giveUp:
                giveUp.Reply(Forget());
                break;
        }
    }

    private void SendNext()
    {
        if (_busy || _first is not { } next) return;
        _first = next.NextRelease;
        if (_first is null) _last = null;
        next.NextRelease = null;
        _busy = true;
        var sent = new Sent(next, this);
        // The thread may be in the middle of somebody's code: the RELEASE is not part of that call, and its end not that code's to run.
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            sent.Watch(domain.SendRelease(next));
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    private void Settle(Sent sent)
    {
        if (sent.IsRetrySafe && !domain.IsStopped)
        {
            Append(sent.Released);
            _pause = Min(_pause == default ? domain.Limits.ReleaseRetryFirst : _pause * 2, domain.Limits.ReleaseRetryLongest);
            System.StartTimer(this, _pause, new Resume());
            return;
        }
        _pause = default;
        _busy = false;
        Pending--;
        domain.ReleaseSettled(sent.Released, sent.Failure);
        System.Stop(sent.Released);
        if (Pending == 0) AnswerDrains();
        SendNext();
    }

    private void Append(SecureObject released)
    {
        if (_last is null) _first = released;
        else _last.NextRelease = released;
        _last = released;
    }

    private void AnswerDrains()
    {
        if (_draining is not { } waiting) return;
        _draining = null;
        foreach (var drain in waiting) drain.Reply(0);
    }

    // Whoever waits for releases that nobody will send any more is told so.
    protected override void Stopped() => AnswerDrains();

    /// <summary>Stop could not wait any longer: what is queued is listed as undelivered (spec/11 D-33).</summary>
    private List<string> Forget()
    {
        var undelivered = new List<string>();
        for (var at = _first; at is not null; at = at.NextRelease)
        {
            undelivered.Add(at.Name);
            System.Stop(at);
        }
        Pending -= undelivered.Count;
        _first = _last = null;
        AnswerDrains();
        return undelivered;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    /// <summary>A secure handle whose last reference is gone; the queue owns it now.</summary>
    internal sealed class Enqueue(SecureObject released) : Message
    {
        public SecureObject Released => released;
    }

    /// <summary>Answers when nothing is pending.</summary>
    internal sealed class Drain : Request<int>;

    /// <summary>Empties the queue; answers the names of what was not sent.</summary>
    internal sealed class GiveUp : Request<List<string>>;

    private sealed class Resume : Message;

    /// <summary>A RELEASE on its way, and how it ended.</summary>
    private sealed class Sent(SecureObject released, ReleaseQueue queue) : Message
    {
        public SecureObject Released => released;
        public MinkTransportException? Failure { get; private set; }
        public bool IsRetrySafe => Failure is { IsRetrySafe: true };

        public void Watch(ValueTask<Reply> reply)
        {
            var awaiter = reply.GetAwaiter();
            if (awaiter.IsCompleted) End(awaiter);
            else awaiter.UnsafeOnCompleted(() => End(awaiter));
        }

        private void End(System.Runtime.CompilerServices.ValueTaskAwaiter<Reply> awaiter)
        {
            try
            {
                awaiter.GetResult().Dispose();
            }
            catch (MinkTransportException failure)
            {
                Failure = failure;
            }
            queue.Tell(this);
        }
    }
}
