using MinkActors.Protocol.ProtectedMemory;
using MinkActors.Sisters.Qseecom;
using Bytes = MinkActors.Protocol.ProtectedMemory.QseecomCarrier;

namespace MinkActors.Sisters.ProtectedMemory;

/// <summary>The provider's application of QSEE. There are no sessions: what is made through it belongs to the application's one client.</summary>
internal sealed class QseecomCarrier(QseecomApp app) : IProtectedMemoryCarrier
{
    public async ValueTask<ProtectedMemoryReply> InvokeAsync(ProtectedMemoryOperation operation, ReadOnlyMemory<byte> input, int room, CallOptions options = default)
    {
        var request = new byte[Bytes.RequestHeader + input.Length];
        Bytes.WriteRequest(request, operation, input.Span);
        var response = new byte[Bytes.ResponseHeader + room];
        await app.SendAsync(request, response, options);
        if (!Bytes.TryReadResponse(response, operation, out var code, out var output) || !ProtectedMemoryErrors.TryFromTee(code, out var error))
            throw new InvalidDataException($"The application {app.Name} answered {operation} with something else.");
        return new ProtectedMemoryReply(error, output.ToArray());
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
