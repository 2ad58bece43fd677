using MinkActors.Actors;

namespace MinkActors.Cli.Bench;

/// <summary>The engines a measurement can run on.</summary>
internal static class Engines
{
    public const string ThreadPool = "threadpool";
    public const string Akka = "akka";

    /// <summary>Those this build has.</summary>
    public static IReadOnlyList<string> Known => HasAkka ? [ThreadPool, Akka] : [ThreadPool];

#if AKKA_ENGINE
    public static bool HasAkka => true;

    public static ActorSystem Create(string name) => name == Akka ? AkkaBaseline.CreateEngine() : new ThreadPoolActorSystem();

    /// <summary>Makes that many bare Akka actors and looks what they cost while they live.</summary>
    public static AkkaCrowd MeasureAkkaCrowd(int actors)
    {
        var (bytes, collection) = AkkaBaseline.MeasureCrowd(actors);
        return new AkkaCrowd(actors, Math.Round(bytes, 1), collection.TotalMilliseconds);
    }
#else
    public static bool HasAkka => false;

    public static ActorSystem Create(string name) => name == ThreadPool
        ? new ThreadPoolActorSystem()
        : throw Missing();

    /// <summary>Not without the Akka engine.</summary>
    public static AkkaCrowd MeasureAkkaCrowd(int actors) => throw Missing();

    private static NotSupportedException Missing() => new("This build has no Akka engine: build it with -p:AkkaEngine=true where the packages restore.");
#endif
}
