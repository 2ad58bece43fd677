using MinkActors.Actors;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>Serves OP-TEE's interrupt: fetches the values that wait, wakes who waits for them, and does the bottom half (spec 09 sections 2 and 6).</summary>
/// <remarks>
/// <code>
/// Idle --interrupt--> Fetching --value--> Fetching … --nothing pending--> Idle
///                                 └ value 0: one DO_BOTTOM_HALF when all are fetched; asked for again while it runs, one more
/// </code>
/// </remarks>
internal sealed class NotificationInterrupt(OpTeeDomain domain, ISecureWorld world) : Actor
{
    private SecureEntry? _entry;
    private uint _left;             // fetches that this interrupt may still cost
    private bool _isFetching;
    private bool _wasRaisedAgain;
    private bool _wantsBottomHalf;
    private bool _isInBottomHalf;
    private EndInterrupts? _ending;

    /// <summary>OP-TEE raises it. Any thread.</summary>
    public void Raise() => Tell(new Raised());

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case Raised when _ending is not null: break;
            case Raised when _isFetching: _wasRaisedAgain = true; break;
            case Raised: Begin(); break;
            case SecureEntry entry: Fetched(OpTeeRegisters.From(entry.Registers)); break;
            case BottomHalfOver:
                _isInBottomHalf = false;
                DoBottomHalf();
                LookForEnd();
                break;
            case EndInterrupts end:
                _ending = end;
                LookForEnd();
                break;
        }
    }

    private void Begin()
    {
        // Each value waits once at the most, and the bottom half is one of them: who has more to tell than that is not to be believed.
        _left = domain.NotificationMax + 2;
        _wasRaisedAgain = false;
        Fetch();
    }

    private void Fetch()
    {
        _isFetching = true;
        _left--;
        _entry ??= new SecureEntry(this);
        _entry.Registers = OpTeeRegisters.Fast(OpTeeFunctionId.GetNotificationValue).ToSmc();
        _entry.Enter(world);
    }

    private void Fetched(in OpTeeRegisters answer)
    {
        var fetched = NotificationValue.From(answer);
        if (fetched.IsValid) Take(fetched.Value);
        if (fetched is { IsValid: true, IsAnotherPending: true } && _left > 0)
        {
            Fetch();
            return;
        }
        if (fetched.IsAnotherPending && _left == 0) domain.Refused($"OP-TEE has told of more than {domain.NotificationMax + 2} notifications at one interrupt; the rest waits for the next");
        _isFetching = false;
        DoBottomHalf();
        if (_wasRaisedAgain && _ending is null) Begin();
        LookForEnd();
    }

    private void Take(uint value)
    {
        if (value == NotificationValue.BottomHalf) _wantsBottomHalf = true;
        else if (value > domain.NotificationMax) domain.Refused($"OP-TEE notifies of {value}, the limit is {domain.NotificationMax}");
        else domain.Notifications.Tell(new SendNotification(value));
    }

    private void DoBottomHalf()
    {
        if (!_wantsBottomHalf || _isInBottomHalf || _ending is not null) return;
        (_wantsBottomHalf, _isInBottomHalf) = (false, true);
        var call = StandardCall.BottomHalf(domain);
        call.WhenOver(() => Tell(new BottomHalfOver()));
        domain.StartOwn(call);
    }

    private void LookForEnd()
    {
        if (!_isFetching && !_isInBottomHalf) _ending?.Reply(true);
    }

    /// <summary>Interrupts are ignored from now on; answered when the bottom half that runs is over.</summary>
    internal sealed class EndInterrupts : Request<bool>;

    private sealed class Raised : Message;

    private sealed class BottomHalfOver : Message;
}
