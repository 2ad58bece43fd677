namespace MinkActors.Protocol;

/// <summary>The four kinds, seen from the caller, in the order in which a message holds them.</summary>
public enum ArgumentKind : byte
{
    /// <summary>IB: bytes by value, caller to callee.</summary>
    InputBuffer,

    /// <summary>OB: bytes by value, callee to caller; the caller gives the capacity.</summary>
    OutputBuffer,

    /// <summary>IO: an object or null, caller to callee.</summary>
    InputObject,

    /// <summary>OO: an object or null, callee to caller.</summary>
    OutputObject,
}
