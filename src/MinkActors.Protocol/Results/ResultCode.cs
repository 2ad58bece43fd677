namespace MinkActors.Protocol;

/// <summary>The result word of an invocation, signed. Every 32-bit value is legal; these have names (doc 01, section 7).</summary>
public enum ResultCode : int
{
    /// <summary>Success. Only with it are outputs looked at.</summary>
    Ok = 0,

    /// <summary>Unspecific failure.</summary>
    Error = 1,

    /// <summary>Request not understood: unknown op, wrong number or size of arguments.</summary>
    Invalid = 2,

    /// <summary>An input buffer is too large.</summary>
    SizeIn = 3,

    /// <summary>Sources differ: an output buffer offered is too small, or too large to be marshalled.</summary>
    SizeOut = 4,

    /// <summary>Memory allocation failed; named by libraries only, and passed on like any positive code.</summary>
    Memory = 5,

    /// <summary>The first code that an interface may define for itself.</summary>
    UserBase = 10,

    /// <summary>The object no longer exists: its process ended or the link is lost.</summary>
    Defunct = -90,

    /// <summary>The calling thread must return to its entry point.</summary>
    Abort = -91,

    /// <summary>Malformed object as target or input.</summary>
    BadObject = -92,

    /// <summary>The caller's table of remote objects is full.</summary>
    NoSlots = -93,

    /// <summary>Too many arguments.</summary>
    MaxArguments = -94,

    /// <summary>Buffers too large together.</summary>
    MaxData = -95,

    /// <summary>Cannot be processed now; a retry may succeed.</summary>
    Unavailable = -96,

    /// <summary>Out of memory outside both domains.</summary>
    KernelMemory = -97,

    /// <summary>A local op was sent to a remote object.</summary>
    Remote = -98,

    /// <summary>The target is busy.</summary>
    Busy = -99,

    /// <summary>The message cannot be authenticated.</summary>
    Authentication = -100,

    /// <summary>The message was replayed.</summary>
    Replay = -101,

    /// <summary>The replay counter is exhausted.</summary>
    MaxReplay = -102,

    /// <summary>A callback invocation timed out.</summary>
    Timeout = -103,
}
