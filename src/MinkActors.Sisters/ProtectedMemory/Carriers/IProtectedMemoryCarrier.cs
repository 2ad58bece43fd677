using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Sisters.ProtectedMemory;

/// <summary>A way to one provider (spec 10 section 10): a session with it. Any thread. Disposing it ends the session, and all that was made through it.</summary>
public interface IProtectedMemoryCarrier : IAsyncDisposable
{
    /// <summary>One operation of the table of section 5. Failures of the path are the carrier's own exceptions.</summary>
    /// <param name="operation">Which.</param>
    /// <param name="input">In. Copied before this returns.</param>
    /// <param name="room">Bytes there are for Out.</param>
    /// <param name="options">Deadline and cancellation. They end the wait; what was begun goes on (O9).</param>
    ValueTask<ProtectedMemoryReply> InvokeAsync(ProtectedMemoryOperation operation, ReadOnlyMemory<byte> input, int room, CallOptions options = default);
}

/// <summary>What a provider answered.</summary>
/// <param name="Error">Ok, or why not.</param>
/// <param name="Output">The bytes of Out. A private copy.</param>
public readonly record struct ProtectedMemoryReply(ProtectedMemoryError Error, byte[] Output);
