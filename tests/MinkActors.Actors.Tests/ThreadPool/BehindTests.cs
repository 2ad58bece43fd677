using MinkActors.Conformance;

namespace MinkActors.Actors.Tests.ThreadPool;

/// <summary>Without inline turns, who got his answer in a turn goes on behind it on the same thread of the pool.</summary>
public sealed class BehindTests
{
    private readonly ThreadPoolActorSystem _system = new(new ThreadPoolOptions { Inline = false });

    [Fact]
    public async Task Given_somebody_who_waits_When_a_turn_lets_him_go_on_Then_he_does_on_its_thread_when_it_has_ended()
    {
        var went = new TaskCompletionSource<(int Thread, bool Behind)>();
        var (thread, hasEnded) = (0, false);
        var actor = _system.Spawn(new Scripted
        {
            OnReceive = (_, _) =>
            {
                Assert.True(_system.TryRunBehind(new Waiting(() => went.SetResult((Environment.CurrentManagedThreadId, hasEnded)))));
                (thread, hasEnded) = (Environment.CurrentManagedThreadId, true);
            },
        });

        actor.Tell(new Text(""));

        var seen = await went.Task;
        Assert.Equal((thread, true), seen);
    }

    [Fact]
    public async Task Given_one_who_is_to_go_on_behind_When_another_comes_Then_he_is_refused()
    {
        var taken = new TaskCompletionSource<(bool, bool)>();
        var actor = _system.Spawn(new Scripted { OnReceive = (_, _) => taken.SetResult((_system.TryRunBehind(new Waiting(() => { })), _system.TryRunBehind(new Waiting(() => { })))) });

        actor.Tell(new Text(""));

        Assert.Equal((true, false), await taken.Task);
    }

    [Fact]
    public async Task Given_a_turn_that_may_block_When_somebody_is_to_go_on_behind_Then_he_is_refused()
    {
        var taken = new TaskCompletionSource<bool>();
        var actor = _system.Spawn(new Scripted { Where = ActorPlacement.OwnTurn, OnReceive = (_, _) => taken.SetResult(_system.TryRunBehind(new Waiting(() => { }))) });

        actor.Tell(new Text(""));

        Assert.False(await taken.Task);
    }

    [Fact]
    public void Given_no_turn_or_inline_turns_When_somebody_is_to_go_on_behind_Then_he_is_refused()
    {
        var inline = new ThreadPoolActorSystem();
        var wasTaken = true;
        var actor = inline.Spawn(new Scripted { OnReceive = (_, _) => wasTaken = inline.TryRunBehind(new Waiting(() => { })) });

        actor.Tell(new Text(""));

        Assert.False(wasTaken);
        Assert.False(_system.TryRunBehind(new Waiting(() => { })));
    }

    [Fact]
    public async Task Given_a_turn_that_left_its_place_empty_When_somebody_comes_after_it_on_its_thread_Then_he_is_refused()
    {
        var late = new TaskCompletionSource<bool>();
        var actor = _system.Spawn(new Scripted
        {
            OnReceive = (_, _) => _system.TryRunBehind(new Waiting(() => late.SetResult(_system.TryRunBehind(new Waiting(() => { }))))),
        });

        actor.Tell(new Text(""));

        Assert.False(await late.Task);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Given_one_who_blocks_behind_a_turn_When_the_turn_told_others_Then_they_run_meanwhile(bool isToldFirst)
    {
        using var called = new ManualResetEventSlim();
        var ended = new TaskCompletionSource<bool>();
        var other = _system.Spawn(new Scripted { OnReceive = (_, _) => called.Set() });
        var actor = _system.Spawn(new Scripted
        {
            OnReceive = (_, _) =>
            {
                if (isToldFirst) other.Tell(new Text(""));
                Assert.True(_system.TryRunBehind(new Waiting(() => ended.SetResult(called.Wait(Hang.Max)))));
                if (!isToldFirst) other.Tell(new Text(""));
            },
        });

        actor.Tell(new Text(""));

        Assert.True(await ended.Task);
    }
}
