using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>A handle of a callback id. The object comes into being when somebody calls it, passes it on or copies the handle:
/// of a million that are only kept, each costs its handle.</summary>
/// <remarks>
/// <code>
/// unseen -> being made -> seen      the reference is the object's
///        -> put                     the id goes back as it came
/// </code>
/// </remarks>
internal sealed class CallbackHandle(SecureDomain domain, ObjectId id, string file, int line) : Capability(domain, file, line)
{
    private volatile State _state;

    public ObjectId Id => id;

    /// <summary>Whether the id is still the handle's own.</summary>
    public bool IsUnseen => _state is State.Unseen or State.BeingMade;

    private protected override string NameWithoutObject => IsUnseen ? CallbackProxy.NameOf(id) : base.NameWithoutObject;

    private protected override MinkObject? Look()
    {
        if (TryMove(State.BeingMade))
        {
            var end = State.Unseen;
            try
            {
                Show(domain.MakeObject(id));
                end = State.Seen;
            }
            finally
            {
                _state = end;
            }
        }
        else AwaitMaking();
        return TargetOrNull;
    }

    private protected override void Put()
    {
        while (!TryMove(State.Put))
        {
            AwaitMaking();
            if (_state != State.Seen) continue;
            base.Put();
            return;
        }
        domain.Handles.Remove(this);
        domain.GiveUp(id);
    }

    /// <summary>Somebody else is at it; a matter of a few stores.</summary>
    private void AwaitMaking()
    {
        var spinner = new SpinWait();
        while (_state == State.BeingMade) spinner.SpinOnce();
    }

    private bool TryMove(State next) => Interlocked.CompareExchange(ref _state, next, State.Unseen) == State.Unseen;

    private enum State
    {
        Unseen,
        BeingMade,
        Seen,
        Put,
    }
}
