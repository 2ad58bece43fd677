using System.Runtime.CompilerServices;
using MinkActors.Actors.UserCode;

namespace MinkActors.Actors;

/// <summary>The outcome of user code with a result, as a message to the actor that ran it. Derive to add what the actor needs
/// when it comes back. Reusable once it has come back (or never left).</summary>
/// <typeparam name="TResult">What the code gives.</typeparam>
public class UserCodeDone<TResult> : Message
{
    private Actor? _actor;
    private ValueTaskAwaiter<TResult> _awaiter;
    private Action? _completed;

    /// <summary>What the code threw; null when it ended well.</summary>
    public Exception? Error { get; private set; }

    /// <summary>What the code gave; the default when <see cref="Error"/> is set. Whoever takes it should not leave it here:
    /// the message may be pooled.</summary>
    public TResult? Result { get; set; }

    internal bool Run<TState>(UserContext context, Func<TState, ValueTask<TResult>> code, TState state)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            (Error, Result) = (null, default);
            _awaiter = code(state).GetAwaiter();
            if (_awaiter.IsCompleted)
            {
                Result = _awaiter.GetResult();
                _awaiter = default;
                return true;
            }
            _actor = context.Actor;
            // The context is still set: the awaiter captures it and never hops to another pool.
            _awaiter.UnsafeOnCompleted(_completed ??= Complete);
            return false;
        }
        catch (Exception exception)
        {
            _awaiter = default;
            Error = exception;
            return true;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private void Complete()
    {
        try
        {
            Result = _awaiter.GetResult();
        }
        catch (Exception exception)
        {
            Error = exception;
        }
        _awaiter = default;
        _actor!.Tell(this);
    }
}
