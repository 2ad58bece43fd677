namespace MinkActors.Protocol.OpTee;

/// <summary>The a0 of an OP-TEE call (spec 09 section 2): fast 31, owner 29:24, function 15:0; bit 30 is clear.</summary>
public readonly record struct OpTeeFunctionId(uint Value)
{
    private const byte TrustedOs = 50;
    private const byte ApiQueries = 63;

    /// <summary>Resumes a suspended thread.</summary>
    public static OpTeeFunctionId ReturnFromRpc => Standard(3);
    /// <summary>a1:a2 address of the message, a3 cache setting.</summary>
    public static OpTeeFunctionId CallWithArg => Standard(4);
    /// <summary>As <see cref="CallWithArg"/>; an RPC message area follows the message.</summary>
    public static OpTeeFunctionId CallWithRpcArg => Standard(18);
    /// <summary>a1:a2 cookie, a3 offset of the message in that object.</summary>
    public static OpTeeFunctionId CallWithRegisteredArg => Standard(19);
    /// <summary>Number of calls.</summary>
    public static OpTeeFunctionId CallsCount => Of(true, ApiQueries, 0xFF00);
    /// <summary>Who speaks this protocol.</summary>
    public static OpTeeFunctionId CallsUid => Of(true, ApiQueries, 0xFF01);
    /// <summary>Which revision of the protocol.</summary>
    public static OpTeeFunctionId CallsRevision => Of(true, ApiQueries, 0xFF03);
    /// <summary>UUID of the OS.</summary>
    public static OpTeeFunctionId GetOsUuid => Fast(0);
    /// <summary>Version of the OS.</summary>
    public static OpTeeFunctionId GetOsRevision => Fast(1);
    /// <summary>The static shared memory.</summary>
    public static OpTeeFunctionId GetSharedMemoryConfig => Fast(7);
    /// <summary>Cache controller mutex; not implemented.</summary>
    public static OpTeeFunctionId CacheControllerMutex => Fast(8);
    /// <summary>Capabilities.</summary>
    public static OpTeeFunctionId ExchangeCapabilities => Fast(9);
    /// <summary>Gives cached RPC buffers back.</summary>
    public static OpTeeFunctionId DisableSharedMemoryCache => Fast(10);
    /// <summary>Lets OP-TEE keep RPC buffers.</summary>
    public static OpTeeFunctionId EnableSharedMemoryCache => Fast(11);
    /// <summary>Not implemented.</summary>
    public static OpTeeFunctionId BootSecondary => Fast(12);
    /// <summary>Announces a virtual machine.</summary>
    public static OpTeeFunctionId VmCreated => Fast(13);
    /// <summary>Ends a virtual machine.</summary>
    public static OpTeeFunctionId VmDestroyed => Fast(14);
    /// <summary>Number of threads.</summary>
    public static OpTeeFunctionId GetThreadCount => Fast(15);
    /// <summary>Switches notifications on.</summary>
    public static OpTeeFunctionId EnableNotifications => Fast(16);
    /// <summary>Fetches one notification.</summary>
    public static OpTeeFunctionId GetNotificationValue => Fast(17);
    /// <summary>The static protected memory.</summary>
    public static OpTeeFunctionId GetProtectedMemoryConfig => Fast(20);

    /// <summary>True when answered from registers, without a thread.</summary>
    public bool IsFast => (Value & (1u << 31)) != 0;
    /// <summary>Owner, 6 bits.</summary>
    public byte Owner => (byte)((Value >> 24) & 0x3F);
    /// <summary>Function number, 16 bits.</summary>
    public ushort Function => (ushort)Value;
    /// <summary>False when a bit is set that must be clear (30 and 23:16).</summary>
    public bool IsWellFormed => (Value & 0x40FF_0000) == 0;
    /// <summary>True for the three calls that carry a message.</summary>
    public bool CarriesMessage => this == CallWithArg || this == CallWithRpcArg || this == CallWithRegisteredArg;

    /// <summary>Composes an id.</summary>
    public static OpTeeFunctionId Of(bool fast, byte owner, ushort function) =>
        new((fast ? 1u << 31 : 0) | ((uint)(owner & 0x3F) << 24) | function);

    private static OpTeeFunctionId Standard(ushort function) => Of(false, TrustedOs, function);

    private static OpTeeFunctionId Fast(ushort function) => Of(true, TrustedOs, function);

    /// <inheritdoc/>
    public override string ToString() => $"0x{Value:X8}";
}
