using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Device;

/// <summary>The later life of a request: handed over or not, answered, abandoned by its invoker.</summary>
internal sealed partial class RequestQueue
{
    /// <summary>The receiver has everything; from here on it may answer. A notice is over with it.</summary>
    public void HandedOver(UserRequest request)
    {
        var reset = false;
        lock (_gate)
        {
            if (request.IsNotice) End(request);
            else if (!request.IsAbandoned) request.State = RequestState.Processing;
            else
            {
                if (_isClosed) End(request);
                else request.State = RequestState.Placeholder;
                reset = Leave(request);
            }
        }

        if (reset) request.Call!.Reset();
    }

    /// <summary>The receiver did not get it: a call is answered, since nobody else could; a notice waits for the next receiver (spec/11 D-82).</summary>
    public void NotHandedOver(UserRequest request)
    {
        bool answer = false, reset = false;
        var result = ErrnoMapping.ToResult(-(int)Errno.EINVAL);
        lock (_gate)
        {
            if (request.IsNotice && !_isClosed)
            {
                request.State = RequestState.Queued;
                _queued.AddFirst(request);
                return;
            }

            if (request.State == RequestState.Ended) return;     // answered meanwhile, or the context closed
            End(request);
            if (_isClosed) result = ResultCode.Defunct;
            if (request.IsAbandoned) reset = Leave(request);
            else answer = !request.IsNotice;
        }

        if (reset) request.Call!.Reset();
        else if (answer) Answer(request.Call!, result);
    }

    /// <summary>Claims the request of that id for an answer; null when it may not be answered (check 4 of spec/03 section 8).</summary>
    /// <remarks>An answer to a placeholder frees its id, and is refused all the same.</remarks>
    public UserRequest? TakeForAnswer(int id)
    {
        lock (_gate)
        {
            if ((uint)id >= (uint)_byId.Count || _byId[id] is not { } request) return null;
            if (request.State == RequestState.Placeholder) End(request);
            if (request.State != RequestState.Processing) return null;
            request.State = RequestState.Answering;
            return request;
        }
    }

    /// <summary>Ends a claimed request: its id is free, and the answer goes to S unless its invoker has gone meanwhile.</summary>
    public void Answered(UserRequest request, ResultCode result)
    {
        var reset = false;
        lock (_gate)
        {
            End(request);
            if (request.IsAbandoned) reset = Leave(request);
        }

        if (reset) request.Call!.Reset();
        else if (!request.IsAbandoned) Answer(request.Call!, result);
    }

    /// <summary>Nobody waits for the answer any more: the invoker was killed, or a deadline has passed.</summary>
    public void Abandon(AbandonCall abandon)
    {
        var call = abandon.Call;
        UserRequest? request;
        bool wasTouched;
        lock (_gate)
        {
            request = _byId.Find(at => at is not null && ReferenceEquals(at.Call, call) && at.Life == abandon.Life && !at.IsAbandoned);
            if (request is null || request.State is RequestState.Placeholder) return;
            wasTouched = request.State is RequestState.HandingOver or RequestState.Answering;
            if (wasTouched) request.IsAbandoned = call.IsAbandoned = true;
            else if (request.State == RequestState.Queued)
            {
                _queued.Remove(request);
                End(request);
            }
            else request.State = RequestState.Placeholder;
        }

        if (wasTouched)
        {
            call.StopDeadline();
            call.Result = abandon.Code;
            call.Carrier!.Finished(call);
            Told(request);
        }
        else Answer(call, abandon.Code);
        context.Deliver();                               // what stood behind it may fit a receiver that waits
    }

    /// <summary>Two work on an abandoned call: its carrier copies what it needs, our code may still write to it. The later one resets it.</summary>
    private void Told(UserRequest request)
    {
        bool reset;
        lock (_gate)
        {
            request.IsTold = true;
            reset = request.IsLeft;
        }

        if (reset) request.Call!.Reset();
    }

    private static bool Leave(UserRequest request)
    {
        request.IsLeft = true;
        return request.IsTold;
    }
}
