using Akka.Actor;
using MinkActors.Akka;
using AkkaSystem = Akka.Actor.ActorSystem;

namespace MinkActors.Cli.Bench;

/// <summary>Bare Akka: an Ask that an actor answers with the same boxed number. Compiled only with -p:AkkaEngine=true.</summary>
internal sealed class AkkaBaseline : IDisposable
{
    private const string Quiet = "akka.loglevel = OFF, akka.stdout-loglevel = OFF, akka.log-dead-letters = off";

    private static readonly object Question = new();
    private static readonly object Answer = 1;

    private readonly AkkaSystem _system = AkkaSystem.Create("baseline", Quiet);
    private readonly IActorRef _echo;

    public AkkaBaseline() => _echo = _system.ActorOf(Props.Create(() => new Echo()));

    /// <summary>An engine in an Akka system of its own, which ends with the process.</summary>
    public static AkkaActorSystem CreateEngine() => new(AkkaSystem.Create("bench", Quiet));

    public async ValueTask Ask(int count)
    {
        for (var i = 0; i < count; i++) await _echo.Ask<object>(Question, Timeout.InfiniteTimeSpan);
    }

    public async ValueTask AskOutstanding(int count, Task<object>[] window)
    {
        for (var done = 0; done < count; done += window.Length)
        {
            for (var i = 0; i < window.Length; i++) window[i] = _echo.Ask<object>(Question, Timeout.InfiniteTimeSpan);
            for (var i = 0; i < window.Length; i++) await window[i];
        }
    }

    /// <summary>The target asks a second actor before it answers.</summary>
    public async ValueTask AskWithCallback(int count)
    {
        var middle = _system.ActorOf(Props.Create(() => new Middle(_echo)));
        for (var i = 0; i < count; i++) await middle.Ask<object>(Question, Timeout.InfiniteTimeSpan);
        _system.Stop(middle);
    }

    /// <summary>In batches, as one who makes many actors would.</summary>
    public async ValueTask CreateAndStop(int count)
    {
        var all = new IActorRef[count];
        for (var i = 0; i < count; i++) all[i] = _system.ActorOf(Props.Create<Echo>());
        foreach (var actor in all) await actor.GracefulStop(TimeSpan.FromSeconds(30));
    }

    public async ValueTask CreateAndStopOne(int count)
    {
        for (var i = 0; i < count; i++) await _system.ActorOf(Props.Create<Echo>()).GracefulStop(TimeSpan.FromSeconds(30));
    }

    /// <summary>Bare actors that live and do nothing: memory and one full collection, as they are taken of our objects.</summary>
    public static (double BytesEach, TimeSpan FullCollection) MeasureCrowd(int count)
    {
        using var system = AkkaSystem.Create("crowd", Quiet);
        var all = new IActorRef[count];
        var before = LiveHeap.Bytes();
        for (var i = 0; i < count; i++) all[i] = system.ActorOf(Props.Create<Echo>());
        var bytes = (LiveHeap.Bytes() - before) / (double)count;
        var pause = LiveHeap.FullCollection();
        GC.KeepAlive(all);
        return (bytes, pause);
    }

    public void Dispose() => _system.Dispose();

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(Answer);
    }

    private sealed class Middle(IActorRef behind) : UntypedActor
    {
        private IActorRef _asker = ActorRefs.Nobody;

        protected override void OnReceive(object message)
        {
            if (ReferenceEquals(message, Answer))
            {
                _asker.Tell(Answer);
                return;
            }
            _asker = Sender;
            behind.Tell(message);
        }
    }
}
