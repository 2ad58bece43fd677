using MinkActors.Actors;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>The provider: a change of protection and its answer are one message of this actor (R17).</summary>
internal sealed class ProviderActor(ProtectedPlatform platform, RegionTable table) : Actor
{
    protected override string DefaultName => "protected-memory";

    protected override void Receive(Message message)
    {
        if (message is not ProviderRequest request) return;
        // R16: no access anywhere sees half of it.
        lock (platform.Gate) request.Run(table);
    }
}

/// <summary>One step of the provider.</summary>
internal sealed class ProviderRequest(Action<RegionTable, ProviderRequest> step) : Request<ProtectedAnswer>
{
    public void Run(RegionTable table) => step(table, this);
}

/// <summary>How an operation ended.</summary>
/// <param name="Error">Ok, or why not.</param>
/// <param name="Output">The bytes of Out; with SHORT_BUFFER those that tell the needed size.</param>
public readonly record struct ProtectedAnswer(ProtectedMemoryError Error, byte[] Output)
{
    internal static ProtectedAnswer Of(ProtectedMemoryError error) => new(error, []);
}
