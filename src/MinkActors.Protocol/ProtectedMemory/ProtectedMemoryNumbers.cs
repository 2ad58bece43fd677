namespace MinkActors.Protocol.ProtectedMemory;

/// <summary>Operations of a provider (spec 10 section 5).</summary>
public enum ProtectedMemoryOperation : uint
{
    /// <summary>Slots, pools, limits.</summary>
    GetInfo = 0,
    /// <summary>Minimum size, alignment, attributes of a use case.</summary>
    GetUseCaseConfig = 1,
    /// <summary>Protects a range.</summary>
    Protect = 2,
    /// <summary>Ends a protection.</summary>
    Unprotect = 3,
    /// <summary>Allocates from a pool.</summary>
    Allocate = 4,
    /// <summary>Frees an allocation.</summary>
    Free = 5,
    /// <summary>Lists the segments of an allocation.</summary>
    GetSegments = 6,
    /// <summary>Grants a device.</summary>
    Grant = 7,
    /// <summary>Revokes a grant.</summary>
    Revoke = 8,
    /// <summary>Describes a region.</summary>
    QueryRegion = 9,
    /// <summary>Device id of a compatible string.</summary>
    ResolveDevice = 10,
    /// <summary>Holds a region.</summary>
    AddReference = 11,
    /// <summary>Lets it go.</summary>
    DropReference = 12,
}

/// <summary>What memory is protected for.</summary>
public enum ProtectedUseCase : uint
{
    /// <summary>Not protected; never a request.</summary>
    None = 0,
    /// <summary>Secure video playback.</summary>
    SecureVideoPlayback = 1,
    /// <summary>Trusted user interface.</summary>
    TrustedUserInterface = 2,
    /// <summary>Secure video recording.</summary>
    SecureVideoRecording = 3,
}

/// <summary>Permission bits of memory objects; a device never gets execute.</summary>
[Flags]
public enum ProtectedRights : uint
{
    /// <summary>Nothing; refused in a grant.</summary>
    None = 0,
    /// <summary>Execute.</summary>
    Execute = 1,
    /// <summary>Write.</summary>
    Write = 2,
    /// <summary>Read.</summary>
    Read = 4,
    /// <summary>Read and write.</summary>
    ReadWrite = 6,
}

/// <summary>State of a region (spec 10 section 9).</summary>
public enum ProtectedRegionState : uint
{
    /// <summary>Ordinary memory.</summary>
    Free = 0,
    /// <summary>Being scrubbed before the first grant.</summary>
    Protecting = 1,
    /// <summary>Protected.</summary>
    Protected = 2,
    /// <summary>Waiting for references and the last scrub.</summary>
    Releasing = 3,
}

/// <summary>Transports that carry a provider.</summary>
[Flags]
public enum ProtectedMemoryCarriers : uint
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>OP-TEE invocations.</summary>
    OpTee = 1,
    /// <summary>Mink objects.</summary>
    Mink = 2,
    /// <summary>QSEECOM messages.</summary>
    Qseecom = 4,
}

/// <summary>Flags of <see cref="ProtectedMemoryOperation.Unprotect"/> and <see cref="ProtectedMemoryOperation.Free"/>.</summary>
[Flags]
public enum ReleaseFlags : uint
{
    /// <summary>Wait for remaining references.</summary>
    Wait = 0,
    /// <summary>BUSY when references remain.</summary>
    RefuseIfReferenced = 1,
    /// <summary>Answer now, release later. Not together with <see cref="RefuseIfReferenced"/>.</summary>
    InBackground = 2,
}

/// <summary>Fixed numbers of the service.</summary>
public static class ProtectedMemoryLimits
{
    /// <summary>Default granule in bytes.</summary>
    public const int Granule = 4096;
    /// <summary>Default slots.</summary>
    public const int Slots = 8;
    /// <summary>Default grants per region.</summary>
    public const int GrantsMax = 16;
    /// <summary>Segments of one allocation.</summary>
    public const int SegmentsMax = 16;
    /// <summary>Bytes of a device's compatible string.</summary>
    public const int CompatibleSizeMax = 63;
    /// <summary>API 1.0 as major &lt;&lt; 16 | minor.</summary>
    public const uint Api = 1 << 16;
    /// <summary>Capability number of protected memory in the directory.</summary>
    public const uint Capability = 1;
    /// <summary>Flag of Protect: the range is relative to an object (Mink only).</summary>
    public const uint ByObject = 2;
    /// <summary>Flag of Allocate: several segments are allowed.</summary>
    public const uint SeveralSegments = 4;
    /// <summary>Directory's operation that finds a provider.</summary>
    public const uint QueryProvider = 0;
    /// <summary>Directory's Mink uid.</summary>
    public const uint DirectoryUid = 0x4D41_0002;
    /// <summary>Directory's QSEECOM app.</summary>
    public const string DirectoryApp = "minkactors.directory";

    /// <summary>Directory's OP-TEE UUID: the only one compiled into clients.</summary>
    public static Guid Directory => new("365540d7-697f-5fcf-9362-789f5553ece5");
}
