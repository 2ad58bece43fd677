namespace MinkActors.Protocol.OpTee;

/// <summary>
/// Builds the RPC messages of spec 09 section 7 and the answers the driver gives. A request is sent with result GENERIC, so
/// that one nobody serves has failed. Each builder returns the bytes written, 0 for no room.
/// </summary>
public static class OpTeeRpcMessages
{
    /// <summary>Parameters an RPC message can have.</summary>
    public const int ParametersMax = 4;

    /// <summary>Any request.</summary>
    public static int Request(Span<byte> image, OpTeeRpcCommand command, ReadOnlySpan<OpTeeParameter> parameters)
    {
        if (parameters.Length > ParametersMax)
        {
            return 0;
        }
        var header = new OpTeeHeader((uint)command, 0, 0, 0, TeeResult.Generic, TeeOrigin.None, (uint)parameters.Length);
        return OpTeeMessage.TryWrite(image, header, parameters, out _) ? (int)OpTeeMessage.SizeOf(header.Parameters) : 0;
    }

    /// <summary>LOAD_TA; a <paramref name="buffer"/> at address 0 asks for the size.</summary>
    public static int LoadApplication(Span<byte> image, in Guid application, in OpTeeParameter buffer) =>
        Request(image, OpTeeRpcCommand.LoadTrustedApplication,
            [OpTeeParameter.UuidValue(OpTeeAttribute.Of(OpTeeParameterType.ValueInput), application), buffer]);

    /// <summary>GET_TIME.</summary>
    public static int GetTime(Span<byte> image) =>
        Request(image, OpTeeRpcCommand.GetTime, [OpTeeParameter.Value(OpTeeParameterType.ValueOutput)]);

    /// <summary>NOTIFICATION, waiting; a timeout of 0 waits for ever.</summary>
    public static int WaitNotification(Span<byte> image, ulong value, ulong timeoutMs) =>
        Request(image, OpTeeRpcCommand.Notification, [OpTeeParameter.Value(OpTeeParameterType.ValueInput, 0, value, timeoutMs)]);

    /// <summary>NOTIFICATION, sending.</summary>
    public static int SendNotification(Span<byte> image, ulong value) =>
        Request(image, OpTeeRpcCommand.Notification, [OpTeeParameter.Value(OpTeeParameterType.ValueInput, 1, value)]);

    /// <summary>SUSPEND.</summary>
    public static int Suspend(Span<byte> image, ulong milliseconds) =>
        Request(image, OpTeeRpcCommand.Suspend, [OpTeeParameter.Value(OpTeeParameterType.ValueInput, milliseconds)]);

    /// <summary>SHM_ALLOC.</summary>
    public static int AllocateShared(Span<byte> image, OpTeeSharedMemoryKind kind, ulong size, ulong alignment) =>
        Request(image, OpTeeRpcCommand.SharedMemoryAllocate,
            [OpTeeParameter.Value(OpTeeParameterType.ValueInput, (ulong)kind, size, alignment)]);

    /// <summary>SHM_FREE.</summary>
    public static int FreeShared(Span<byte> image, OpTeeSharedMemoryKind kind, ulong cookie) =>
        Request(image, OpTeeRpcCommand.SharedMemoryFree, [OpTeeParameter.Value(OpTeeParameterType.ValueInput, (ulong)kind, cookie)]);

    /// <summary>Answers any request with a result only; parameters stay as they are.</summary>
    public static void Answer(Span<byte> image, TeeResult result, TeeOrigin origin = TeeOrigin.None) =>
        OpTeeMessage.WriteOutcome(image, result, origin);

    /// <summary>Answers GET_TIME; a shape other than one value-output is BAD_PARAMETERS.</summary>
    public static TeeResult AnswerTime(Span<byte> image, in OpTeeHeader header, ulong seconds, ulong nanoseconds)
    {
        var result = TeeResult.BadParameters;
        if (Single(image, header, OpTeeParameterType.ValueOutput, out var parameter))
        {
            result = TeeResult.Success;
            OpTeeMessage.WriteParameter(image, 0, parameter with { A = seconds, B = nanoseconds });
        }
        Answer(image, result);
        return result;
    }

    /// <summary>Answers SHM_ALLOC with a page list or, if not <paramref name="byPageList"/>, with contiguous memory.</summary>
    public static void AnswerAllocate(Span<byte> image, ulong address, ulong size, ulong cookie, bool byPageList)
    {
        OpTeeMessage.WriteParameter(image, 0,
            OpTeeParameter.Temporary(OpTeeParameterType.TemporaryOutput, address, size, cookie, byPageList));
        OpTeeMessage.WriteParameterCount(image, 1);
        Answer(image, TeeResult.Success, TeeOrigin.Comms);
    }

    /// <summary>NOTIFICATION, SUSPEND, SHM_FREE: exactly one value-input.</summary>
    public static bool TryReadValue(ReadOnlySpan<byte> image, in OpTeeHeader header, out OpTeeParameter value) =>
        Single(image, header, OpTeeParameterType.ValueInput, out value);

    /// <summary>SHM_ALLOC: a value-input first, none of the further parameters used, a kind the normal world serves.</summary>
    public static bool TryReadAllocate(ReadOnlySpan<byte> image, in OpTeeHeader header, out OpTeeSharedMemoryKind kind, out ulong size,
        out ulong alignment, out OpTeeRefusal refusal)
    {
        (kind, size, alignment) = (default, 0, 0);
        if (header.Parameters is 0 or > ParametersMax)
        {
            refusal = new(OpTeeField.ParameterCount, 0, header.Parameters, ParametersMax);
            return false;
        }
        for (var i = 0; i < header.Parameters; i++)
        {
            var expected = OpTeeAttribute.Of(i == 0 ? OpTeeParameterType.ValueInput : OpTeeParameterType.None);
            var found = OpTeeMessage.ReadParameter(image, i).Attribute;
            if (found != expected)
            {
                refusal = new(OpTeeField.Attribute, i, (long)found.Word, (long)expected.Word);
                return false;
            }
        }
        var value = OpTeeMessage.ReadParameter(image, 0);
        if (value.A > (ulong)OpTeeSharedMemoryKind.Kernel)
        {
            refusal = new(OpTeeField.Value, 0, (long)value.A, (long)OpTeeSharedMemoryKind.Kernel);
            return false;
        }
        (kind, size, alignment) = ((OpTeeSharedMemoryKind)value.A, value.B, value.C);
        refusal = default;
        return true;
    }

    private static bool Single(ReadOnlySpan<byte> image, in OpTeeHeader header, OpTeeParameterType type, out OpTeeParameter parameter)
    {
        parameter = header.Parameters == 1 ? OpTeeMessage.ReadParameter(image, 0) : default;
        return header.Parameters == 1 && parameter.Attribute == OpTeeAttribute.Of(type);
    }
}
