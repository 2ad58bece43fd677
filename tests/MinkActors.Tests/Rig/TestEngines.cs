using MinkActors.Actors;

namespace MinkActors.Tests;

/// <summary>Which engines the scenarios of this suite run on. Another project that runs the same suite has its own answer.</summary>
internal static class TestEngines
{
    /// <summary>Whether scenarios run in virtual time, under many interleavings; otherwise once, in real time.</summary>
    public static bool Simulate => true;

    /// <summary>How many calls at once are a load.</summary>
    public static int ManyCalls => 10_000;

    /// <summary>The engine with threads.</summary>
    public static ActorSystem WithThreads() => new ThreadPoolActorSystem();
}
