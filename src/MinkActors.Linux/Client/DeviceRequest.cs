using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Client;

/// <summary>One request of the secure world, from its arrival to its answer.</summary>
internal sealed class DeviceRequest(uint id, DeviceAnswers answers) : ICallCarrier
{
    /// <summary>The device's number for it.</summary>
    public uint Id => id;

    public IncomingCall Call { get; } = new();

    /// <summary>One reference, put when it is answered.</summary>
    public MinkObject? Target { get; set; }

    /// <summary>What the secure world is to read.</summary>
    public ResultCode Result { get; private set; }

    /// <summary>Its code may still work on the call, which resets it when it ends: nothing of it is ours any more.</summary>
    public bool IsAbandoned { get; private set; }

    void ICallCarrier.Finished(IncomingCall call)
    {
        IsAbandoned = call.IsAbandoned;
        Answer(call.Result);
    }

    public void Answer(ResultCode result)
    {
        Result = result;
        answers.Add(this);
    }

    /// <summary>Reads what the device wrote, payloads included; false for what no runtime of ours would send.</summary>
    public unsafe bool TryRead(SupplicantReceiveBlock request)
    {
        Span<int> of = stackalloc int[(int)ParameterKind.ObjrefInOut + 1];
        of.Clear();
        for (var i = 1; i < request.Count; i++)
        {
            if (request.Raw(i).Kind > ParameterKind.ObjrefInOut) return false;
            of[(int)request.Raw(i).Kind]++;
        }

        if (!ArgumentCounts.TryCreate(of[(int)ParameterKind.UbufInput], of[(int)ParameterKind.UbufOutput],
            of[(int)ParameterKind.ObjrefInput], of[(int)ParameterKind.ObjrefOutput], out var counts, out _)) return false;
        RequestFrame.Begin(ref Call.Table, counts);
        for (var i = 0; i < counts.InputBuffers + counts.OutputBuffers; i++)
        {
            if (!RequestFrame.TryAddBuffer(ref Call.Table, i, (int)Math.Min(request.Raw(1 + i).B, int.MaxValue / 2), CallbackMessage.MaxBufferSize, out _, out _)) return false;
        }

        var bytes = Call.OwnBytes(Call.Table.PayloadEnd);
        bytes.AsSpan(0, Call.Table.PayloadEnd).Clear();
        for (var i = 0; i < counts.InputBuffers; i++)
        {
            var entry = Call.Table.InputBuffer(i);
            new ReadOnlySpan<byte>((void*)request.Raw(1 + i).A, entry.Size).CopyTo(bytes.AsSpan(entry.Offset));
        }

        var first = 1 + counts.InputBuffers + counts.OutputBuffers;
        for (var i = 0; i < counts.InputObjects; i++) RequestFrame.SetInputObject(ref Call.Table, i, DeviceObjects.FromDevice(request.Raw(first + i)));
        Call.Operation = new Operation(request.Function).Masked;
        return true;
    }
}
