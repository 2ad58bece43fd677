using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>An object of the secure world, with the id by which the normal world knows it while it holds references.</summary>
internal sealed class SecureObjectHost(SecureDomain domain, IMinkObject implementation, ILifeLine? lifeLine) : HostedObject(domain, implementation)
{
    /// <summary>0 while the normal world holds none. The table's to read and write.</summary>
    public uint WireId { get; set; }

    public override ObjectKind Kind => ObjectKind.Secure;

    protected override string DefaultName => $"secure {Implementation.GetType().Name}";

    // The secure world cannot see which of its threads belong to one chain of the normal world: an object that waits for a
    // callback has to let others in, or the callback's own calls could never end.
    protected override bool Interleaves => true;

    protected override void Admit(IncomingCall call)
    {
        if (lifeLine is { IsAlive: false }) Answer(call, ResultCode.Defunct);
        else base.Admit(call);
    }
}

/// <summary>What an object's life hangs on: when its application is unloaded or crashes, the object answers DEFUNCT (spec/04 section 5.2).</summary>
internal interface ILifeLine
{
    bool IsAlive { get; }
}
