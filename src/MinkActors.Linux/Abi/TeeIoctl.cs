namespace MinkActors.Linux.Abi;

/// <summary>The ioctl numbers of the TEE device. Source: Linux include/uapi/linux/tee.h; spec/03 section 2.</summary>
internal static class TeeIoctl
{
    /// <summary>Bits 15..8 of every number: what the interception filter looks at.</summary>
    public const byte Magic = 0xA4;

    public const uint Version = 0x800CA400;
    public const uint ShmAlloc = 0xC010A401;
    public const uint OpenSession = 0x8010A402;
    public const uint Invoke = 0x8010A403;
    public const uint Cancel = 0x8008A404;
    public const uint CloseSession = 0x8004A405;
    public const uint SupplicantReceive = 0x8010A406;
    public const uint SupplicantSend = 0x8010A407;
    public const uint ShmRegisterDescriptor = 0xC018A408;
    public const uint ShmRegister = 0xC018A409;
    public const uint ObjectInvoke = 0x8010A40A;

    private const uint Read = 2;
    private const uint ReadWrite = 3;

    /// <summary>Composes a number the way the headers do: direction, argument size in bytes, magic, ordinal.</summary>
    public static uint Number(uint direction, uint sizeBytes, byte ordinal) =>
        (direction << 30) | (sizeBytes << 16) | ((uint)Magic << 8) | ordinal;

    /// <summary>Whether bits 15..8 are the TEE magic; says nothing about the rest of the number.</summary>
    public static bool HasMagic(uint number) => ((number >> 8) & 0xFF) == Magic;

    /// <summary>The header's name of a number, or null when the device does not know it.</summary>
    public static string? NameOf(uint number) => number switch
    {
        Version => "TEE_IOC_VERSION",
        ShmAlloc => "TEE_IOC_SHM_ALLOC",
        OpenSession => "TEE_IOC_OPEN_SESSION",
        Invoke => "TEE_IOC_INVOKE",
        Cancel => "TEE_IOC_CANCEL",
        CloseSession => "TEE_IOC_CLOSE_SESSION",
        SupplicantReceive => "TEE_IOC_SUPPL_RECV",
        SupplicantSend => "TEE_IOC_SUPPL_SEND",
        ShmRegisterDescriptor => "TEE_IOC_SHM_REGISTER_FD",
        ShmRegister => "TEE_IOC_SHM_REGISTER",
        ObjectInvoke => "TEE_IOC_OBJECT_INVOKE",
        _ => null,
    };

    internal static bool NumbersFollowTheHeader() =>
        Version == Number(Read, VersionData.SizeBytes, 0)
        && ShmAlloc == Number(ReadWrite, ShmAllocData.SizeBytes, 1)
        && SupplicantReceive == Number(Read, BufferArgument.SizeBytes, 6)
        && SupplicantSend == Number(Read, BufferArgument.SizeBytes, 7)
        && ShmRegisterDescriptor == Number(ReadWrite, ShmRegisterDescriptorData.SizeBytes, 8)
        && ShmRegister == Number(ReadWrite, ShmRegisterData.SizeBytes, 9)
        && ObjectInvoke == Number(Read, BufferArgument.SizeBytes, 10);
}
