using System.Buffers.Binary;
using MinkActors.Protocol.OpTee;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>The service over QSEECOM (spec 10 section 10): for an emulated application to pass its buffers through.</summary>
public static class ProtectedMemoryQseecom
{
    /// <summary>Serves one request.</summary>
    /// <param name="service">The one state.</param>
    /// <param name="client">One for each loaded application.</param>
    /// <param name="request">Copied by the caller, who shares the buffer.</param>
    /// <param name="room">Bytes of the response buffer.</param>
    /// <returns>The response; empty when the request or the room is too small for any.</returns>
    public static async ValueTask<byte[]> ServeAsync(ProtectedMemoryService service, ProtectedClient client, ReadOnlyMemory<byte> request, int room)
    {
        ArgumentNullException.ThrowIfNull(service);
        if (room < QseecomCarrier.ResponseHeader) return [];
        var (operation, input) = Read(request);
        var answer = operation is { } known
            ? await service.InvokeAsync(client, known, input, room - QseecomCarrier.ResponseHeader)
            : ProtectedAnswer.Of(ProtectedMemoryError.BadParameters);
        var response = new byte[QseecomCarrier.ResponseHeader + answer.Output.Length];
        QseecomCarrier.WriteResponse(response, operation ?? (ProtectedMemoryOperation)(Word(request) & 0xFFF), answer.Error.ToTee(), answer.Output);
        return response;
    }

    /// <summary>Serves one query of the directory, which travels like a request of the service.</summary>
    public static byte[] Serve(ProviderDirectory directory, ReadOnlyMemory<byte> request, int room)
    {
        ArgumentNullException.ThrowIfNull(directory);
        if (room < QseecomCarrier.ResponseHeader) return [];
        var (operation, input) = Read(request);
        var answer = operation == (ProtectedMemoryOperation)ProtectedMemoryLimits.QueryProvider ? directory.Query(input.Span) : ProtectedAnswer.Of(ProtectedMemoryError.BadParameters);
        if (QseecomCarrier.ResponseHeader + answer.Output.Length > room) answer = ProtectedAnswer.Of(ProtectedMemoryError.ShortBuffer);
        var response = new byte[QseecomCarrier.ResponseHeader + answer.Output.Length];
        QseecomCarrier.WriteResponse(response, 0, answer.Error.ToTee(), answer.Output);
        return response;
    }

    private static (ProtectedMemoryOperation? Operation, ReadOnlyMemory<byte> Input) Read(ReadOnlyMemory<byte> request) =>
        QseecomCarrier.TryReadRequest(request.Span, out var operation, out _) ? (operation, request[QseecomCarrier.RequestHeader..]) : (null, default);

    private static uint Word(ReadOnlyMemory<byte> request) => request.Length < sizeof(uint) ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(request.Span);
}
