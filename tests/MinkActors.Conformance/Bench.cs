using MinkActors.Actors;

namespace MinkActors.Conformance;

/// <summary>One engine set up for one test.</summary>
public abstract class Bench(ActorSystem system)
{
    public ActorSystem System => system;

    /// <summary>Lets the engine's clock move; no real time passes.</summary>
    public abstract Task PassTime(TimeSpan time);

    /// <summary>Gives whatever wrongly still runs the chance to show. A right engine passes however long or short it takes.</summary>
    public abstract Task Settle();
}
