namespace MinkActors.Protocol.Qseecom.Uefi;

/// <summary>A status as uefisecapp writes it: class in bits 31:28, code below (spec 08 section 11). Other values are possible.</summary>
public enum EfiStatus : uint
{
    /// <summary>Done.</summary>
    Success = 0,
    /// <summary>A field of the request is wrong.</summary>
    InvalidParameter = 0x8000_0002,
    /// <summary>The command or an attribute is not known here.</summary>
    Unsupported = 0x8000_0003,
    /// <summary>The answer tells the size that is needed.</summary>
    BufferTooSmall = 0x8000_0005,
    /// <summary>No client is registered.</summary>
    NotReady = 0x8000_0006,
    /// <summary>The path failed, or the answer makes no sense.</summary>
    DeviceError = 0x8000_0007,
    /// <summary>The client may only read.</summary>
    WriteProtected = 0x8000_0008,
    /// <summary>No storage or no client memory left.</summary>
    OutOfResources = 0x8000_0009,
    /// <summary>No such variable, or no next one.</summary>
    NotFound = 0x8000_000E,
    /// <summary>Aborted.</summary>
    Aborted = 0x8000_0015,
    /// <summary>Refused by a security policy.</summary>
    SecurityViolation = 0x8000_001A,
}

/// <summary>Width and error mapping of <see cref="EfiStatus"/>.</summary>
public static class EfiStatusMapping
{
    /// <summary>The 64-bit EFI status: the class moves to the top four bits.</summary>
    public static ulong ToEfi64(this EfiStatus status) =>
        ((ulong)((uint)status & 0xF000_0000) << 32) | ((uint)status & 0x0FFF_FFFF);

    /// <summary>Reads a 64-bit EFI status; false when bits between class and code are set.</summary>
    public static bool TryFromEfi64(ulong value, out EfiStatus status)
    {
        status = (EfiStatus)((uint)(value >> 32) & 0xF000_0000 | (uint)value & 0x0FFF_FFFF);
        return status.ToEfi64() == value;
    }

    /// <summary>The error number of a status, positive.</summary>
    public static QseecomErrno ToErrno(this EfiStatus status) => status switch
    {
        EfiStatus.Success => QseecomErrno.Ok,
        EfiStatus.DeviceError => QseecomErrno.EIO,
        EfiStatus.WriteProtected => QseecomErrno.EROFS,
        EfiStatus.OutOfResources => QseecomErrno.ENOSPC,
        EfiStatus.NotFound => QseecomErrno.ENOENT,
        EfiStatus.Aborted => QseecomErrno.EINTR,
        EfiStatus.SecurityViolation => QseecomErrno.EACCES,
        _ => QseecomErrno.EINVAL,
    };
}

/// <summary>Attributes of a variable (spec 08, E5).</summary>
[Flags]
public enum EfiAttributes : uint
{
    /// <summary>In a set: delete the variable.</summary>
    None = 0,
    /// <summary>Survives a restart.</summary>
    NonVolatile = 1,
    /// <summary>Visible to boot services.</summary>
    BootService = 2,
    /// <summary>Visible at run time; only together with <see cref="BootService"/>.</summary>
    Runtime = 4,
    /// <summary>Hardware error record; unsupported here.</summary>
    HardwareError = 8,
    /// <summary>Authenticated write; unsupported here.</summary>
    AuthenticatedWrite = 0x10,
    /// <summary>Time-based authenticated write; unsupported here.</summary>
    TimeAuthenticatedWrite = 0x20,
    /// <summary>In a set: join the data to what is there. Never stored.</summary>
    Append = 0x40,
}
