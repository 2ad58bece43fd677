using MinkActors.Actors;
using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Device;

/// <summary>A callback object whose code is a client: what it is asked goes to the client's request queue (spec/03 sections 6 to 9).</summary>
/// <remarks>
/// One for each time a client sent a number, also for the same number again: each has its own transport id and its own release notice.
/// It keeps nothing of a call: the queue does, so that a receiver that is slow or gone never stalls a turn.
/// </remarks>
internal sealed class UserObject(NormalDomain domain, TeeContext context, ulong number) : MinkObject(domain, 1)
{
    private volatile bool _isSilent;

    public TeeContext Context => context;

    /// <summary>The client's own number for it.</summary>
    public ulong Number => number;

    public override ObjectKind Kind => ObjectKind.Callback;

    protected override string DefaultName => $"user object {number} of {context.Name}";

    public override Invocation BeginInvocation() => Domain.RentLocalInvocation();

    /// <summary>The call or answer that made it failed, so the client still owns its object: no notice will be given.</summary>
    public void Silence() => _isSilent = true;

    protected override void LastReferenceGone() => Tell(new LastReference());

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case IncomingCall call: Take(call); break;
            case AbandonCall abandon: context.Requests.Abandon(abandon); break;
            case LastReference:
                context.Requests.Ended(this, notify: !_isSilent);
                System.Stop(this);
                break;
        }
    }

    private void Take(IncomingCall call)
    {
        if (Domain.Limits.CallbackDeadline is { } due) call.Deadline = System.StartTimer(this, due, new AbandonCall(call, ResultCode.Timeout));
        context.Requests.Add(this, call);
    }

    private sealed class LastReference : Message;
}
