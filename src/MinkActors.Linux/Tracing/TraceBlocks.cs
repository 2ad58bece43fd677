using System.Text.Json;
using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Tracing;

/// <summary>The blocks of the ABI in words: what stands in a trace line for each call.</summary>
internal static class TraceBlocks
{
    /// <summary>The block as it is after the call; nothing when the call did not get as far as reading it.</summary>
    public static void Write(Utf8JsonWriter json, uint request, byte[] block, bool isDone)
    {
        if (block.Length == 0) return;
        switch (request)
        {
            case TeeIoctl.ObjectInvoke: Invocation(json, block, isDone); break;
            case TeeIoctl.SupplicantReceive when isDone: Request(json, block); break;
            case TeeIoctl.SupplicantSend: Answer(json, block); break;
            case TeeIoctl.ShmAlloc:
                var data = ShmAllocData.Read(block);
                json.WriteNumber("size", data.Size);
                json.WriteNumber("id", data.Id);
                break;
        }
    }

    public static void Invocation(Utf8JsonWriter json, byte[] bytes, bool isAnswered)
    {
        var block = InvokeBlock.Over(bytes);
        json.WriteString("target", block.Id == TeeLimits.NullObject ? "root" : $"{block.Id}");
        json.WriteNumber("op", block.Operation);
        if (isAnswered) json.WriteNumber("result", block.Result);
        json.WriteStartArray("parameters");
        for (var i = 0; i < block.Count; i++) Parameter(json, block.Raw(i));
        json.WriteEndArray();
    }

    private static void Request(Utf8JsonWriter json, byte[] bytes)
    {
        var block = SupplicantReceiveBlock.Resume(bytes, 0);
        var head = block.Raw(0);
        json.WriteString("target", $"{head.A}");
        json.WriteNumber("op", block.Function);
        json.WriteNumber("request", head.B);
        json.WriteStartArray("parameters");
        for (var i = 1; i < block.Count; i++) Parameter(json, block.Raw(i));
        json.WriteEndArray();
    }

    private static void Answer(Utf8JsonWriter json, byte[] bytes)
    {
        json.WriteNumber("result", BitConverter.ToInt32(bytes));
        var count = Math.Min(BitConverter.ToInt32(bytes, 4), (bytes.Length - SupplicantSendBlock.HeaderBytes) / TeeParameter.SizeBytes);
        if (count < 1) return;
        json.WriteNumber("request", At(bytes, 0).A);
        json.WriteStartArray("parameters");
        for (var i = 1; i < count; i++) Parameter(json, At(bytes, i));
        json.WriteEndArray();
    }

    private static TeeParameter At(byte[] bytes, int index) =>
        TeeParameter.Read(bytes.AsSpan(SupplicantSendBlock.HeaderBytes + (index * TeeParameter.SizeBytes), TeeParameter.SizeBytes));

    private static void Parameter(Utf8JsonWriter json, in TeeParameter parameter)
    {
        json.WriteStartObject();
        json.WriteString("kind", parameter.Kind.ToString());
        switch (parameter.Kind)
        {
            case ParameterKind.ObjrefInput or ParameterKind.ObjrefOutput:
                json.WriteString("object", NameOf(parameter));
                break;
            case ParameterKind.UbufInput or ParameterKind.UbufOutput:
                json.WriteNumber("bytes", parameter.B);
                break;
            default:
                json.WriteNumber("a", parameter.A);
                json.WriteNumber("b", parameter.B);
                json.WriteNumber("c", parameter.C);
                break;
        }

        json.WriteEndObject();
    }

    private static string NameOf(in TeeParameter parameter) => parameter.A == TeeLimits.NullObject ? "null" : (ObjectFlags)parameter.B switch
    {
        var flags when flags.HasFlag(ObjectFlags.User) => $"user {parameter.A}",
        var flags when flags.HasFlag(ObjectFlags.Tee) => $"secure {parameter.A}",
        var flags when flags.HasFlag(ObjectFlags.Memory) => $"memory {parameter.A}",
        _ => "none",
    };
}
