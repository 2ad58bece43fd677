using MinkActors.Protocol;

namespace MinkActors;

/// <summary>What an object does: the implementation behind a callback object of ours, or behind an object of the emulated secure world.</summary>
/// <remarks>
/// The runtime calls it in the turns of the object's own actor: never on two threads at once, also behind an
/// <c>await</c>, whose continuation comes back as a message. While one call awaits, calls of the same chain are admitted
/// (an object may be called back by what it calls), others wait their turn. It must not block its thread.
/// What it starts it also awaits: code left running behind the returned task may continue in the turn of a later call.
/// </remarks>
public interface IMinkObject
{
    /// <summary>Serves one call.</summary>
    /// <param name="call">Valid until the returned task ends. Input objects in it are lent: take what you keep.</param>
    /// <returns>
    /// 0, or a result code that the caller sees unchanged (spec/01 section 7.1). With a result other than 0 the outputs
    /// are dropped. An exception is answered ERROR (1), or the code of a <see cref="MinkException"/>.
    /// </returns>
    ValueTask<ResultCode> InvokeAsync(IncomingCall call);

    /// <summary>Told once, after the last reference is gone (spec/11 I-17). Nobody can call the object any more.</summary>
    void Released() { }
}

/// <summary>An implementation that says in advance which operations it knows; one without this is asked nothing.</summary>
public interface IOperationFilter
{
    /// <summary>Whether the operation is known. A no is answered INVALID before any argument is read (spec/01 section 1).</summary>
    bool Supports(Operation operation);
}

/// <summary>An implementation that wants to know whether its answers arrive (the notify hook of spec/01 section 8).</summary>
public interface IReplyNotified
{
    /// <summary>Told once after each call that ended 0. False: the caller never got the outputs; references in them were put already.</summary>
    void ReplyDelivered(bool received);
}
