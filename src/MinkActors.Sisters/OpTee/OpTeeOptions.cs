namespace MinkActors.Sisters.OpTee;

/// <summary>How the normal world of an OP-TEE is put together.</summary>
public sealed class OpTeeOptions : SystemOptions<OpTeeOptions>
{
    private Func<SecureWorldContext, Action, ISecureWorld>? _makeWorld;

    internal OpTeeStaticArea? StaticArea { get; private set; }
    internal ISharedMemory? Memory { get; private set; }

    /// <summary>The bounds. Slots are bounded further by the threads that OP-TEE says it has.</summary>
    public SisterLimits Limits { get; set; } = new() { Slots = 16 };

    /// <summary>Bytes of shared memory, when none is given by <see cref="UseMemory"/>.</summary>
    public long MemoryBudget { get; set; } = 1L << 30;

    /// <summary>Bytes that OP-TEE may hold by RPC at once, all calls together; beyond it an allocation fails (spec/11 I-15).</summary>
    public long RpcMemoryMax { get; set; } = 64L << 20;

    /// <summary>The largest notification value served, whatever OP-TEE says it may use; a larger one is refused BAD_PARAMETERS.</summary>
    public uint NotificationMax { get; set; } = ushort.MaxValue;

    /// <summary>How long a stop waits for OP-TEE to end its calls before it lists them and ends.</summary>
    public TimeSpan StopDeadline { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Cancelled when what is on the other side is gone for good, as a guest that is destroyed: waiting callers are let go,
    /// and waits that OP-TEE has asked for end.</summary>
    public CancellationToken Lifetime { get; set; }

    /// <summary>Serves the RPC commands that the driver does not know: files, application images, sockets. Null: they end COMMUNICATION.</summary>
    public IOpTeeSupplicant? Supplicant { get; set; }

    /// <summary>Shares memory out of this instead of an emulated physical memory of its own, as a guest does.</summary>
    public OpTeeOptions UseMemory(ISharedMemory memory)
    {
        Memory = memory;
        return this;
    }

    /// <summary>Names the static shared area of this machine. It is used when OP-TEE names it too and cannot share memory by page lists.</summary>
    public OpTeeOptions UseStaticArea(OpTeeStaticArea area)
    {
        StaticArea = area;
        return this;
    }

    /// <summary>Says what the other side is. Required.</summary>
    public OpTeeOptions UseSecureWorld(Func<SecureWorldContext, ISecureWorld> make) => UseSecureWorld((context, _) => make(context));

    /// <summary>Says what the other side is, and hands it the interrupt of its asynchronous notifications.</summary>
    /// <param name="make">Given the engine and memory, and what raises the interrupt: any thread, any number of times.</param>
    public OpTeeOptions UseSecureWorld(Func<SecureWorldContext, Action, ISecureWorld> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        _makeWorld = make;
        return WorldChosen();
    }

    internal ISecureWorld MakeWorld(SecureWorldContext context, Action raise) => Wrapped(_makeWorld!(context, raise), context);
}
