using Akka.Actor;
using Akka.Event;
using Akka.TestKit;
using MinkActors.Actors;
using MinkActors.Conformance;
using ActorBaseRef = Akka.Actor.ActorRefWithCell;
using TestKit = Akka.TestKit.Xunit2.TestKit;

namespace MinkActors.Akka.Tests;

/// <summary>What the engine takes from Akka: dispatchers, supervision, virtual time, dead letters, the end.</summary>
public sealed class EngineInAkkaTests() : TestKit("""
    akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
    for-blocking { type = Dispatcher }
    """ + Waits.AsLongAsNeeded)
{
    private TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    [Fact]
    public async Task Given_a_virtual_scheduler_When_it_is_advanced_Then_our_timers_ring()
    {
        await using var engine = new AkkaActorSystem(Sys);
        var probe = engine.Spawn(new Probe());
        engine.StartTimer(probe, TimeSpan.FromHours(1), new Text("an hour"));
        engine.StartTimer(probe, TimeSpan.FromHours(3), new Text("three"));

        Scheduler.Advance(TimeSpan.FromHours(2));

        Assert.Equal("an hour", (await probe.Next<Text>()).Value);
        Assert.False(probe.HasMore);
    }

    [Fact]
    public async Task Given_dispatchers_in_the_options_When_actors_are_spawned_Then_each_has_that_of_its_placement()
    {
        await using var engine = new AkkaActorSystem(Sys, new AkkaEngineOptions { BlockingDispatcher = "for-blocking" });

        var quick = engine.Spawn(new Scripted());
        var blocking = engine.Spawn(new Scripted { Where = ActorPlacement.OwnTurn });

        Assert.NotEqual("for-blocking", DispatcherOf(quick));
        Assert.Equal("for-blocking", DispatcherOf(blocking));
    }

    [Fact]
    public async Task Given_an_Akka_strategy_that_restarts_When_a_turn_throws_Then_the_actor_restarts_and_goes_on()
    {
        var journal = new Journal();
        var strategy = new OneForOneStrategy(_ => global::Akka.Actor.Directive.Restart);
        await using var engine = new AkkaActorSystem(Sys, new AkkaEngineOptions { Supervision = strategy });
        var actor = engine.Spawn(new Scripted
        {
            OnReceive = (_, message) => journal.Add(message.Describe() == "Text(fail)" ? throw new InvalidOperationException("fail") : message.Describe()),
            OnRestarting = (_, cause) => journal.Add($"restarting: {cause.Message}"),
        });

        await EventFilter.Exception<InvalidOperationException>().ExpectOneAsync(async () =>
        {
            actor.Tell(new Text("fail"));
            actor.Tell(new Text("next"));
            await journal.Await(2);
        });

        Assert.Equal(["restarting: fail", "Text(next)"], journal.Entries);
    }

    [Fact]
    public async Task Given_a_stopped_actor_When_told_Then_Akkas_dead_letters_say_so_and_the_message_is_given_up()
    {
        await using var engine = new AkkaActorSystem(Sys);
        var letters = CreateTestProbe();
        Sys.EventStream.Subscribe(letters, typeof(DeadLetter));
        var actor = engine.Spawn(new Scripted());
        letters.Watch(actor.AsAkkaRef());
        engine.Stop(actor);
        await letters.ExpectTerminatedAsync(actor.AsAkkaRef());
        var message = new Text("late");

        actor.Tell(message);

        var letter = await letters.FishForMessageAsync<DeadLetter>(letter => Equals(letter.Recipient, actor.AsAkkaRef()));
        Assert.Equal(("Text(late)", 1), (letter.Message, message.GivenUp));
    }

    [Fact]
    public async Task Given_a_message_of_ours_When_told_to_the_Akka_actor_Then_it_is_received()
    {
        await using var engine = new AkkaActorSystem(Sys);
        var probe = engine.Spawn(new Probe());

        probe.AsAkkaRef().Tell(new Text("by Akka"));

        Assert.Equal("by Akka", (await probe.Next<Text>()).Value);
    }

    [Fact]
    public async Task Given_a_question_without_answer_When_the_Akka_system_ends_Then_the_asker_is_told()
    {
        var engine = new AkkaActorSystem(Sys);
        var received = new Journal();
        var questions = new List<Message>();
        var actor = engine.Spawn(new Scripted
        {
            OnReceive = (_, message) =>
            {
                questions.Add(message);
                received.Add("asked");
            },
            OnStopped = _ => questions.ForEach(question => ((Question)question).Fail(new OperationCanceledException())),
        }, "keeper");
        var answer = actor.Ask(new Question());
        await received.Await(1);

        await Sys.Terminate();

        await Assert.ThrowsAsync<OperationCanceledException>(async () => await answer);
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task Given_a_family_When_the_Akka_system_ends_Then_children_stop_before_their_parents()
    {
        var engine = new AkkaActorSystem(Sys);
        var journal = new Journal();
        var head = engine.Spawn(new Scripted { OnStopped = _ => journal.Add("head") }, "head");
        engine.Spawn(new Scripted { OnStopped = _ => journal.Add("child") }, "child", head);

        await Sys.Terminate();

        await journal.Await(2);
        Assert.Equal(["child", "head"], journal.Entries);
        await engine.DisposeAsync();
    }

    private static string DispatcherOf(Actors.ActorRef actor) => ((ActorBaseRef)actor.AsAkkaRef()).Underlying.Props.Dispatcher;
}
