namespace MinkActors.Linux.Abi;

/// <summary>The bounds and fixed words of the device ABI (spec/03 sections 3 to 8).</summary>
internal static class TeeLimits
{
    /// <summary>Largest buf_len, header included.</summary>
    public const int BlockBytesMax = 4096;

    /// <summary>Most parameters an object invocation may carry.</summary>
    public const int InvokeParametersMax = 64;

    /// <summary>Most parameters of one kind: 15 is what the wire's 4-bit counts hold; the merged driver lets 16 wrap to 0.</summary>
    public const int ParametersOfOneKindMax = 15;

    /// <summary>Multiple on which the receive buffer starts and payloads in it are placed, in bytes.</summary>
    public const int ReceiveAlignmentBytes = 8;

    /// <summary>The null object as an id; as an invoke target, the root object.</summary>
    public const ulong NullObject = ulong.MaxValue;

    /// <summary>Operation that gives up an id, and func of a release notice.</summary>
    public const uint ReleaseOperation = 0xFFFF;

    /// <summary>Operation that a client may not send at all.</summary>
    public const uint RetainOperation = 0xFFFE;
}
