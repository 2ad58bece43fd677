using System.Runtime.CompilerServices;
using MinkActors.Actors.UserCode;

namespace MinkActors.Actors;

/// <summary>The outcome of user code without a result, as a message to the actor that ran it. Derive to add what the actor
/// needs when it comes back. Reusable once it has come back (or never left).</summary>
public class UserCodeDone : Message
{
    private Actor? _actor;
    private ValueTaskAwaiter _awaiter;
    private Action? _completed;

    /// <summary>What the code threw; null when it ended well.</summary>
    public Exception? Error { get; private set; }

    internal bool Run<TState>(UserContext context, Func<TState, ValueTask> code, TState state)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            Error = null;
            _awaiter = code(state).GetAwaiter();
            if (_awaiter.IsCompleted)
            {
                _awaiter.GetResult();
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
            _awaiter.GetResult();
        }
        catch (Exception exception)
        {
            Error = exception;
        }
        _awaiter = default;
        _actor!.Tell(this);
    }
}
