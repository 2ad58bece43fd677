using MinkActors.Linux.Abi;
using MinkActors.Linux.Interception;

namespace MinkActors.Linux.Device;

/// <summary>The requests of one context: queued in order, handed to receivers, answered by id (spec/03 section 9).</summary>
/// <remarks>
/// <code>
/// Queued ─► HandingOver ─► Processing ─► Answering ─► Ended
///    │          │ failed       │ invoker gone
///    └──────────┴─► Ended      └─► Placeholder ─► Ended
/// </code>
/// Any thread. Inside the lock nothing touches a client's memory and no actor is told anything: turns run on the teller's thread, and one
/// that came back here would find the queue half changed.
/// </remarks>
internal sealed partial class RequestQueue(TeeContext context, TeeContextLimits limits)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<UserRequest> _queued = [];
    private readonly List<WaitingReceiver> _receivers = [];
    private readonly List<UserRequest?> _byId = [];
    private int _lowestFree;
    private int _calls;
    private int _wakes;
    private bool _isClosed;

    /// <summary>Requests with an id: queued, served, abandoned.</summary>
    public int Count
    {
        get { lock (_gate) return _byId.Count(request => request is not null); }
    }

    /// <summary>Threads that wait for a request.</summary>
    public int Waiting
    {
        get { lock (_gate) return _receivers.Count; }
    }

    /// <summary>Whether a request is on its way to a receiver that waits.</summary>
    public bool IsDelivering
    {
        get { lock (_gate) return _queued.Count > 0 && _receivers.Count > 0; }
    }

    /// <summary>S calls one of the context's objects.</summary>
    public void Add(UserObject target, IncomingCall call)
    {
        var request = new UserRequest(target.Number, call);
        if (TryQueue(request)) context.Deliver();
        else Answer(call, ErrnoMapping.ToResult(-(int)Errno.ENODEV));
    }

    /// <summary>A user object is gone for good. Room for its notice was reserved when it was made (spec/11 D-68).</summary>
    public void Ended(UserObject ended, bool notify)
    {
        if (notify && TryQueue(new UserRequest(ended.Number, null))) context.Deliver();
        else context.UserObjectEnded();
    }

    /// <summary>A receiver: gets the oldest request now, is refused for it, or waits.</summary>
    /// <returns>Ok with a request to hand over, or with none when the receiver waits; EINVAL, ENOMEM.</returns>
    public Errno Receive(WaitingReceiver receiver, out UserRequest? request)
    {
        request = null;
        lock (_gate)
        {
            if (_queued.First is { } oldest)
            {
                if (!receiver.Fits(oldest.Value)) return Errno.EINVAL;
                request = Take(oldest.Value, receiver);
                return Errno.Ok;
            }

            if (_receivers.Count >= limits.ReceiversMax) return Errno.ENOMEM;
            receiver.Call.Interruptible = true;
            _receivers.Add(receiver);
            return Errno.Ok;
        }
    }

    /// <summary>Pairs the oldest request with the first waiting receiver that has room for it, whichever came first (spec/11 D-80).</summary>
    /// <param name="request">Null: the receiver is to be refused, for the request needs more than any of them offers.</param>
    /// <returns>False when there is nothing to do.</returns>
    public bool TryMatch(out WaitingReceiver? receiver, out UserRequest? request)
    {
        (receiver, request) = (null, null);
        lock (_gate)
        {
            if (_queued.First is not { } oldest || _receivers.Count == 0) return false;
            var index = _receivers.FindIndex(waiting => waiting.Fits(oldest.Value));
            if (index >= 0)
            {
                receiver = _receivers[index];
                request = Take(oldest.Value, receiver);
            }
            else
            {
                // As a request wakes one receiver in the kernel, so one is refused for each request that came, not all at once.
                if (_wakes == 0) return false;
                _wakes--;
                index = 0;
                receiver = _receivers[0];
            }

            _receivers.RemoveAt(index);
            return true;
        }
    }

    /// <summary>Takes a waiting receiver out; false when it has its request already, or never waited.</summary>
    public bool TryWithdraw(TeeCall call)
    {
        lock (_gate) return _receivers.RemoveAll(waiting => ReferenceEquals(waiting.Call, call)) > 0;
    }

    /// <summary>The chain of the call that this thread serves now, if any.</summary>
    public CallChain? ChainServedBy(int threadId)
    {
        lock (_gate)
        {
            foreach (var request in _byId)
            {
                if (request is { State: RequestState.Processing } && request.ServedBy == threadId) return request.Call!.Chain;
            }

            return null;
        }
    }

    /// <summary>Steps 1 and 2 of the close: everything waiting ends, what comes from now on is refused.</summary>
    public void Close()
    {
        List<UserRequest> open;
        lock (_gate)
        {
            _isClosed = true;
            _receivers.Clear();
            open = [.. _byId.OfType<UserRequest>().Where(request => request.State is RequestState.Queued or RequestState.Processing)];
            foreach (var request in open) End(request);
            foreach (var placeholder in _byId.OfType<UserRequest>().Where(request => request.State == RequestState.Placeholder).ToList()) End(placeholder);
            _queued.Clear();
        }

        foreach (var request in open)
        {
            if (request.Call is { } call) Answer(call, ResultCode.Defunct);
        }
    }

    private bool TryQueue(UserRequest request)
    {
        lock (_gate)
        {
            if (_isClosed) return false;
            // Notices have room of their own: each was paid for when its object was made.
            if (!request.IsNotice && _calls >= limits.RequestsMax) return false;
            if (_lowestFree == _byId.Count) _byId.Add(null);
            request.Id = _lowestFree;
            _byId[_lowestFree] = request;
            do _lowestFree++;
            while (_lowestFree < _byId.Count && _byId[_lowestFree] is not null);
            if (!request.IsNotice) _calls++;
            _queued.AddLast(request);
            _wakes = Math.Min(_wakes + 1, _receivers.Count);
            return true;
        }
    }

    private UserRequest Take(UserRequest request, WaitingReceiver receiver)
    {
        _queued.Remove(request);
        request.State = RequestState.HandingOver;
        request.ServedBy = receiver.ThreadId;
        return request;
    }

    private void End(UserRequest request)
    {
        request.State = RequestState.Ended;
        _byId[request.Id] = null;
        _lowestFree = Math.Min(_lowestFree, request.Id);
        if (request.IsNotice) context.UserObjectEnded();
        else _calls--;
    }

    /// <summary>Gives a call back to its carrier; outputs go along with 0 only.</summary>
    private static void Answer(IncomingCall call, ResultCode result)
    {
        call.StopDeadline();
        if (result != ResultCode.Ok) call.DropOutputs();
        call.Result = result;
        call.Carrier!.Finished(call);
    }
}
