using Akka.Actor;
using Microsoft.Extensions.Logging.Abstractions;
using MinkActors.Akka;
using Actor = MinkActors.Actors.Actor;
using ActorRef = MinkActors.Actors.ActorRef;
using AkkaSystem = Akka.Actor.ActorSystem;

namespace MinkActors;

/// <summary>Puts a system into an Akka system, and its objects within reach of Akka's watch.</summary>
public static class AkkaSetup
{
    /// <summary>Runs the system's actors in <paramref name="akka"/>, and logs to its log unless another logger was chosen before.</summary>
    /// <param name="options">Of the Mink system.</param>
    /// <param name="akka">Stays the caller's. When it ends first, the Mink system's actors end with it.</param>
    /// <param name="engine">Dispatchers, supervision, names; defaults when null.</param>
    /// <returns>The options. The engine leaves the Akka tree when the Akka system ends, or when <see cref="MinkSystem.Actors"/> is disposed.</returns>
    public static MinkOptions UseAkka(this MinkOptions options, AkkaSystem akka, AkkaEngineOptions? engine = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.LoggerFactory is NullLoggerFactory) options.LoggerFactory = new AkkaLoggerFactory(akka);
        return options.UseActors(new AkkaActorSystem(akka, engine));
    }

    /// <summary>The object's actor as Akka sees it, to be watched: its Terminated comes when the object has ended.</summary>
    /// <remarks>Stopping it ends the object for everybody. Messages of Akka that are told to it are unhandled.</remarks>
    /// <exception cref="InvalidOperationException">The system runs on another engine.</exception>
    public static IActorRef AsAkkaRef(this Capability capability)
    {
        ArgumentNullException.ThrowIfNull(capability);
        return capability.Actor.AsAkkaRef();
    }

    /// <inheritdoc cref="AsAkkaRef(Capability)"/>
    public static IActorRef AsAkkaRef(this ActorRef actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return ((Actor)actor).System is AkkaActorSystem system
            ? system.RefOf(actor)
            : throw new InvalidOperationException($"'{actor.Name}' does not run on Akka: start the system with UseAkka.");
    }
}
