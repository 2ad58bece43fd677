using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MinkActors.Actors;

namespace MinkActors;

/// <summary>How a system is put together.</summary>
public sealed class MinkOptions
{
    internal ActorSystem? Actors { get; private set; }
    internal bool OwnsActors { get; private set; }
    internal Func<SecureWorldContext, ISecureWorld>? World { get; private set; }
    internal Func<ISharedMemory, ISharedMemory> DecorateMemory { get; private set; } = memory => memory;

    /// <summary>The bounds of the normal world.</summary>
    public MinkLimits Limits { get; set; } = new();

    /// <summary>Bytes that may be shared with the secure world at once, buffers included.</summary>
    public long MemoryBudget { get; set; } = 1L << 30;

    /// <summary>Where warnings go. Nowhere by default.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>Sees each hop; null: nobody looks, and it costs nothing.</summary>
    public IMinkObserver? Observer { get; set; }

    /// <summary>Runs the actors on this engine, which stays the caller's to dispose. Default: a thread-pool engine of the system's own.</summary>
    public MinkOptions UseActors(ActorSystem actors)
    {
        Actors = actors;
        return this;
    }

    /// <summary>Says what the other side is. Required; the emulator and the device bring extension methods that call this.</summary>
    public MinkOptions UseSecureWorld(Func<SecureWorldContext, ISecureWorld> make)
    {
        World = make;
        return this;
    }

    /// <summary>Wraps the secure world chosen so far, as fault plans do. Later ones are outermost.</summary>
    public MinkOptions WrapSecureWorld(Func<ISecureWorld, SecureWorldContext, ISecureWorld> wrap)
    {
        var inner = World ?? throw new InvalidOperationException("Choose a secure world before wrapping it.");
        World = context => wrap(inner(context), context);
        return this;
    }

    /// <summary>Wraps the shared memory, as fault plans do.</summary>
    public MinkOptions WrapMemory(Func<ISharedMemory, ISharedMemory> wrap)
    {
        var inner = DecorateMemory;
        DecorateMemory = memory => wrap(inner(memory));
        return this;
    }

    internal ActorSystem TakeActors()
    {
        if (Actors is { } given) return given;
        OwnsActors = true;
        return new ThreadPoolActorSystem();
    }
}

/// <summary>What a secure world is given to live in.</summary>
/// <param name="Actors">The engine, for its actors, its time and its choices.</param>
/// <param name="Memory">Where physical addresses lead.</param>
/// <param name="Logger">For its reports.</param>
public sealed record SecureWorldContext(ActorSystem Actors, ISharedMemory Memory, ILogger Logger)
{
    /// <summary>The normal world itself, for a world whose requests come outside any invocation, as a kernel driver's do.</summary>
    internal NormalDomain? Domain { get; init; }
}
