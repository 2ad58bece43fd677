namespace MinkActors.Protocol;

/// <summary>The unused tail of the outbound buffer, in which the secure side tells which callback ids it gave up (doc 02, section 5).</summary>
public static class AsyncArea
{
    /// <summary>The current protocol: major 1 in the upper half, minor 2 in the lower.</summary>
    public const uint Version = 0x0001_0002;

    /// <summary>The one op there is, all 32 bits: release.</summary>
    public const uint ReleaseOperation = 0xFFFF;

    /// <summary>Version, op and count, in bytes; the ids follow.</summary>
    public const int HeaderSize = 12;

    internal const uint KnownMajor = 1;

    /// <summary>Reading stops when no more bytes than these are left.</summary>
    internal const int TooShort = 8;

    /// <summary>Where the area starts while a callback request is pending: at the end of the message, by the sizes of the request. When an invocation
    /// completes the area is the whole outbound buffer, from 0.</summary>
    public static int StartBehind(ref readonly ArgumentTable callbackRequest) => callbackRequest.PayloadEnd;

    /// <summary>Whether there is nothing to read: the first version word is 0, or there is no room for one. The usual case, told by one look.</summary>
    public static bool IsEmpty(ReadOnlySpan<byte> area) => area.Length < sizeof(uint) || MessageLayout.ReadWord(area, 0) == 0;

    /// <summary>How many ids one release message in <paramref name="bytes"/> bytes can hold; 0 also when there is not even room for its header.</summary>
    public static int IdsThatFit(int bytes) => bytes < HeaderSize ? 0 : (bytes - HeaderSize) / sizeof(uint);
}
