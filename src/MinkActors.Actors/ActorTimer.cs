using MinkActors.Actors.Timers;

namespace MinkActors.Actors;

/// <summary>A message that is told later. Made by <see cref="ActorSystem.StartTimer(ActorRef, TimeSpan, Message)"/>.</summary>
public sealed class ActorTimer
{
    internal TimerQueue? Queue;
    internal ActorRef? Target;

    /// <summary>Null once delivered or cancelled; guarded by the queue's lock, so exactly one of the two gets it.</summary>
    internal Message? Message;

    /// <summary>In units of 100 ns since the queue's start; equal dues fire in the order started.</summary>
    internal long Due, Order;

    internal int Index = -1;

    /// <summary>Takes the message back.</summary>
    /// <returns>True when the message will not be delivered: it is the caller's again. False when it has been delivered or is on
    /// its way, or the timer was cancelled before. Any thread.</returns>
    public bool Cancel() => Queue?.Cancel(this) ?? false;
}
