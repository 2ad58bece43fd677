namespace MinkActors.Protocol;

/// <summary>Function ids and register contents of the two calls (doc 02, section 6).</summary>
public static class SmcCall
{
    /// <summary>Direct invocation, 64-bit convention.</summary>
    public const uint InvokeFunctionId = 0x7200_0602;

    /// <summary>Submits a callback reply, 64-bit convention.</summary>
    public const uint CallbackResponseFunctionId = 0x7200_0601;

    /// <summary>Direct invocation, 32-bit convention.</summary>
    public const uint InvokeFunctionId32 = 0x3200_0602;

    /// <summary>Submits a callback reply, 32-bit convention.</summary>
    public const uint CallbackResponseFunctionId32 = 0x3200_0601;

    /// <summary>Four arguments: read-write, value, read-write, value, as the specification numbers them.</summary>
    public const uint InvokeArgumentInfo = 0x224;

    /// <summary>Two arguments: read-write, value.</summary>
    public const uint CallbackResponseArgumentInfo = 0x22;

    /// <summary>Response type: the invocation is complete. Any value but 3 means so.</summary>
    public const ulong Done = 0;

    /// <summary>Response type: a callback request waits in the outbound buffer.</summary>
    public const ulong CallbackRequest = 3;

    /// <summary>Status: no object invocation here.</summary>
    public const long StatusFailed = -1;

    /// <summary>Status: bad argument or size; also the answer to the probe with four zeros.</summary>
    public const long StatusBadArgument = -2;

    /// <summary>Status: bad address.</summary>
    public const long StatusBadAddress = -3;

    /// <summary>Status: not supported.</summary>
    public const long StatusNotSupported = -4;

    /// <summary>Status: no memory.</summary>
    public const long StatusNoMemory = -5;

    /// <summary>Status: busy, to be retried up to <see cref="BusyCallsMax"/> times in all.</summary>
    public const long StatusBusy = -12;

    /// <summary>Status: interrupted, issue again.</summary>
    public const long StatusInterrupted = 1;

    /// <summary>Status: wait, then resume by a separate call.</summary>
    public const long StatusSleep = 2;

    /// <summary>Calls made while the answer is busy, the first included.</summary>
    public const int BusyCallsMax = 22;

    /// <summary>Pause between two of them, in milliseconds.</summary>
    public const int BusyPauseMs = 30;

    /// <summary>Registers of a direct invocation. All four zero is the probe for support.</summary>
    public static SmcRegisters Invoke(ulong inboundAddress, ulong inboundSize, ulong outboundAddress, ulong outboundSize)
    {
        SmcRegisters registers = default;
        Invoke(ref registers, inboundAddress, inboundSize, outboundAddress, outboundSize);
        return registers;
    }

    /// <inheritdoc cref="Invoke(ulong, ulong, ulong, ulong)"/>
    public static void Invoke(ref SmcRegisters registers, ulong inboundAddress, ulong inboundSize, ulong outboundAddress, ulong outboundSize) =>
        registers.Set(InvokeFunctionId, InvokeArgumentInfo, inboundAddress, inboundSize, outboundAddress, outboundSize);

    /// <summary>Registers that submit a callback reply: the same outbound buffer that carried the request.</summary>
    public static SmcRegisters CallbackResponse(ulong outboundAddress, ulong outboundSize)
    {
        SmcRegisters registers = default;
        CallbackResponse(ref registers, outboundAddress, outboundSize);
        return registers;
    }

    /// <inheritdoc cref="CallbackResponse(ulong, ulong)"/>
    public static void CallbackResponse(ref SmcRegisters registers, ulong outboundAddress, ulong outboundSize) =>
        registers.Set(CallbackResponseFunctionId, CallbackResponseArgumentInfo, outboundAddress, outboundSize);

    /// <summary>What the secure side returns when an invocation is complete.</summary>
    public static SmcRegisters Completed(ResultCode result) => new() { X1 = Done, X2 = (uint)result };

    /// <inheritdoc cref="Completed(ResultCode)"/>
    public static void Completed(ref SmcRegisters registers, ResultCode result) => registers.Set(0, Done, (uint)result);

    /// <summary>What the secure side returns when a callback request waits.</summary>
    public static SmcRegisters CallbackWaits() => new() { X1 = CallbackRequest };

    /// <inheritdoc cref="CallbackWaits()"/>
    public static void CallbackWaits(ref SmcRegisters registers) => registers.Set(0, CallbackRequest);

    /// <summary>What the secure side returns when it did not take the call.</summary>
    public static SmcRegisters Failed(long status) => new() { X0 = (ulong)status };

    /// <summary>The argument info word: bits 3 to 0 the number, then two bits for each (0 value, 1 read-only, 2 read-write, 3 buffer value).</summary>
    public static uint ArgumentInfo(params ReadOnlySpan<byte> kinds)
    {
        var info = (uint)kinds.Length & 0xF;
        for (var i = 0; i < kinds.Length; i++) info |= (kinds[i] & 3u) << (4 + 2 * i);
        return info;
    }

    /// <summary>The function id of a yielding call to the trusted OS: convention, owner 50, service and command.</summary>
    public static uint FunctionId(byte service, byte command, bool is64Bit) =>
        (is64Bit ? 1u << 30 : 0) | 50u << 24 | (uint)service << 8 | command;
}
