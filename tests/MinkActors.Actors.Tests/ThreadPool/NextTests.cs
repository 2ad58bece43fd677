using MinkActors.Conformance;

namespace MinkActors.Actors.Tests.ThreadPool;

/// <summary>Without inline turns, whom code behind a turn tells first is next on its thread, unless the code keeps him waiting.</summary>
public sealed class NextTests
{
    private readonly ThreadPoolActorSystem _system = new(new ThreadPoolOptions { Inline = false });

    [Fact]
    public async Task Given_code_behind_a_turn_When_it_tells_an_actor_Then_that_runs_on_its_thread_when_it_has_returned()
    {
        // More than once: a machine that stops the thread just then looks like code that takes long.
        var ranThere = false;
        for (var tries = 0; tries < 50 && !ranThere; tries++)
        {
            var ran = new TaskCompletionSource<(int Thread, bool HasReturned)>();
            var (thread, hasReturned) = (0, false);
            var told = Spawn(() => ran.SetResult((Environment.CurrentManagedThreadId, hasReturned)));

            RunBehind(() =>
            {
                thread = Environment.CurrentManagedThreadId;
                told.Tell(new Text(""));
                hasReturned = true;
            });

            var seen = await ran.Task;
            ranThere = seen.Thread == thread;
            Assert.True(!ranThere || seen.HasReturned);
        }
        Assert.True(ranThere);
    }

    [Fact]
    public async Task Given_code_behind_a_turn_that_blocks_When_it_waits_for_the_first_it_told_Then_another_thread_runs_that()
    {
        using var ran = new ManualResetEventSlim();
        var ended = new TaskCompletionSource<bool>();
        var told = Spawn(ran.Set);

        RunBehind(() =>
        {
            told.Tell(new Text(""));
            ended.SetResult(ran.Wait(Hang.Max));
        });

        Assert.True(await ended.Task);
    }

    [Fact]
    public async Task Given_code_that_blocked_once_When_it_blocks_again_and_again_Then_nobody_is_lost()
    {
        const int Times = 200;
        var ended = new TaskCompletionSource<int>();
        using var ran = new SemaphoreSlim(0);
        var told = Spawn(() => ran.Release());

        RunBehind(() =>
        {
            var times = 0;
            do told.Tell(new Text(""));
            while (ran.Wait(Hang.Max) && ++times < Times);
            ended.SetResult(times);
        });

        Assert.Equal(Times, await ended.Task);
    }

    [Fact]
    public async Task Given_code_behind_a_turn_When_it_tells_a_second_actor_Then_that_need_not_wait_for_it()
    {
        using var ran = new ManualResetEventSlim();
        var first = new TaskCompletionSource();
        var ended = new TaskCompletionSource<bool>();
        var (next, other) = (Spawn(() => first.SetResult()), Spawn(ran.Set));

        RunBehind(() =>
        {
            next.Tell(new Text(""));
            other.Tell(new Text(""));
            ended.SetResult(ran.Wait(Hang.Max));
        });

        Assert.True(await ended.Task);
        await first.Task.WaitAsync(Hang.Max);
    }

    [Fact]
    public async Task Given_code_that_tells_an_actor_which_lets_it_go_on_When_that_is_repeated_Then_it_does_not_end_where_the_pool_has_its_way()
    {
        const int Times = 5_000;
        var (times, ended) = (0, new TaskCompletionSource());
        ActorRef told = null!;
        void GoOn()
        {
            if (++times < Times) told.Tell(new Text(""));
            else ended.SetResult();
        }
        told = Spawn(() => Assert.True(_system.TryRunBehind(new Waiting(GoOn))));

        told.Tell(new Text(""));

        await ended.Task.WaitAsync(Hang.Max);
        Assert.Equal(Times, times);
    }

    [Fact]
    public async Task Given_code_that_leaves_a_context_on_its_thread_When_the_next_turn_runs_there_Then_it_does_not_see_it()
    {
        var seen = new TaskCompletionSource<SynchronizationContext?>();
        var told = Spawn(() => seen.SetResult(SynchronizationContext.Current));

        RunBehind(() =>
        {
            told.Tell(new Text(""));
            SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
        });

        Assert.Null(await seen.Task);
    }

    [Fact]
    public async Task Given_code_that_leaves_a_value_of_its_context_When_the_next_turn_runs_there_Then_it_does_not_see_it()
    {
        var local = new AsyncLocal<string?>();
        var seen = new TaskCompletionSource<string?>();
        var told = Spawn(() => seen.SetResult(local.Value));

        RunBehind(() =>
        {
            told.Tell(new Text(""));
            local.Value = "left behind";
        });

        Assert.Null(await seen.Task);
    }

    [Fact]
    public async Task Given_a_thread_that_went_on_once_When_code_that_is_no_longer_behind_a_turn_tells_an_actor_Then_the_pool_runs_it()
    {
        var ran = new TaskCompletionSource();
        var told = Spawn(() => ran.SetResult());
        var left = new TaskCompletionSource();

        // The same thread, as a work item of its own: nobody comes back to look at the place.
        RunBehind(() => System.Threading.ThreadPool.UnsafeQueueUserWorkItem(new Waiting(() =>
        {
            told.Tell(new Text(""));
            left.SetResult();
        }), preferLocal: true));

        await left.Task.WaitAsync(Hang.Max);
        await ran.Task.WaitAsync(Hang.Max);
    }

    private ActorRef Spawn(Action receive) => _system.Spawn(new Scripted { OnReceive = (_, _) => receive() });

    /// <summary>Behind a turn of an actor of its own.</summary>
    private void RunBehind(Action code) => Spawn(() => Assert.True(_system.TryRunBehind(new Waiting(code)))).Tell(new Text(""));
}
