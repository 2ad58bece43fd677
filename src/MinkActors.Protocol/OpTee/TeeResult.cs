namespace MinkActors.Protocol.OpTee;

/// <summary>GlobalPlatform result codes in a message (spec 09 section 3). Other values are possible.</summary>
public enum TeeResult : uint
{
    /// <summary>Done.</summary>
    Success = 0,
    /// <summary>Unspecified failure; also what an ignored RPC request reports.</summary>
    Generic = 0xFFFF_0000,
    /// <summary>Refused by policy.</summary>
    AccessDenied = 0xFFFF_0001,
    /// <summary>Cancelled.</summary>
    Cancel = 0xFFFF_0002,
    /// <summary>Overlap; protected memory's CONFLICT.</summary>
    AccessConflict = 0xFFFF_0003,
    /// <summary>A parameter is wrong.</summary>
    BadParameters = 0xFFFF_0006,
    /// <summary>No such thing.</summary>
    ItemNotFound = 0xFFFF_0008,
    /// <summary>Not implemented.</summary>
    NotImplemented = 0xFFFF_0009,
    /// <summary>Not supported.</summary>
    NotSupported = 0xFFFF_000A,
    /// <summary>No memory.</summary>
    OutOfMemory = 0xFFFF_000C,
    /// <summary>In use.</summary>
    Busy = 0xFFFF_000D,
    /// <summary>The path failed.</summary>
    Communication = 0xFFFF_000E,
    /// <summary>Out of bounds of what may be touched.</summary>
    Security = 0xFFFF_000F,
    /// <summary>Room too small; the needed size is in the parameter.</summary>
    ShortBuffer = 0xFFFF_0010,
    /// <summary>The trusted application died.</summary>
    TargetDead = 0xFFFF_3024,
    /// <summary>No storage left; protected memory's NO_SLOT.</summary>
    StorageNoSpace = 0xFFFF_3041,
}

/// <summary>Who produced a result.</summary>
public enum TeeOrigin : uint
{
    /// <summary>Nobody yet.</summary>
    None = 0,
    /// <summary>The client library.</summary>
    Api = 1,
    /// <summary>The path.</summary>
    Comms = 2,
    /// <summary>The OS.</summary>
    Tee = 3,
    /// <summary>The trusted application.</summary>
    TrustedApplication = 4,
}

/// <summary>How a client shows who it is when it opens a session.</summary>
public enum TeeLogin : uint
{
    /// <summary>Anybody; the client UUID is nil.</summary>
    Public = 0,
    /// <summary>A user.</summary>
    User = 1,
    /// <summary>A group.</summary>
    Group = 2,
    /// <summary>An application.</summary>
    Application = 4,
    /// <summary>Application and user.</summary>
    ApplicationUser = 5,
    /// <summary>Application and group.</summary>
    ApplicationGroup = 6,
    /// <summary>The kernel; the client UUID is nil.</summary>
    Kernel = 0x8000_0000,
}

/// <summary>Knows the logins that exist.</summary>
public static class TeeLogins
{
    /// <summary>False for a number that is no login.</summary>
    public static bool IsKnown(ulong login) => login is 0 or 1 or 2 or 4 or 5 or 6 or 0x8000_0000;
}
