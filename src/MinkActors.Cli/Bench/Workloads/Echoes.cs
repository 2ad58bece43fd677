using MinkActors.Actors;

namespace MinkActors.Cli.Bench;

/// <summary>The actor of the bare engine measurements: answers each request, takes each message.</summary>
internal sealed class EchoActor : Actor
{
    protected override void Receive(Message message)
    {
        if (message is Ping ping) ping.Reply(1);
    }
}

internal sealed class Ping : Request<int>;

internal sealed class Note : Message;

/// <summary>Passes one message on to the next actor until its turns are used up: a simulation's work.</summary>
internal sealed class RelayActor : Actor
{
    public Actor? Next { get; set; }

    protected override void Receive(Message message)
    {
        if (message is Baton baton && baton.Left-- > 0) Next!.Tell(baton);
    }
}

internal sealed class Baton : Message
{
    public long Left { get; set; }
}
