using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MinkActors.Actors;

namespace MinkActors;

/// <summary>What all systems are put together from: the engine, the other side, the shared memory, and where warnings go.</summary>
/// <typeparam name="TSelf">The options of the one system, so that calls can follow each other.</typeparam>
/// <remarks>Filled in by one thread before the system starts; not looked at afterwards.</remarks>
public abstract class SystemOptions<TSelf> where TSelf : SystemOptions<TSelf>
{
    private ActorSystem? _given;
    private Func<ISecureWorld, SecureWorldContext, ISecureWorld>? _wrapWorld;

    private protected SystemOptions() { }

    /// <summary>Where warnings go. Nowhere by default.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>The engine is the system's own, to be disposed with it; known once <see cref="TakeActors"/> was asked.</summary>
    internal bool OwnsActors { get; private set; }

    internal Func<ISharedMemory, ISharedMemory> DecorateMemory { get; private set; } = memory => memory;

    /// <summary>The other side was said.</summary>
    internal bool HasWorld => _wrapWorld is not null;

    /// <summary>Runs the actors on this engine, which stays the caller's to dispose. Default: a thread-pool engine of the system's own.</summary>
    public TSelf UseActors(ActorSystem actors)
    {
        _given = actors;
        return (TSelf)this;
    }

    /// <summary>Wraps the secure world chosen so far, as fault plans do. Later ones are outermost.</summary>
    /// <exception cref="InvalidOperationException">None was chosen yet.</exception>
    public TSelf WrapSecureWorld(Func<ISecureWorld, SecureWorldContext, ISecureWorld> wrap)
    {
        var inner = _wrapWorld ?? throw new InvalidOperationException("Choose a secure world before wrapping it.");
        _wrapWorld = (world, context) => wrap(inner(world, context), context);
        return (TSelf)this;
    }

    /// <summary>Wraps the shared memory, as fault plans do. Later ones are outermost.</summary>
    public TSelf WrapMemory(Func<ISharedMemory, ISharedMemory> wrap)
    {
        var inner = DecorateMemory;
        DecorateMemory = memory => wrap(inner(memory));
        return (TSelf)this;
    }

    /// <summary>The other side was said, anew perhaps: what was wrapped round an earlier one goes with it.</summary>
    private protected TSelf WorldChosen()
    {
        _wrapWorld = (world, _) => world;
        return (TSelf)this;
    }

    /// <summary>What was made of the choice, with everything wrapped round it.</summary>
    private protected ISecureWorld Wrapped(ISecureWorld made, SecureWorldContext context) => _wrapWorld!(made, context);

    /// <summary>The engine given, or a new one that the system has to dispose.</summary>
    internal ActorSystem TakeActors()
    {
        if (_given is { } given) return given;
        OwnsActors = true;
        return new ThreadPoolActorSystem();
    }
}
