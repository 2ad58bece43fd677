using MinkActors.Protocol.OpTee;
using MinkActors.Protocol.ProtectedMemory;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Sisters.ProtectedMemory;

/// <summary>A session with the provider's trusted application.</summary>
internal sealed class OpTeeCarrier(OpTeeSession session) : IProtectedMemoryCarrier
{
    public async ValueTask<ProtectedMemoryReply> InvokeAsync(ProtectedMemoryOperation operation, ReadOnlyMemory<byte> input, int room, CallOptions options = default)
    {
        var reply = await session.InvokeAsync((uint)operation, options, input.Length == 0 ? OpTeeArgument.None : OpTeeArgument.In(input), room == 0 ? OpTeeArgument.None : OpTeeArgument.Out(room));
        // A code that is not in the table comes from the path, and is none of the provider's answers.
        if (!ProtectedMemoryErrors.TryFromTee(reply.Result, out var error)) throw new OpTeeResultException(reply.Result, reply.Origin);
        var size = room == 0 ? 0 : (int)Math.Min(reply.Size(1), (ulong)reply.Bytes(1).Length);
        return new ProtectedMemoryReply(error, size == 0 ? [] : reply.Bytes(1)[..size].ToArray());
    }

    public ValueTask DisposeAsync() => session.DisposeAsync();
}
