using System.Buffers.Binary;
using MinkActors.Emulator.Qsee;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>The service as an application of the emulated QSEE (spec 10 section 10). There are no sessions: one client for as long as it is loaded.</summary>
/// <param name="service">The one state.</param>
public sealed class ProtectedMemoryQseeApp(ProtectedMemoryService service) : QseeApp
{
    private readonly ProtectedClient _client = new();

    /// <inheritdoc/>
    public override async ValueTask HandleAsync(QseeAppCall call)
    {
        var message = new QseecomMessage(call);
        if (!message.HasRoom) return;
        message.Answer(message.Operation is { } operation
            ? await service.InvokeAsync(_client, operation, message.Input, message.Room)
            : ProtectedAnswer.Of(ProtectedMemoryError.BadParameters));
    }

    /// <inheritdoc/>
    public override void Unloaded() => _ = service.EndAsync(_client).AsTask();
}

/// <summary>The directory as an application: its query travels like a request of the service.</summary>
/// <param name="directory">What there is.</param>
public sealed class DirectoryQseeApp(ProviderDirectory directory) : QseeApp
{
    /// <inheritdoc/>
    public override ValueTask HandleAsync(QseeAppCall call)
    {
        var message = new QseecomMessage(call);
        if (message.HasRoom)
        {
            var answer = message.Operation == (ProtectedMemoryOperation)ProtectedMemoryLimits.QueryProvider ? directory.Query(message.Input.Span) : ProtectedAnswer.Of(ProtectedMemoryError.BadParameters);
            message.Answer(answer.Output.Length <= message.Room ? answer : ProtectedAnswer.Of(ProtectedMemoryError.ShortBuffer));
        }
        return default;
    }
}

/// <summary>One app send with a request of the carrier in it.</summary>
internal readonly struct QseecomMessage
{
    private readonly QseeAppCall _call;

    /// <summary>A response buffer too small for any response fails the call.</summary>
    public QseecomMessage(QseeAppCall call)
    {
        _call = call;
        if (!HasRoom) call.Fail();
        if (!QseecomCarrier.TryReadRequest(call.Request.Span, out var operation, out _)) return;
        (Operation, Input) = (operation, call.Request[QseecomCarrier.RequestHeader..]);
    }

    public bool HasRoom => _call.ResponseCapacity >= QseecomCarrier.ResponseHeader;

    /// <summary>Null for a request that is none.</summary>
    public ProtectedMemoryOperation? Operation { get; }

    public ReadOnlyMemory<byte> Input { get; }

    /// <summary>Bytes there are for Out.</summary>
    public int Room => _call.ResponseCapacity - QseecomCarrier.ResponseHeader;

    public void Answer(in ProtectedAnswer answer)
    {
        var response = new byte[QseecomCarrier.ResponseHeader + answer.Output.Length];
        QseecomCarrier.WriteResponse(response, Operation ?? (ProtectedMemoryOperation)(Word & 0xFFF), answer.Error.ToTee(), answer.Output);
        _call.Respond(response);
    }

    private uint Word => _call.Request.Length < sizeof(uint) ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(_call.Request.Span);
}
