using MinkActors.Actors;

namespace MinkActors.Conformance;

public abstract partial class EngineConformance
{
    [Fact]
    public Task Given_no_parent_When_a_turn_throws_Then_the_actor_stops_and_the_failure_is_reported() => OnEngine(async bench =>
    {
        var failures = new Journal();
        bench.System.Failures += (actor, cause, directive) => failures.Add($"{actor.Name} {cause.Message} {directive}");
        var watcher = bench.System.Spawn(new Probe());
        var actor = bench.System.Spawn(new Scripted { OnReceive = Throw }, "lonely");
        bench.System.Watch(watcher, actor);

        actor.Tell(new Text("broken"));

        await watcher.Next<Terminated>();
        Assert.Equal(["lonely broken Stop"], failures.Entries);
    });

    [Theory]
    [InlineData(Directive.Resume, "fail|next")]
    [InlineData(Directive.Restart, "fail|restarting fail|next")]
    public Task Given_a_supervisor_When_a_childs_turn_throws_Then_the_child_goes_on_as_decided_with_its_mailbox(
        Directive directive, string expected) => OnEngine(async bench =>
    {
        var journal = new Journal();
        var parent = bench.System.Spawn(new Scripted { OnSupervise = (_, _) => directive }, "parent");
        var child = bench.System.Spawn(Failing(journal), "child", parent);

        child.Tell(new Text("go"));

        await journal.Await(expected.Split('|').Length);
        await bench.Settle();
        Assert.Equal(expected.Split('|'), journal.Entries);
    });

    [Fact]
    public Task Given_the_default_supervisor_When_a_childs_turn_throws_Then_the_child_stops_and_its_mailbox_is_given_up() => OnEngine(async bench =>
    {
        var journal = new Journal();
        var letters = new Journal();
        bench.System.DeadLetters += (_, message) => letters.Add(((Text)message).Value);
        var watcher = bench.System.Spawn(new Probe());
        var parent = bench.System.Spawn(new Probe(), "parent");
        var child = bench.System.Spawn(Failing(journal), "child", parent);
        bench.System.Watch(watcher, child);

        child.Tell(new Text("go"));

        await watcher.Next<Terminated>();
        Assert.Equal(["fail"], journal.Entries);
        Assert.Equal(["next"], letters.Entries);
    });

    [Theory]
    [InlineData(Directive.Stop, "child stopped|parent stopped")]
    [InlineData(Directive.Restart, "next|parent restarting|restarting fail")]
    [InlineData(Directive.Resume, "next")]
    public Task Given_a_parent_that_escalates_When_a_childs_turn_throws_Then_the_grandparents_directive_applies_to_both(
        Directive directive, string expected) => OnEngine(async bench =>
    {
        var journal = new Journal();
        var grandparent = bench.System.Spawn(new Scripted { OnSupervise = (_, _) => directive }, "grandparent");
        var parent = bench.System.Spawn(new Scripted
        {
            OnSupervise = (_, _) => Directive.Escalate,
            OnRestarting = (_, _) => journal.Add("parent restarting"),
            OnStopped = _ => journal.Add("parent stopped"),
        }, "parent", grandparent);
        var failing = Failing(journal);
        failing.OnStopped = _ => journal.Add("child stopped");
        var child = bench.System.Spawn(failing, "child", parent);

        child.Tell(new Text("go"));

        await journal.Await(1 + expected.Split('|').Length);
        Assert.Equal(expected.Split('|'), journal.Entries[1..].Order());
    });

    [Fact]
    public Task Given_a_failed_child_When_its_supervisor_decides_Then_it_does_so_in_a_turn_of_its_own() => OnEngine(async bench =>
    {
        var journal = new Journal();
        ActorRef? child = null;
        var parent = bench.System.Spawn(new Scripted
        {
            OnReceive = (_, _) =>
            {
                child!.Tell(new Text("broken"));
                journal.Add("end of turn");
            },
            OnSupervise = (failed, cause) =>
            {
                journal.Add($"supervise {failed.Name} {cause.Message}");
                return Directive.Resume;
            },
        }, "parent");
        child = bench.System.Spawn(new Scripted { OnReceive = Throw }, "child", parent);

        parent.Tell(new Text("go"));

        await journal.Await(2);
        Assert.Equal(["end of turn", "supervise child broken"], journal.Entries);
    });

    [Fact]
    public Task Given_a_failed_child_When_it_is_stopped_before_the_decision_Then_it_stops_once() => OnEngine(async bench =>
    {
        var journal = new Journal();
        Scripted? child = null;
        var parent = bench.System.Spawn(new Scripted
        {
            OnSupervise = (_, _) =>
            {
                child!.System.Stop(child);
                return Directive.Restart;
            },
        }, "parent");
        child = bench.System.Spawn(new Scripted
        {
            OnReceive = Throw,
            OnRestarting = (_, _) => journal.Add("restarting"),
            OnStopped = _ => journal.Add("stopped"),
        }, "child", parent);

        child.Tell(new Text("broken"));

        await journal.Await(1);
        await bench.Settle();
        Assert.Equal(["stopped"], journal.Entries);
    });

    [Fact]
    public Task Given_an_actor_that_cannot_restart_When_told_to_Then_it_stops() => OnEngine(async bench =>
    {
        var watcher = bench.System.Spawn(new Probe());
        var parent = bench.System.Spawn(new Scripted { OnSupervise = (_, _) => Directive.Restart }, "parent");
        var child = bench.System.Spawn(new Scripted
        {
            OnReceive = Throw,
            OnRestarting = (_, _) => throw new InvalidOperationException("cannot"),
        }, "child", parent);
        bench.System.Watch(watcher, child);

        child.Tell(new Text("broken"));

        Assert.Same(child, (await watcher.Next<Terminated>()).Actor);
    });

    [Fact]
    public Task Given_an_actor_whose_Started_throws_When_spawned_Then_its_supervisor_decides() => OnEngine(async bench =>
    {
        var journal = new Journal();
        var parent = bench.System.Spawn(new Scripted { OnSupervise = (_, _) => Directive.Resume }, "parent");

        var child = bench.System.Spawn(new Scripted
        {
            OnStarted = _ => throw new InvalidOperationException("no start"),
            OnReceive = (_, message) => journal.Add(((Text)message).Value),
        }, "child", parent);
        child.Tell(new Text("alive"));

        await journal.Await(1);
        Assert.Equal(["alive"], journal.Entries);
    });

    private static void Throw(Scripted self, Message message) => throw new InvalidOperationException(((Text)message).Value);

    /// <summary>On "go" queues "fail" and "next" for itself; fails on "fail".</summary>
    private static Scripted Failing(Journal journal) => new()
    {
        OnReceive = (self, message) =>
        {
            var text = ((Text)message).Value;
            if (text == "go")
            {
                self.Tell(new Text("fail"));
                self.Tell(new Text("next"));
                return;
            }
            journal.Add(text);
            if (text == "fail") throw new InvalidOperationException(text);
        },
        OnRestarting = (_, cause) => journal.Add($"restarting {cause.Message}"),
    };
}
