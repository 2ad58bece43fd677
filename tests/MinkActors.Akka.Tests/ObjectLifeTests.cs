using Akka.Actor;
using MinkActors.Protocol;
using TestKit = Akka.TestKit.Xunit2.TestKit;

namespace MinkActors.Akka.Tests;

/// <summary>Our objects as Akka's users meet them: in the tree, under watch, in the log.</summary>
public sealed class ObjectLifeTests() : TestKit(Waits.AsLongAsNeeded)
{
    [Fact]
    public async Task Given_a_watched_callback_object_When_its_last_reference_is_given_up_Then_the_probe_sees_it_terminate()
    {
        var (mink, keeper) = await TestWorld.StartAsync(Sys);
        var counter = mink.Export(new Counter());
        var probe = CreateTestProbe();
        var actor = counter.AsAkkaRef();
        probe.Watch(actor);

        counter.Dispose();

        await probe.ExpectTerminatedAsync(actor);
        keeper.Dispose();
        await mink.DisposeAsync();
    }

    [Fact]
    public async Task Given_an_object_the_secure_world_keeps_When_the_normal_world_lets_go_Then_it_lives_until_the_secure_world_drops_it()
    {
        var (mink, keeper) = await TestWorld.StartAsync(Sys);
        var implementation = new Counter();
        var counter = mink.Export(implementation);
        var probe = CreateTestProbe();
        var actor = counter.AsAkkaRef();
        probe.Watch(actor);
        await keeper.Keep(counter);

        counter.Dispose();
        var whileKept = await keeper.CallKept();
        var early = probe.HasMessages;
        await keeper.Drop();

        Assert.Equal((ResultCode.Ok, 1, false), (whileKept, implementation.Calls, early));
        await probe.ExpectTerminatedAsync(actor);
        keeper.Dispose();
        await mink.DisposeAsync();
    }

    [Fact]
    public async Task Given_a_callback_object_When_its_code_throws_Then_the_caller_sees_ERROR_the_log_says_so_and_the_object_goes_on()
    {
        var (mink, keeper) = await TestWorld.StartAsync(Sys);
        var implementation = new Counter { Crashes = true };
        using var counter = mink.Export(implementation);
        var probe = CreateTestProbe();
        probe.Watch(counter.AsAkkaRef());
        await keeper.Keep(counter);

        var crashed = ResultCode.Ok;
        await EventFilter.Exception<InvalidOperationException>().ExpectOneAsync(async () => crashed = await keeper.CallKept());
        implementation.Crashes = false;
        var after = await keeper.CallKept();

        Assert.Equal((ResultCode.Error, ResultCode.Ok, 2), (crashed, after, implementation.Calls));
        Assert.False(probe.HasMessages);
        await keeper.Drop();
        keeper.Dispose();
        await mink.DisposeAsync();
    }

    [Fact]
    public async Task Given_a_kept_object_When_an_Akka_user_stops_its_actor_Then_the_secure_world_is_answered_DEFUNCT()
    {
        var (mink, keeper) = await TestWorld.StartAsync(Sys);
        using var counter = mink.Export(new Counter());
        var ended = CreateTestProbe();
        await keeper.Keep(counter);
        ended.Watch(counter.AsAkkaRef());

        counter.AsAkkaRef().Tell(PoisonPill.Instance);
        await ended.ExpectTerminatedAsync(counter.AsAkkaRef());
        var answer = await keeper.CallKept();

        Assert.Equal(ResultCode.Defunct, answer);
        await keeper.Drop();
        keeper.Dispose();
        await mink.DisposeAsync();
    }

    [Fact]
    public async Task Given_a_system_When_one_looks_at_the_Akka_tree_Then_its_actors_have_readable_names()
    {
        var (mink, keeper) = await TestWorld.StartAsync(Sys);
        using var counter = mink.Export(new Counter());

        var transport = await Sys.ActorSelection("/user/mink/transport").ResolveOne(RemainingOrDefault);
        var path = counter.AsAkkaRef().Path.ToStringWithoutAddress();

        Assert.Equal("transport", transport.Path.Name);
        Assert.StartsWith("/user/mink/callback-Counter-", path);
        Assert.StartsWith("/user/mink/secure-", keeper.AsAkkaRef().Path.ToStringWithoutAddress());
        counter.Dispose();
        keeper.Dispose();
        await mink.DisposeAsync();
    }

    [Fact]
    public async Task Given_two_systems_in_one_Akka_system_When_both_run_Then_each_has_a_place_of_its_own()
    {
        var (first, firstKeeper) = await TestWorld.StartAsync(Sys);
        var (second, secondKeeper) = await TestWorld.StartAsync(Sys);

        using var one = first.Export(new Counter());
        using var other = second.Export(new Counter());

        Assert.Equal(["mink", "mink-2"], [one.AsAkkaRef().Path.Parent.Name, other.AsAkkaRef().Path.Parent.Name]);
        Assert.Equal(ResultCode.Ok, await firstKeeper.Keep(one));
        Assert.Equal(ResultCode.Ok, await secondKeeper.Keep(other));
    }

    [Fact]
    public async Task Given_a_system_on_another_engine_When_asked_for_an_Akka_actor_Then_it_says_what_to_do()
    {
        await using var pool = new Actors.ThreadPoolActorSystem();
        var actor = pool.Spawn(new Conformance.Probe());

        var refusal = Assert.Throws<InvalidOperationException>(() => actor.AsAkkaRef());

        Assert.Contains("UseAkka", refusal.Message);
    }
}
