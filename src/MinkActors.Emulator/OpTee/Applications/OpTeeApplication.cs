using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee;

/// <summary>Code in the emulated OP-TEE, found by its UUID: derive from it, and name it in <see cref="OpTeeEmulatorOptions.Load{T}(Guid, OpTeeApplicationTraits)"/>.</summary>
/// <remarks>
/// Calls of one instance run one at a time, in turns of its actor, also behind an <c>await</c>: an instance needs no lock. An
/// exception is a panic: the caller gets TARGET_DEAD, and so does every later call of this instance. An
/// <see cref="OpTeeException"/> is an answer with its code instead.
/// </remarks>
public abstract class OpTeeApplication
{
    /// <summary>A client opens a session. Anything but SUCCESS refuses it.</summary>
    /// <param name="call">Valid until the returned task ends; <see cref="OpTeeCall.State"/> stays with the session.</param>
    public virtual ValueTask<TeeResult> OpenSessionAsync(OpTeeCall call) => new(TeeResult.Success);

    /// <summary>A client invokes a command.</summary>
    /// <param name="call">Valid until the returned task ends.</param>
    public abstract ValueTask<TeeResult> InvokeAsync(OpTeeCall call);

    /// <summary>The session ends, because its client closed it or died.</summary>
    public virtual ValueTask CloseSessionAsync(OpTeeCall call) => ValueTask.CompletedTask;
}

/// <summary>What an application throws to answer a code.</summary>
/// <param name="result">The code; SUCCESS is no answer to throw.</param>
/// <param name="message">Why.</param>
public sealed class OpTeeException(TeeResult result, string message) : Exception(message)
{
    /// <summary>The code.</summary>
    public TeeResult Result => result;
}
