namespace MinkActors.Protocol.OpTee;

/// <summary>What OP-TEE says it can do (spec 09 section 9).</summary>
[Flags]
public enum OpTeeCapabilities : uint
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>A static shared area exists.</summary>
    ReservedSharedMemory = 1 << 0,
    /// <summary>Unregistered shared memory.</summary>
    UnregisteredSharedMemory = 1 << 1,
    /// <summary>Shared memory by page list.</summary>
    DynamicSharedMemory = 1 << 2,
    /// <summary>Virtual machines.</summary>
    Virtualization = 1 << 3,
    /// <summary>NULL memory references.</summary>
    NullMemoryReference = 1 << 4,
    /// <summary>Asynchronous notifications; a2 is the largest value.</summary>
    Notifications = 1 << 5,
    /// <summary>An RPC message area behind each message; a3 bits 7:0 is its parameter count.</summary>
    RpcArgument = 1 << 6,
    /// <summary>RPMB probing.</summary>
    RpmbProbe = 1 << 7,
    /// <summary>Static protected memory.</summary>
    ProtectedMemory = 1 << 8,
    /// <summary>Dynamic protected memory.</summary>
    DynamicProtectedMemory = 1 << 9,
}

/// <summary>One exchange of capabilities, and what the mediator lets through.</summary>
/// <param name="Capabilities">OP-TEE's bits.</param>
/// <param name="NotificationMax">a2: the largest notification value.</param>
/// <param name="RpcParameters">a3 bits 7:0.</param>
public readonly record struct CapabilityExchange(OpTeeCapabilities Capabilities, uint NotificationMax, byte RpcParameters)
{
    /// <summary>The largest notification value a driver assumes when none is given.</summary>
    public const uint NotificationMaxDefault = 255;
    /// <summary>The only bit the normal world may announce: it has one processor.</summary>
    public const uint Uniprocessor = 1;
    /// <summary>OP-TEE's bits that pass the mediator, before the static area is dropped (M6).</summary>
    public const OpTeeCapabilities MediatedMask = (OpTeeCapabilities)0x17;

    /// <summary>The bits of a guest that go down to OP-TEE (M6).</summary>
    public static uint Down(uint guestBits) => guestBits & Uniprocessor;

    /// <summary>OP-TEE's bits that reach a guest (M6): the mask, then without the static area.</summary>
    public static OpTeeCapabilities Up(OpTeeCapabilities secure) =>
        secure & MediatedMask & ~OpTeeCapabilities.ReservedSharedMemory;

    /// <summary>The return registers of a direct exchange.</summary>
    public OpTeeRegisters ToRegisters()
    {
        var registers = OpTeeRegisters.Return(OpTeeReturn.Ok);
        registers[1] = (uint)Capabilities;
        registers[2] = NotificationMax;
        registers[3] = RpcParameters;
        return registers;
    }

    /// <summary>Reads the return registers of a direct exchange.</summary>
    public static CapabilityExchange From(in OpTeeRegisters registers) =>
        new((OpTeeCapabilities)registers[1], registers[2], (byte)registers[3]);
}
