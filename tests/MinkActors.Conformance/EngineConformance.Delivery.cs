using MinkActors.Actors;

namespace MinkActors.Conformance;

public abstract partial class EngineConformance
{
    private const int Senders = 4;
    private const int MessagesEach = 50;

    [Fact]
    public Task Given_several_senders_When_each_tells_many_Then_each_message_comes_once_and_in_its_senders_order() => OnEngine(async bench =>
    {
        var receiver = bench.System.Spawn(new Probe());

        StartSenders(bench.System, receiver);

        var next = new int[Senders];
        for (var count = 0; count < Senders * MessagesEach; count++)
        {
            var message = await receiver.Next<Numbered>();
            Assert.Equal(next[message.Sender]++, message.Number);
        }
        await bench.Settle();
        Assert.False(receiver.HasMore);
    });

    [Fact]
    public Task Given_several_senders_When_all_tell_one_actor_Then_its_turns_never_overlap() => OnEngine(async bench =>
    {
        var (inside, overlaps, left) = (0, 0, Senders * MessagesEach);
        var journal = new Journal();
        var receiver = bench.System.Spawn(new Scripted
        {
            OnReceive = (_, _) =>
            {
                if (Interlocked.Increment(ref inside) != 1) Interlocked.Increment(ref overlaps);
                Thread.SpinWait(20);
                Interlocked.Decrement(ref inside);
                if (--left == 0) journal.Add("all");
            },
        });

        StartSenders(bench.System, receiver);

        await journal.Await(1);
        Assert.Equal(0, overlaps);
    });

    [Fact]
    public Task Given_a_turn_When_it_tells_an_idle_actor_Then_that_ones_turn_starts_after_it() => OnEngine(async bench =>
    {
        var journal = new Journal();
        var second = bench.System.Spawn(new Scripted { OnReceive = (_, _) => journal.Add("second") });
        var first = bench.System.Spawn(new Scripted
        {
            OnReceive = (self, message) =>
            {
                if (message is Text { Value: "self" })
                {
                    journal.Add("self");
                    return;
                }
                self.Tell(new Text("self"));
                journal.Add("end of turn");
                second.Tell(new Text(""));
            },
        });

        first.Tell(new Text("go"));

        await journal.Await(3);
        Assert.Equal("end of turn", journal.Entries[0]);
    });

    [Fact]
    public Task Given_an_actor_When_spawned_Then_Started_runs_once_and_before_its_first_message() => OnEngine(async bench =>
    {
        var journal = new Journal();
        var actor = new Scripted
        {
            OnStarted = self =>
            {
                self.Tell(new Text("to self"));
                journal.Add("started");
            },
            OnReceive = (_, message) => journal.Add(((Text)message).Value),
        };

        bench.System.Spawn(actor);
        actor.Tell(new Text("from outside"));

        await journal.Await(3);
        Assert.Equal("started", journal.Entries[0]);
        Assert.Equal(["from outside", "to self"], journal.Entries[1..].Order());
    });

    [Fact]
    public Task Given_an_actor_When_spawned_again_Then_it_is_refused() => OnEngine(bench =>
    {
        var actor = bench.System.Spawn(new Probe());

        Assert.Throws<InvalidOperationException>(() => bench.System.Spawn(actor));
        return Task.CompletedTask;
    });

    [Fact]
    public Task Given_an_actor_that_was_not_spawned_When_told_Then_the_teller_is_told_so() => OnEngine(_ =>
    {
        Assert.Throws<InvalidOperationException>(() => new Probe().Tell(new Text("")));
        return Task.CompletedTask;
    });

    [Fact]
    public Task Given_a_message_that_came_back_When_told_again_Then_it_arrives_again() => OnEngine(async bench =>
    {
        var probe = bench.System.Spawn(new Probe());
        var message = new Text("again");

        for (var round = 0; round < 3; round++)
        {
            probe.Tell(message);
            Assert.Same(message, await probe.Next());
        }
    });

    [Fact]
    public Task Given_a_stopped_actor_When_told_Then_the_message_is_given_up_once_and_never_received() => OnEngine(async bench =>
    {
        var letters = new Journal();
        var received = 0;
        bench.System.DeadLetters += (_, message) => letters.Add(((Text)message).Value);
        var actor = bench.System.Spawn(new Scripted { OnReceive = (_, _) => received++ });
        await StopAndWait(bench.System, actor);
        var late = new Text("late");

        actor.Tell(late);

        await letters.Await(1);
        await bench.Settle();
        Assert.Equal((1, 0), (late.GivenUp, received));
        Assert.Equal(["late"], letters.Entries);
    });

    private static void StartSenders(ActorSystem system, ActorRef receiver)
    {
        for (var index = 0; index < Senders; index++)
        {
            var sender = index;
            var actor = system.Spawn(new Scripted
            {
                Where = ActorPlacement.OwnTurn,
                OnReceive = (_, _) =>
                {
                    for (var number = 0; number < MessagesEach; number++) receiver.Tell(new Numbered(sender, number));
                },
            });
            actor.Tell(new Text("go"));
        }
    }

    private static async Task StopAndWait(ActorSystem system, ActorRef actor)
    {
        var watcher = system.Spawn(new Probe());
        system.Watch(watcher, actor);
        system.Stop(actor);
        Assert.Same(actor, (await watcher.Next<Terminated>()).Actor);
    }
}
