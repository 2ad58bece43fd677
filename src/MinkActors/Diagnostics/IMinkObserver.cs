using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors;

/// <summary>Sees each hop of each call as it happens: for traces, demonstrations and checkers.</summary>
/// <remarks>Called in the turn where it happens, on any thread: be quick, touch nothing of the runtime. All members have an empty default.</remarks>
public interface IMinkObserver
{
    /// <summary>A direct invocation enters the secure world for the first time.</summary>
    void Invoked(ActorRef invocation, ActorRef target, Operation operation, ArgumentCounts counts, int bytes) { }

    /// <summary>A direct invocation has ended.</summary>
    void Completed(ActorRef invocation, ActorRef target, Operation operation, ResultCode result, int bytes) { }

    /// <summary>A direct invocation has failed on its way.</summary>
    void Failed(ActorRef invocation, ActorRef target, Operation operation, MinkTransportException failure) { }

    /// <summary>The secure world calls an object of ours.</summary>
    void CallbackRequested(ActorRef invocation, ActorRef target, Operation operation, ArgumentCounts counts, int bytes) { }

    /// <summary>The callback was answered.</summary>
    void CallbackAnswered(ActorRef invocation, ActorRef target, Operation operation, ResultCode result, int bytes) { }

    /// <summary>An object was given an id in the object table.</summary>
    void Exported(ActorRef target, ObjectId id) { }

    /// <summary>The secure world gave an id up, or it was taken back.</summary>
    void Unexported(ActorRef target, ObjectId id) { }

    /// <summary>The secure world took one more reference behind an id that it has (RETAIN).</summary>
    void Retained(ActorRef target, ObjectId id) { }

    /// <summary>A secure object arrived.</summary>
    void Imported(ActorRef target, ObjectId id) { }

    /// <summary>The RELEASE of a secure object was sent, with the failure if it did not arrive.</summary>
    void Released(ActorRef target, ObjectId id, MinkTransportException? failure) { }

    /// <summary>Something was refused: which field, which value, which limit.</summary>
    void Refused(string what, Operation operation) { }
}
