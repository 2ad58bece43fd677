using MinkActors.Actors;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>Runs the user's supplicant: each request in turns of this actor, several interleaved at their awaits.</summary>
internal sealed class SupplicantActor(IOpTeeSupplicant code) : Actor
{
    protected override void Receive(Message message)
    {
        switch (message)
        {
            case SupplicantTask task:
                var done = new Done(task);
                if (RunUserCode(static run => run.Code.ServeAsync(run.Request), (Code: code, task.Request), done)) End(done);
                break;
            case Done late: End(late); break;
        }
    }

    private static void End(Done done) => done.Task.Answer(done.Error is null ? done.Result : TeeResult.Communication);

    private sealed class Done(SupplicantTask task) : UserCodeDone<TeeResult>
    {
        public SupplicantTask Task => task;
    }
}

/// <summary>A request on its way to the supplicant, and back to its call with the result.</summary>
internal sealed class SupplicantTask(StandardCall call, uint number, SupplicantRequest request) : Message
{
    public uint Number => number;
    public SupplicantRequest Request => request;
    public TeeResult Result { get; private set; }

    public void Answer(TeeResult result)
    {
        Request.GiveBack();
        Result = result;
        call.Tell(this);
    }

    // The supplicant has died without answering (spec 09 section 7).
    protected override void Undeliverable(ActorRef target) => Answer(TeeResult.Communication);
}
