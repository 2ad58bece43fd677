using MinkActors.Protocol;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Sisters.ProtectedMemory;

/// <summary>A reference to the provider's object: its session lasts as long as somebody holds it.</summary>
internal sealed class MinkCarrier(Capability provider) : IProtectedMemoryCarrier
{
    public Capability Provider => provider;

    public ValueTask<ProtectedMemoryReply> InvokeAsync(ProtectedMemoryOperation operation, ReadOnlyMemory<byte> input, int room, CallOptions options = default) =>
        InvokeAsync(operation, input, room, null, options);

    /// <param name="operation">Which.</param>
    /// <param name="input">In.</param>
    /// <param name="room">Bytes there are for Out.</param>
    /// <param name="memory">The object that a range is relative to (O5); null for none.</param>
    /// <param name="options">Deadline and cancellation.</param>
    public async ValueTask<ProtectedMemoryReply> InvokeAsync(ProtectedMemoryOperation operation, ReadOnlyMemory<byte> input, int room, MemoryCapability? memory, CallOptions options)
    {
        var arguments = new List<Argument>(3);
        if (input.Length > 0) arguments.Add(Argument.In(input));
        if (room > 0) arguments.Add(Argument.Out(room));
        if (memory is not null) arguments.Add(Argument.In(memory));
        using var reply = await provider.InvokeAsync((uint)operation, options, [.. arguments]);
        // Results below 0 are thrown by the path; what is left is the object's own word.
        return new ProtectedMemoryReply((ProtectedMemoryError)reply.Code, reply.IsOk && room > 0 ? reply.Output(0).ToArray() : []);
    }

    public ValueTask DisposeAsync() => provider.DisposeAsync();
}
