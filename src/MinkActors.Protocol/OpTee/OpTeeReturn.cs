namespace MinkActors.Protocol.OpTee;

/// <summary>The a0 of a return that is not an RPC (spec 09 section 3). Other values are possible.</summary>
public enum OpTeeReturn : uint
{
    /// <summary>Completed; the outcome is in the message.</summary>
    Ok = 0,
    /// <summary>No thread free; nothing else changed; try again when a call ends.</summary>
    ThreadLimit = 1,
    /// <summary>Busy.</summary>
    Busy = 2,
    /// <summary>The resume information is wrong.</summary>
    Resume = 3,
    /// <summary>The message address is wrong.</summary>
    BadAddress = 4,
    /// <summary>The command or standard function is unknown.</summary>
    BadCommand = 5,
    /// <summary>No memory.</summary>
    NoMemory = 6,
    /// <summary>Not available.</summary>
    NotAvailable = 7,
    /// <summary>The function is unknown, or the mediator does not handle it. Looks like an RPC and is none.</summary>
    UnknownFunction = 0xFFFF_FFFF,
}

/// <summary>The functions of an RPC return (spec 09 section 7). Other values are resumed unchanged.</summary>
public enum OpTeeRpcFunction : ushort
{
    /// <summary>Memory for one RPC message.</summary>
    Allocate = 0,
    /// <summary>Gives that memory back.</summary>
    Free = 2,
    /// <summary>A normal-world interrupt is pending.</summary>
    ForeignInterrupt = 4,
    /// <summary>A command in an RPC message.</summary>
    Command = 5,
}

/// <summary>Tells RPC returns from completed calls.</summary>
public static class OpTeeReturnWord
{
    private const uint Prefix = 0xFFFF_0000;

    /// <summary>True when a0 asks for help; a call is complete when its return is not an RPC.</summary>
    public static bool IsRpc(uint a0, out OpTeeRpcFunction function)
    {
        var isRpc = a0 != (uint)OpTeeReturn.UnknownFunction && (a0 & Prefix) == Prefix;
        function = isRpc ? (OpTeeRpcFunction)(a0 & 0xFFFF) : default;
        return isRpc;
    }

    /// <summary>The a0 of an RPC return. 0xFFFF is not a function: its word would end the call.</summary>
    public static uint Rpc(OpTeeRpcFunction function) => Prefix | (ushort)function;
}
