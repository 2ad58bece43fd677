using System.Threading.Tasks.Sources;

namespace MinkActors.Actors;

/// <summary>A message that is answered once; <see cref="ActorRef.Ask"/> awaits the answer.</summary>
/// <typeparam name="TReply">The answer.</typeparam>
/// <remarks>
/// <code>
/// idle --Ask--> asked --Reply | Fail | Undeliverable--> answered --(awaited) Reset--> idle
/// </code>
/// Reusable: its owner may pool it and call <see cref="Reset"/> between uses. The receiver may keep it and answer in a later turn.
/// </remarks>
public abstract class Request<TReply> : Message, IValueTaskSource<TReply>
{
    private const int Idle = 0;
    private const int Asked = 1;
    private const int Answered = 2;

    private ManualResetValueTaskSourceCore<TReply> _answer;
    private ActorSystem? _tracker;
    private int _state;

    /// <summary>Answers. Any thread; usually the receiver's turn.</summary>
    /// <returns>False, with nothing done, when the request has its answer already (or is not asked).</returns>
    public bool Reply(TReply reply)
    {
        if (!TryEnd()) return false;
        _answer.SetResult(reply);
        return true;
    }

    /// <summary>Answers with a failure: the asker's await throws it.</summary>
    /// <returns>False, with nothing done, when the request has its answer already (or is not asked).</returns>
    public bool Fail(Exception cause)
    {
        if (!TryEnd()) return false;
        _answer.SetException(cause);
        return true;
    }

    /// <summary>Makes an answered and awaited request ready for the next Ask. Only its owner may call this.</summary>
    /// <exception cref="InvalidOperationException">It is asked and has no answer yet.</exception>
    public void Reset()
    {
        if (Volatile.Read(ref _state) == Asked) throw new InvalidOperationException($"The request {Describe()} has no answer yet.");
        _answer.Reset();
        Volatile.Write(ref _state, Idle);
    }

    /// <summary>Fails the asker with <see cref="ActorStoppedException"/>.</summary>
    protected internal override void Undeliverable(ActorRef target) => Fail(new ActorStoppedException(target.Name));

    internal ValueTask<TReply> Begin(Actor target, ActorSystem system)
    {
        if (Interlocked.CompareExchange(ref _state, Asked, Idle) != Idle)
            throw new InvalidOperationException($"The request {Describe()} is in use; Reset it after its answer was awaited.");
        _answer.RunContinuationsAsynchronously = system.CompletesAsynchronously;
        var answer = new ValueTask<TReply>(this, _answer.Version);
        _tracker = system.TracksRequests ? system : null;
        _tracker?.RequestBegins(this, target);
        target.Tell(this);
        return answer;
    }

    private bool TryEnd()
    {
        if (Interlocked.CompareExchange(ref _state, Answered, Asked) != Asked) return false;
        _tracker?.RequestEnds(this);
        return true;
    }

    TReply IValueTaskSource<TReply>.GetResult(short token) => _answer.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<TReply>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource<TReply>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _answer.OnCompleted(continuation, state, token, flags);
}
