using System.Buffers.Binary;
using System.Text;
using MinkActors.Protocol.Qseecom;
using MinkActors.Protocol.Qseecom.Uefi;
using MinkActors.Vectors.Inputs;

namespace MinkActors.Vectors.Qseecom;

/// <summary>uefisecapp messages. Requests and responses are told apart by what stands at offset 8: an offset or a status.</summary>
internal static class UefiImages
{
    private static readonly Guid EfiGlobal = new("8be4df61-93ca-11d2-aa0d-00e098032b8c");

    /// <summary>Endings of names that promise a status.</summary>
    private static readonly (string Ending, EfiStatus Status)[] Promises =
    [
        ("-not-found", EfiStatus.NotFound), ("-end", EfiStatus.NotFound), ("-too-small", EfiStatus.BufferTooSmall),
        ("-write-protected", EfiStatus.WriteProtected), ("-invalid-parameter", EfiStatus.InvalidParameter),
        ("-out-of-resources", EfiStatus.OutOfResources), ("-device-error", EfiStatus.DeviceError), ("-unsupported", EfiStatus.Unsupported),
    ];

    public static string[] NamesOf(Guid guid) =>
        guid == EfiGlobal ? [guid.ToString(), "efi-global"] : guid == Guid.Empty ? [guid.ToString(), "all zero", "nil"] : [guid.ToString()];

    public static bool TryJudge(VectorCase vector, out string? fault)
    {
        fault = null;
        if (vector.Image.Length < 12)
        {
            return false;
        }
        var command = (UefiCommand)Word(vector, 0);
        if (UefiLimits.RequestHeader(command) == 0)
        {
            return false;
        }
        var third = Word(vector, 8);
        var isResponse = command == UefiCommand.QueryVariableInfo ? vector.Image.Length != 12 : third == 0 || third >> 28 != 0;
        fault = isResponse ? Response(vector, command) : Request(vector);
        return true;
    }

    private static string? Request(VectorCase vector)
    {
        var status = UefiRequest.Read(vector.Image, out var request, out var refusal);
        if (status != EfiStatus.Success)
        {
            return $"the app would answer {status}: {refusal}";
        }
        var units = new char[request.Name.Length / 2];
        UefiName.Decode(request.Name, units);
        var facts = new Facts().Number("response_offset", (ulong)QseecomLimits.ResponseOffset(vector.Image.Length)).Prose("note");
        if (request.Command != UefiCommand.QueryVariableInfo)
        {
            facts.Text("name", new string(units)).Text("guid", NamesOf(request.Vendor))
                .Otherwise("guid", units.Length == 0 ? Guid.Empty.ToString() : "efi-global");
        }
        var block = new byte[vector.Image.Length];
        int size;
        switch (request.Command)
        {
            case UefiCommand.GetVariable:
                facts.Number("data_size", request.Capacity);
                status = UefiRequestWriter.TryWriteGet(block, units, request.Vendor, request.Capacity, out size, out refusal);
                break;
            case UefiCommand.SetVariable:
                facts.Number("attributes", (uint)request.Attributes).Text("data", Convert.ToHexStringLower(request.Data));
                status = UefiRequestWriter.TryWriteSet(block, units, request.Vendor, request.Attributes, request.Data, out size, out refusal);
                break;
            case UefiCommand.GetNextVariable:
                facts.Number("name_capacity", request.Capacity);
                status = UefiRequestWriter.TryWriteNext(block, units, request.Vendor, request.Capacity, out size, out refusal);
                break;
            default:
                facts.Number("attributes", (uint)request.Attributes);
                status = UefiRequestWriter.TryWriteQuery(block, request.Attributes, out size, out refusal);
                break;
        }
        return facts.Compare(vector.Inputs) ?? (status == EfiStatus.Success ? vector.Same(block.AsSpan(0, size)) : refusal.ToString());
    }

    private static string? Response(VectorCase vector, UefiCommand command)
    {
        var room = new byte[vector.Image.Length];
        var facts = new Facts().Prose("note");
        int size;
        EfiStatus status;
        QseecomRefusal refusal;
        switch (command)
        {
            case UefiCommand.GetVariable:
                // Room for all there is: these vectors are about the app's answer, not about the caller's capacity.
                var get = UefiResponse.ReadGet(vector.Image, uint.MaxValue);
                (status, refusal) = (get.Status, get.Refusal);
                facts.Number("attributes", (uint)get.Attributes).Number("required", get.Size).Text("data", Convert.ToHexStringLower(get.Data));
                size = status == EfiStatus.Success ? UefiResponseWriter.WriteGet(room, get.Attributes, get.Data)
                    : status == EfiStatus.BufferTooSmall ? UefiResponseWriter.WriteGetTooSmall(room, get.Attributes, get.Size)
                    : UefiResponseWriter.WriteStatus(room, command, status);
                break;
            case UefiCommand.SetVariable:
                var set = UefiResponse.ReadSet(vector.Image);
                (status, refusal) = (set.Status, set.Refusal);
                size = UefiResponseWriter.WriteStatus(room, command, status);
                break;
            case UefiCommand.GetNextVariable:
                var next = UefiResponse.ReadNext(vector.Image, uint.MaxValue);
                (status, refusal) = (next.Status, next.Refusal);
                facts.Text("name", Encoding.Unicode.GetString(next.Name)).Text("guid", NamesOf(next.Vendor)).Number("required_name_size", next.Size);
                if (status == EfiStatus.Success)
                {
                    facts.Otherwise("guid", "efi-global");
                }
                size = status == EfiStatus.Success ? UefiResponseWriter.WriteNext(room, next.Vendor, next.Name)
                    : status == EfiStatus.BufferTooSmall ? UefiResponseWriter.WriteNextTooSmall(room, next.Size)
                    : UefiResponseWriter.WriteStatus(room, command, status);
                break;
            default:
                var query = UefiResponse.ReadQuery(vector.Image);
                (status, refusal) = (query.Status, query.Refusal);
                facts.Number("storage", query.Space.Storage).Number("remaining", query.Space.Remaining).Number("max_variable", query.Space.VariableMax);
                size = status == EfiStatus.Success
                    ? UefiResponseWriter.WriteQuery(room, query.Space.Storage, query.Space.Remaining, query.Space.VariableMax)
                    : UefiResponseWriter.WriteStatus(room, command, status);
                break;
        }
        facts.Number("status", (uint)status).Number("status32", (uint)status);
        return (refusal.IsNone ? null : $"the client would report {status}: {refusal}")
            ?? facts.Compare(vector.Inputs) ?? Promised(vector.Name, status) ?? vector.Same(room.AsSpan(0, size));
    }

    private static string? Promised(string name, EfiStatus status)
    {
        foreach (var (ending, promised) in Promises)
        {
            if (name.EndsWith(ending, StringComparison.Ordinal) && promised != status)
            {
                return $"the name promises {promised}, the image has {status}";
            }
        }
        return null;
    }

    private static uint Word(VectorCase vector, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(vector.Image.AsSpan(offset));
}
