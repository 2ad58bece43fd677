using MinkActors.Actors;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>The provider: a change of protection and its answer are one message of this actor (R17).</summary>
internal sealed class ProviderActor(ProtectedMemoryService service) : Actor
{
    private readonly List<Action> _subscribers = [];

    protected override string DefaultName => "protected-memory";

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case ProviderRequest request: service.Step(request.Run); break;
            case Subscribe { IsOver: false } subscribe: _subscribers.Add(subscribe.Told); break;
            case Subscribe subscribe: _subscribers.Remove(subscribe.Told); break;
            case SlotFreed:
                foreach (var told in _subscribers.ToArray()) told();
                break;
        }
    }

    /// <summary>Begins or ends a subscription (R11).</summary>
    internal sealed class Subscribe(Action told, bool isOver) : Message
    {
        public Action Told => told;
        public bool IsOver => isOver;
    }

    /// <summary>A slot of the hardware is free again.</summary>
    internal sealed class SlotFreed : Message;
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
