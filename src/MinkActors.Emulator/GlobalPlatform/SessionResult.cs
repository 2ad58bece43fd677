namespace MinkActors.Emulator;

/// <summary>What a GlobalPlatform trusted application answers: a success of the invocation, whatever it says (spec/04 section 9.3).</summary>
public enum SessionResult : uint
{
    /// <summary>Done.</summary>
    Success = 0,
    /// <summary>No better code.</summary>
    GenericError = 0xFFFF0000,
    /// <summary>The client may not.</summary>
    AccessDenied = 0xFFFF0001,
    /// <summary>The client cancelled the operation.</summary>
    Cancelled = 0xFFFF0002,
    /// <summary>Somebody else has it.</summary>
    AccessConflict = 0xFFFF0003,
    /// <summary>More was given than asked for.</summary>
    ExcessData = 0xFFFF0004,
    /// <summary>Data that cannot be read.</summary>
    BadFormat = 0xFFFF0005,
    /// <summary>Parameters of wrong types or outside their memory.</summary>
    BadParameters = 0xFFFF0006,
    /// <summary>Not now.</summary>
    BadState = 0xFFFF0007,
    /// <summary>Not here.</summary>
    ItemNotFound = 0xFFFF0008,
    /// <summary>Nobody wrote it.</summary>
    NotImplemented = 0xFFFF0009,
    /// <summary>It is not offered.</summary>
    NotSupported = 0xFFFF000A,
    /// <summary>Data was expected.</summary>
    NoData = 0xFFFF000B,
    /// <summary>No memory.</summary>
    OutOfMemory = 0xFFFF000C,
    /// <summary>Try later.</summary>
    Busy = 0xFFFF000D,
    /// <summary>The way to it failed.</summary>
    CommunicationError = 0xFFFF000E,
    /// <summary>A fault of security.</summary>
    SecurityError = 0xFFFF000F,
    /// <summary>An output needs more room; its size says how much.</summary>
    ShortBuffer = 0xFFFF0010,
    /// <summary>The application has crashed.</summary>
    TargetDead = 0xFFFF3024,
}

/// <summary>Who said so.</summary>
internal enum SessionOrigin : uint
{
    Tee = 3,
    TrustedApplication = 4,
}
