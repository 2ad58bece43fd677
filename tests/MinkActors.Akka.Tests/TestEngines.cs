using MinkActors.Actors;
using MinkActors.Akka;
using AkkaSystem = Akka.Actor.ActorSystem;

namespace MinkActors.Tests;

/// <summary>The runtime's own suite, on Akka: every scenario once, in real time, in one Akka system that all share.</summary>
internal static class TestEngines
{
    private static readonly AkkaSystem Shared =
        AkkaSystem.Create("runtime", "akka.loglevel = OFF, akka.stdout-loglevel = OFF, akka.log-dead-letters = off");

    public static bool Simulate => false;

    // Each is several actors of Akka's, at some ten microseconds each.
    public static int ManyCalls => 1_000;

    public static ActorSystem WithThreads() => new AkkaActorSystem(Shared, new AkkaEngineOptions());
}
