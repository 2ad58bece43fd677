namespace MinkActors.Protocol.Qseecom.Uefi;

/// <summary>The commands of uefisecapp. Other values are possible in a message.</summary>
public enum UefiCommand : uint
{
    /// <summary>Read one variable.</summary>
    GetVariable = 0x8000,
    /// <summary>Create, change, append to or delete one variable.</summary>
    SetVariable = 0x8001,
    /// <summary>Name the variable behind a given one.</summary>
    GetNextVariable = 0x8002,
    /// <summary>Ask for storage sizes.</summary>
    QueryVariableInfo = 0x8003,
}

/// <summary>Names and sizes that all commands share (spec 08 section 11).</summary>
public static class UefiLimits
{
    /// <summary>Most UTF-16 units of a name, terminator included.</summary>
    public const int NameUnitsMax = 1024;
    /// <summary>Most bytes of a name, terminator included.</summary>
    public const int NameSizeMax = 2 * NameUnitsMax;
    /// <summary>Bytes of a vendor GUID.</summary>
    public const int GuidSize = 16;
    /// <summary>Client memory: the pool starts with this many bytes and doubles.</summary>
    public const int ClientMemoryStart = 4 * 1024;
    /// <summary>Client memory never grows beyond this; a command that does not fit is out of resources.</summary>
    public const int ClientMemoryMax = 256 * 1024;

    /// <summary>Bytes of the fixed part of a request; 0 for an unknown command.</summary>
    public static int RequestHeader(UefiCommand command) => command switch
    {
        UefiCommand.GetVariable => 28,
        UefiCommand.SetVariable => 36,
        UefiCommand.GetNextVariable => 24,
        UefiCommand.QueryVariableInfo => 12,
        _ => 0,
    };

    /// <summary>Bytes of the fixed part of a response; an unknown command is answered with 20 bytes.</summary>
    public static int ResponseHeader(UefiCommand command) => command switch
    {
        UefiCommand.GetVariable => 24,
        UefiCommand.GetNextVariable => 28,
        UefiCommand.QueryVariableInfo => 40,
        _ => 20,
    };

    /// <summary>Bytes of the response buffer that belongs to a request.</summary>
    /// <param name="command">A known command.</param>
    /// <param name="capacity">The caller's room: for data in a get, for the name in a next, in bytes.</param>
    public static long ResponseSize(UefiCommand command, uint capacity) => command switch
    {
        UefiCommand.GetVariable => 24L + capacity,
        UefiCommand.GetNextVariable => 28L + GuidSize + (capacity & ~1u),
        _ => ResponseHeader(command),
    };

    internal static long Align4(long offset) => (offset + 3) & ~3L;
}
