using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>An object of the secure world, with the id by which the normal world knows it while it holds references.</summary>
internal sealed class SecureObjectHost(SecureDomain domain, IMinkObject implementation, ILifeLine? lifeLine) : HostedObject(domain, implementation, isGuarded: lifeLine is not null)
{
    /// <summary>0 while the normal world holds none. The table's to read and write.</summary>
    public uint WireId { get; set; }

    public override ObjectKind Kind => ObjectKind.Secure;

    protected override string DefaultName => $"secure {Implementation.GetType().Name}";

    // The secure world cannot see which of its threads belong to one chain of the normal world: an object that waits for a
    // callback has to let others in, or the callback's own calls could never end.
    protected override bool Interleaves => true;

    // What an application's object answers with is the application's too.
    public override Capability ExportBeside(IMinkObject implementation, string file, int line) => domain.Export(implementation, lifeLine, file, line);

    protected override bool TryEnter() => lifeLine!.TryEnter();

    protected override bool TryLeave() => lifeLine!.Leave();

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case SecureThread.EndAwaited awaited: awaited.Answer(); break;
            case ApplicationEnded ended:
                EndService(ResultCode.Defunct);
                ended.Reply(true);
                break;
            default: base.Receive(message); break;
        }
    }

    protected override void End()
    {
        TellReleased();
        domain.ObjectEnded();
        lifeLine?.Lost(this);
        base.End();
    }

    /// <summary>The application is gone: calls in progress end DEFUNCT, and what the object held is given up. Answered when that is done.</summary>
    internal sealed class ApplicationEnded : Request<bool>
    {
        protected override void Undeliverable(ActorRef target) => Reply(true);
    }
}

/// <summary>What an object's life hangs on: when its application is unloaded or crashes, the object answers DEFUNCT (spec/04 section 5.2).</summary>
/// <remarks>Any thread.</remarks>
internal interface ILifeLine
{
    /// <summary>A call is about to be served; false: the application is gone, and nobody will serve it.</summary>
    bool TryEnter();

    /// <summary>The call has ended. Once for each successful entry. False when the application has gone meanwhile: the call ends DEFUNCT.</summary>
    bool Leave();

    /// <summary>The object is the application's from now on.</summary>
    void Hosts(SecureObjectHost host);

    /// <summary>The object has ended.</summary>
    void Lost(SecureObjectHost host);
}
