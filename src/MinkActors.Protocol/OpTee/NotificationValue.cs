namespace MinkActors.Protocol.OpTee;

/// <summary>One answer of GET_ASYNC_NOTIF_VALUE (spec 09 section 2): a1 value, a2 bit 0 valid, bit 1 another pending.</summary>
/// <param name="Value">0 asks for the bottom half.</param>
/// <param name="IsValid">False: nothing was pending.</param>
/// <param name="IsAnotherPending">Fetch again.</param>
public readonly record struct NotificationValue(uint Value, bool IsValid, bool IsAnotherPending)
{
    /// <summary>The value that stands for no notification but for work: a DO_BOTTOM_HALF is due.</summary>
    public const uint BottomHalf = 0;

    private const uint Valid = 1;
    private const uint Pending = 2;

    /// <summary>The return registers.</summary>
    public OpTeeRegisters ToRegisters()
    {
        var registers = OpTeeRegisters.Return(OpTeeReturn.Ok);
        registers[1] = Value;
        registers[2] = (IsValid ? Valid : 0) | (IsAnotherPending ? Pending : 0);
        return registers;
    }

    /// <summary>Reads the return registers; a refusal has no value.</summary>
    public static NotificationValue From(in OpTeeRegisters registers) => registers[0] == (uint)OpTeeReturn.Ok
        ? new(registers[1], (registers[2] & Valid) != 0, (registers[2] & Pending) != 0)
        : default;
}
