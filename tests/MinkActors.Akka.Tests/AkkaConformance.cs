using MinkActors.Conformance;
using MinkActors.Tests;
using AkkaSystem = Akka.Actor.ActorSystem;

namespace MinkActors.Akka.Tests;

/// <summary>The conformance suite on Akka, each test in an Akka system of its own.</summary>
public abstract class AkkaConformance(AkkaEngineOptions options) : EngineConformance
{
    protected override async Task OnEngine(Func<Bench, Task> test)
    {
        var time = new ManualTime();
        using var akka = AkkaSystem.Create("conformance", "akka.loglevel = OFF, akka.stdout-loglevel = OFF, akka.log-dead-letters = off");
        var system = new AkkaActorSystem(akka, options with { Time = time, Seed = 1 });
        await ToItsEnd().OrHang();

        async Task ToItsEnd()
        {
            await test(new AkkaBench(system, time));
            await system.DisposeAsync();
            await akka.Terminate();
        }
    }

    private sealed class AkkaBench(AkkaActorSystem system, ManualTime time) : Bench(system)
    {
        public override Task PassTime(TimeSpan span)
        {
            time.Advance(span);
            return Task.CompletedTask;
        }

        public override async Task Settle()
        {
            for (var round = 0; round < 50; round++) await Task.Yield();
        }
    }
}

public sealed class DefaultConformance() : AkkaConformance(new AkkaEngineOptions());

public sealed class OneTurnAtATimeConformance() : AkkaConformance(new AkkaEngineOptions { Throughput = 1 });

public sealed class MeasuredConformance() : AkkaConformance(new AkkaEngineOptions { CollectMetrics = true });
