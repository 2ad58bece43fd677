using Microsoft.Extensions.Logging;
using MinkActors.Actors;

namespace MinkActors;

/// <summary>How a system is put together.</summary>
public sealed class MinkOptions : SystemOptions<MinkOptions>
{
    private Func<SecureWorldContext, ISecureWorld>? _makeWorld;

    /// <summary>The bounds of the normal world.</summary>
    public MinkLimits Limits { get; set; } = new();

    /// <summary>Bytes that may be shared with the secure world at once, buffers included.</summary>
    public long MemoryBudget { get; set; } = 1L << 30;

    /// <summary>Sees each hop; null: nobody looks, and it costs nothing.</summary>
    public IMinkObserver? Observer { get; set; }

    /// <summary>Says what the other side is. Required; the emulator and the device bring extension methods that call this.</summary>
    public MinkOptions UseSecureWorld(Func<SecureWorldContext, ISecureWorld> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        _makeWorld = make;
        return WorldChosen();
    }

    internal ISecureWorld MakeWorld(SecureWorldContext context) => Wrapped(_makeWorld!(context), context);
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
