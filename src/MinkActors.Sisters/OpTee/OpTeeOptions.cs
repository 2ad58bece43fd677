using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MinkActors.Actors;

namespace MinkActors.Sisters.OpTee;

/// <summary>How the normal world of an OP-TEE is put together.</summary>
public sealed class OpTeeOptions
{
    internal ActorSystem? Actors { get; private set; }
    internal Func<SecureWorldContext, Action, ISecureWorld>? World { get; private set; }
    internal OpTeeStaticArea? StaticArea { get; private set; }
    internal ISharedMemory? Memory { get; private set; }
    internal Func<ISharedMemory, ISharedMemory> DecorateMemory { get; private set; } = memory => memory;

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

    /// <summary>Where warnings go. Nowhere by default.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>Runs the actors on this engine, which stays the caller's to dispose. Default: a thread-pool engine of the system's own.</summary>
    public OpTeeOptions UseActors(ActorSystem actors)
    {
        Actors = actors;
        return this;
    }

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
        World = make;
        return this;
    }

    /// <summary>Wraps the secure world chosen so far, as fault plans do. Later ones are outermost.</summary>
    public OpTeeOptions WrapSecureWorld(Func<ISecureWorld, SecureWorldContext, ISecureWorld> wrap)
    {
        var inner = World ?? throw new InvalidOperationException("Choose a secure world before wrapping it.");
        World = (context, raise) => wrap(inner(context, raise), context);
        return this;
    }

    /// <summary>Wraps the shared memory, as fault plans do.</summary>
    public OpTeeOptions WrapMemory(Func<ISharedMemory, ISharedMemory> wrap)
    {
        var inner = DecorateMemory;
        DecorateMemory = memory => wrap(inner(memory));
        return this;
    }
}
