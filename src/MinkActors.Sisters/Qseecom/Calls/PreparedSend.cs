using System.Buffers.Binary;
using MinkActors.Protocol.Qseecom;

namespace MinkActors.Sisters.Qseecom;

/// <summary>A call of an application, checked and with its references in place; made for whoever the application is when it is sent.</summary>
internal sealed class PreparedSend
{
    private readonly QseecomCall _call;
    private readonly ReadOnlyMemory<byte> _request;
    private readonly ScatterEntry[] _table;

    /// <exception cref="QseecomException">EINVAL: too many references, one that does not lie in the request, or a command that takes none.</exception>
    public PreparedSend(QseecomCommand command, ReadOnlyMemory<byte> request, IReadOnlyList<QseecomReference> references, bool usesTables)
    {
        var (plain, withTable) = Forms(command);
        if (references.Count > QseecomLimits.ScatterEntries) throw Invalid($"{references.Count} references, the limit is {QseecomLimits.ScatterEntries}");
        if (references.Count > 0 && withTable is null) throw Invalid($"The call {plain.Name} takes no references");
        _request = references.Count == 0 ? request : Patch(request, references);
        // Firmware that knows no tables is expected to find the addresses by itself (spec/08 section 8).
        _table = usesTables ? [.. references.Select(reference => new ScatterEntry((uint)reference.Offset, IsSingle: true, IsWide: true, (uint)reference.Memory.Size))] : [];
        _call = _table.Length > 0 ? withTable!.Value : plain;
    }

    public QseecomRequest For(uint app, ulong epoch, Memory<byte> response) =>
        new(_call, (input, output) => [app, input, (ulong)_request.Length, output, (ulong)response.Length])
        {
            Input = _request,
            Output = response,
            Table = _table,
            App = app,
            Epoch = epoch,
        };

    private static byte[] Patch(ReadOnlyMemory<byte> request, IReadOnlyList<QseecomReference> references)
    {
        var patched = request.ToArray();
        foreach (var (offset, memory) in references)
        {
            if (offset < 0 || offset + (long)sizeof(ulong) > patched.Length) throw Invalid($"The reference at {offset} does not lie in the {patched.Length} bytes of the request");
            BinaryPrimitives.WriteUInt64LittleEndian(patched.AsSpan(offset), memory.Region.PhysicalAddress);
        }
        return patched;
    }

    private static (QseecomCall Plain, QseecomCall? WithTable) Forms(QseecomCommand command) => command switch
    {
        QseecomCommand.Send => (QseecomCall.AppSend, QseecomCall.AppSendWithTable),
        QseecomCommand.GpOpenSession => (QseecomCall.GpOpenSession, QseecomCall.GpOpenSessionWithTable),
        QseecomCommand.GpInvoke => (QseecomCall.GpInvoke, QseecomCall.GpInvokeWithTable),
        QseecomCommand.GpCloseSession => (QseecomCall.GpCloseSession, null),
        QseecomCommand.GpCancel => (QseecomCall.GpCancel, null),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "There is no such command."),
    };

    private static QseecomException Invalid(string reason) => new(QseecomErrno.EINVAL, reason, true, InvocationPhase.Preparing);
}
