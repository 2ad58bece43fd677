using MinkActors.Actors;

namespace MinkActors.Conformance;

public abstract partial class EngineConformance
{
    [Fact]
    public Task Given_queued_messages_When_the_actor_stops_itself_Then_its_turn_ends_and_each_is_given_up_once() => OnEngine(async bench =>
    {
        var journal = new Journal();
        Text[] queued = [new("1"), new("2"), new("3")];
        var actor = bench.System.Spawn(new Scripted
        {
            OnReceive = (self, message) =>
            {
                journal.Add($"received {((Text)message).Value}");
                foreach (var text in queued) self.Tell(text);
                self.System.Stop(self);
                journal.Add("end of turn");
            },
            OnStopped = _ => journal.Add($"stopped, given up {queued.Sum(text => text.GivenUp)}"),
        });

        actor.Tell(new Text("go"));

        await journal.Await(3);
        await bench.Settle();
        Assert.Equal(["received go", "end of turn", "stopped, given up 3"], journal.Entries);
        Assert.All(queued, text => Assert.Equal(1, text.GivenUp));
    });

    [Fact]
    public Task Given_an_actor_When_stopped_twice_Then_Stopped_runs_once() => OnEngine(async bench =>
    {
        var stopped = 0;
        var actor = bench.System.Spawn(new Scripted { OnStopped = _ => stopped++ });

        bench.System.Stop(actor);
        await StopAndWait(bench.System, actor);

        await bench.Settle();
        Assert.Equal(1, stopped);
    });

    [Fact]
    public Task Given_a_family_When_its_head_is_stopped_Then_children_stop_before_their_parents() => OnEngine(async bench =>
    {
        var journal = new Journal();
        Scripted Member(string name) => new() { OnStopped = _ => journal.Add(name) };
        var head = bench.System.Spawn(Member("head"), "head");
        var child = bench.System.Spawn(Member("child"), "child", head);
        bench.System.Spawn(Member("grandchild"), "grandchild", child);
        bench.System.Spawn(Member("other child"), parent: head);

        await StopAndWait(bench.System, head);

        var order = journal.Entries.ToList();
        Assert.Equal(4, order.Count);
        Assert.True(order.IndexOf("grandchild") < order.IndexOf("child"));
        Assert.Equal("head", order[^1]);
    });

    [Fact]
    public Task Given_an_actor_whose_child_ended_first_When_stopped_Then_it_stops() => OnEngine(async bench =>
    {
        var head = bench.System.Spawn(new Probe(), "head");
        var child = bench.System.Spawn(new Probe(), parent: head);
        await StopAndWait(bench.System, child);

        await StopAndWait(bench.System, head);
    });

    [Fact]
    public Task Given_a_stopped_parent_When_a_child_is_spawned_under_it_Then_the_child_stops() => OnEngine(async bench =>
    {
        var journal = new Journal();
        var parent = bench.System.Spawn(new Probe(), "parent");
        await StopAndWait(bench.System, parent);

        bench.System.Spawn(new Scripted { OnStarted = _ => journal.Add("started"), OnStopped = _ => journal.Add("stopped") }, parent: parent);

        await journal.Await(2);
        Assert.Equal(["started", "stopped"], journal.Entries);
    });

    [Fact]
    public Task Given_an_actor_whose_Stopped_throws_When_stopped_Then_its_watcher_is_told_all_the_same() => OnEngine(async bench =>
    {
        var failures = new Journal();
        bench.System.Failures += (_, cause, _) => failures.Add(cause.Message);
        var actor = bench.System.Spawn(new Scripted { OnStopped = _ => throw new InvalidOperationException("no end") });

        await StopAndWait(bench.System, actor);

        Assert.Equal(["no end"], failures.Entries);
    });

    [Fact]
    public Task Given_a_watcher_When_the_watched_stops_Then_it_is_told_once() => OnEngine(async bench =>
    {
        var watcher = bench.System.Spawn(new Probe());
        var watched = bench.System.Spawn(new Probe());
        bench.System.Watch(watcher, watched);
        bench.System.Watch(watcher, watched);

        bench.System.Stop(watched);

        Assert.Same(watched, (await watcher.Next<Terminated>()).Actor);
        await bench.Settle();
        Assert.False(watcher.HasMore);
    });

    [Fact]
    public Task Given_an_actor_that_has_stopped_When_watched_Then_the_watcher_is_told_at_once_and_once_per_watch() => OnEngine(async bench =>
    {
        var watcher = bench.System.Spawn(new Probe());
        var watched = bench.System.Spawn(new Probe());
        await StopAndWait(bench.System, watched);

        for (var round = 0; round < 2; round++)
        {
            bench.System.Watch(watcher, watched);
            await watcher.Next<Terminated>();
        }

        await bench.Settle();
        Assert.False(watcher.HasMore);
    });

    [Fact]
    public Task Given_a_watch_that_was_ended_When_the_watched_stops_Then_nothing_is_told() => OnEngine(async bench =>
    {
        var watcher = bench.System.Spawn(new Probe());
        var watched = bench.System.Spawn(new Probe());
        bench.System.Watch(watcher, watched);
        bench.System.Unwatch(watcher, watched);

        await StopAndWait(bench.System, watched);

        await bench.Settle();
        Assert.False(watcher.HasMore);
    });

    [Fact]
    public Task Given_a_Terminated_on_its_way_When_the_watch_is_ended_Then_it_is_not_received() => OnEngine(async bench =>
    {
        var journal = new Journal();
        var watched = bench.System.Spawn(new Probe());
        await StopAndWait(bench.System, watched);
        var watcher = bench.System.Spawn(new Scripted
        {
            OnReceive = (self, message) =>
            {
                journal.Add(message.Describe());
                if (message is not Text { Value: "go" }) return;
                self.System.Watch(self, watched);
                self.System.Unwatch(self, watched);
                self.Tell(new Text("end"));
            },
        });

        watcher.Tell(new Text("go"));

        await journal.Await(2);
        await bench.Settle();
        Assert.Equal(["Text(go)", "Text(end)"], journal.Entries);
    });

    [Fact]
    public Task Given_named_actors_When_the_system_is_disposed_Then_all_have_stopped() => OnEngine(async bench =>
    {
        var journal = new Journal();
        var head = bench.System.Spawn(new Scripted { OnStopped = _ => journal.Add("head") }, "head");
        bench.System.Spawn(new Scripted { OnStopped = _ => journal.Add("child") }, parent: head);

        await bench.System.DisposeAsync();

        Assert.Equal(["child", "head"], journal.Entries);
        Assert.Throws<ObjectDisposedException>(() => bench.System.Spawn(new Probe()));
    });
}
