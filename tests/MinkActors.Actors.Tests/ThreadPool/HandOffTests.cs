using MinkActors.Conformance;

namespace MinkActors.Actors.Tests.ThreadPool;

public sealed class HandOffTests
{
    [Fact]
    public void Given_an_idle_actor_When_told_outside_any_turn_Then_its_turn_has_run_on_this_thread_when_Tell_returns()
    {
        var system = new ThreadPoolActorSystem();
        var thread = 0;
        var actor = system.Spawn(new Scripted { OnReceive = (_, _) => thread = Environment.CurrentManagedThreadId });

        actor.Tell(new Text(""));

        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    [Fact]
    public void Given_an_idle_actor_that_wants_turns_of_its_own_When_told_Then_the_tellers_thread_does_not_run_it()
    {
        var system = new ThreadPoolActorSystem();
        var ran = new TaskCompletionSource<(int Thread, bool OfPool)>();
        var actor = system.Spawn(new Scripted
        {
            Where = ActorPlacement.OwnTurn,
            OnReceive = (_, _) => ran.SetResult((Environment.CurrentManagedThreadId, Thread.CurrentThread.IsThreadPoolThread)),
        });
        (int Thread, bool OfPool) seen = default;

        // A thread of our own: the test itself may run on the pool, and then the same thread could come to serve the actor.
        var teller = new Thread(() =>
        {
            actor.Tell(new Text(""));
            seen = ran.Task.GetAwaiter().GetResult();
        });
        teller.Start();
        teller.Join();

        Assert.True(seen.OfPool);
        Assert.NotEqual(teller.ManagedThreadId, seen.Thread);
    }

    [Theory]
    [InlineData(true, 64)]
    [InlineData(false, 64)]
    [InlineData(true, 1)]    // its second turn comes after a hand-over
    public async Task Given_an_actor_that_may_block_When_its_turn_waits_for_another_Then_the_other_runs_meanwhile(bool inline, int turns)
    {
        var system = new ThreadPoolActorSystem(new ThreadPoolOptions { Inline = inline, ThroughputPerActor = turns, TurnsPerTell = turns });
        using var called = new ManualResetEventSlim();
        var ended = new TaskCompletionSource<bool>();
        var other = system.Spawn(new Scripted { OnReceive = (_, _) => called.Set() });
        var blocking = system.Spawn(new Scripted
        {
            Where = ActorPlacement.OwnTurn,
            OnReceive = (self, message) =>
            {
                if (message is Text { Value: "first" })
                {
                    self.Tell(new Text("second"));
                    return;
                }
                other.Tell(new Text(""));
                ended.SetResult(called.Wait(Hang.Max));
            },
        });

        blocking.Tell(new Text("first"));

        Assert.True(await ended.Task);
    }

    [Fact]
    public async Task Given_a_thread_that_has_run_enough_When_the_rest_goes_to_the_pool_Then_the_thread_runs_on_what_it_ran_on_before()
    {
        var system = new ThreadPoolActorSystem(new ThreadPoolOptions { ThroughputPerActor = 1, TurnsPerTell = 1 });
        var rest = Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource<int>()).ToArray();
        var waiting = rest.Select(ran => system.Spawn(new Scripted { OnReceive = (_, _) => ran.SetResult(Environment.CurrentManagedThreadId) })).ToArray();
        var first = system.Spawn(new Scripted
        {
            OnReceive = (_, _) =>
            {
                foreach (var next in waiting) next.Tell(new Text(""));
            },
        });
        (object? Before, object? After) runs = default;

        var teller = new Thread(() =>
        {
            runs.Before = system.Here.Run;
            first.Tell(new Text(""));
            runs.After = system.Here.Run;
        });
        teller.Start();
        teller.Join();

        Assert.DoesNotContain(teller.ManagedThreadId, await Task.WhenAll(rest.Select(ran => ran.Task)));
        Assert.Same(runs.Before, runs.After);
    }

    [Fact]
    public async Task Given_no_inline_turns_When_a_turn_tells_another_Then_that_runs_behind_it_on_the_same_thread()
    {
        var system = new ThreadPoolActorSystem(new ThreadPoolOptions { Inline = false });
        var told = new TaskCompletionSource<(int Thread, bool Behind)>();
        var (teller, hasEnded) = (0, false);
        var second = system.Spawn(new Scripted { OnReceive = (_, _) => told.SetResult((Environment.CurrentManagedThreadId, hasEnded)) });
        var first = system.Spawn(new Scripted
        {
            OnReceive = (_, _) =>
            {
                second.Tell(new Text(""));
                (teller, hasEnded) = (Environment.CurrentManagedThreadId, true);
            },
        });

        first.Tell(new Text(""));

        var seen = await told.Task;
        Assert.Equal((teller, true), seen);
    }

    [Fact]
    public async Task Given_no_inline_turns_When_a_turn_tells_two_Then_the_second_need_not_wait_for_its_end()
    {
        var system = new ThreadPoolActorSystem(new ThreadPoolOptions { Inline = false });
        using var called = new ManualResetEventSlim();
        var ended = new TaskCompletionSource<bool>();
        var (next, behind) = (system.Spawn(new Scripted()), system.Spawn(new Scripted { OnReceive = (_, _) => called.Set() }));
        var first = system.Spawn(new Scripted
        {
            OnReceive = (_, _) =>
            {
                next.Tell(new Text(""));
                behind.Tell(new Text(""));
                ended.SetResult(called.Wait(Hang.Max));
            },
        });

        first.Tell(new Text(""));

        Assert.True(await ended.Task);
    }

    [Fact]
    public async Task Given_two_actors_When_they_play_a_million_times_Then_the_stack_does_not_grow_and_the_teller_gets_away()
    {
        const int Rounds = 1_000_000;
        var system = new ThreadPoolActorSystem();
        var end = new TaskCompletionSource<int>();
        var (first, second) = Players(system, Rounds, end);

        var teller = new Thread(() => first.Tell(new Text("ball")));
        teller.Start();
        teller.Join();

        Assert.NotEqual(teller.ManagedThreadId, await end.Task);
        Assert.Equal(Rounds, first.Played + second.Played);
    }

    [Fact]
    public void Given_an_idle_actor_When_told_Then_nothing_is_allocated()
    {
        var system = new ThreadPoolActorSystem();
        var actor = system.Spawn(new Player(int.MaxValue, null));
        var message = new Text("");

        Assert.Equal(0, BytesAllocated(() => actor.Tell(message)));
    }

    [Fact]
    public void Given_two_actors_When_they_tell_each_other_Then_nothing_is_allocated()
    {
        var system = new ThreadPoolActorSystem();
        var message = new Text("");
        var (first, second) = Players(system, 10, null);

        Assert.Equal(0, BytesAllocated(() =>
        {
            (first.Played, second.Played) = (0, 0);
            first.Tell(message);
        }));
    }

    [Fact]
    public void Given_a_reused_request_When_asked_and_answered_at_once_Then_nothing_is_allocated()
    {
        var system = new ThreadPoolActorSystem();
        var actor = system.Spawn(new Scripted { OnReceive = static (_, message) => ((Question)message).Reply("") });
        var question = new Question();

        Assert.Equal(0, BytesAllocated(() =>
        {
            actor.Ask(question).GetAwaiter().GetResult();
            question.Reset();
        }));
    }

    [Fact]
    public void Given_a_reused_timer_When_started_and_cancelled_Then_nothing_is_allocated()
    {
        var system = new ThreadPoolActorSystem(new ThreadPoolOptions { Time = new ManualTime() });
        var actor = system.Spawn(new Probe());
        var (timer, message) = (new ActorTimer(), new Text(""));

        Assert.Equal(0, BytesAllocated(() =>
        {
            system.StartTimer(timer, actor, TimeSpan.FromSeconds(30), message);
            timer.Cancel();
        }));
    }

    [Fact]
    public void Given_user_code_that_ends_at_once_When_run_Then_nothing_is_allocated()
    {
        var system = new ThreadPoolActorSystem();
        var done = new UserCodeDone<int>();
        Func<ValueTask<int>> code = static () => new ValueTask<int>(1);
        var actor = system.Spawn(new Scripted { OnReceive = (self, _) => self.Run(code, done) });
        var message = new Text("");

        Assert.Equal(0, BytesAllocated(() => actor.Tell(message)));
    }

    [Fact]
    public void Given_a_plain_actor_When_spawned_Then_it_costs_its_object_of_at_most_40_bytes()
    {
        var system = new ThreadPoolActorSystem();

        Assert.InRange(BytesAllocated(() => system.Spawn(new Plain())), 1, 40 * 1000);
    }

    [Fact]
    public async Task Given_figures_wanted_When_actors_work_Then_they_are_kept_by_name()
    {
        var time = new ManualTime();
        var system = new ThreadPoolActorSystem(new ThreadPoolOptions { CollectMetrics = true, Time = time });
        var worker = system.Spawn(new Scripted
        {
            OnReceive = (self, message) =>
            {
                if (((Text)message).Value == "more")
                {
                    self.Tell(new Text("a"));
                    self.Tell(new Text("b"));
                }
                time.Advance(TimeSpan.FromSeconds(1));
            },
        }, "worker");

        worker.Tell(new Text("more"));

        var figures = system.Metrics!.Snapshot().Single(row => row.Name == "worker");
        // The start and three messages; the first waited for nothing, "a" for one turn, "b" for two.
        Assert.Equal(new ActorFiguresSnapshot("worker", 4, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3), 0, 2), figures);
        await system.DisposeAsync();
    }

    [Fact]
    public void Given_a_message_in_a_mailbox_When_told_again_Then_the_second_teller_is_refused()
    {
        var system = new ThreadPoolActorSystem();
        var message = new Text("");
        var refused = 0;
        var actor = system.Spawn(new Scripted
        {
            OnReceive = (self, received) =>
            {
                if (received == message) return;
                self.Tell(message);
                Assert.Throws<InvalidOperationException>(() => self.Tell(message));
                refused++;
            },
        });

        actor.Tell(new Text("go"));

        Assert.Equal(1, refused);
    }

    [Fact]
    public void Given_equal_seeds_When_drawn_Then_systems_give_equal_numbers()
    {
        var (first, second) = (new ThreadPoolActorSystem(new() { Seed = 7 }), new ThreadPoolActorSystem(new() { Seed = 7 }));

        Assert.Equal(first.NextRandom(), second.NextRandom());
        Assert.NotEqual(first.NextRandom(), first.NextRandom());
    }

    private static long BytesAllocated(Action once)
    {
        const int Times = 1000;
        for (var warm = 0; warm < 200; warm++) once();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var time = 0; time < Times; time++) once();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static (Player First, Player Second) Players(ActorSystem system, int rounds, TaskCompletionSource<int>? end)
    {
        var first = system.Spawn(new Player(rounds / 2, end));
        var second = system.Spawn(new Player(rounds / 2, end));
        (first.Other, second.Other) = (second, first);
        return (first, second);
    }

    private sealed class Plain : Actor
    {
        protected override void Receive(Message message)
        {
        }
    }

    /// <summary>Says at the end which thread ran the last turn.</summary>
    private sealed class Player(int most, TaskCompletionSource<int>? end) : Actor
    {
        public Actor? Other { get; set; }

        public int Played { get; set; }

        protected override void Receive(Message message)
        {
            if (Played == most)
            {
                end?.SetResult(Environment.CurrentManagedThreadId);
                return;
            }
            Played++;
            Other?.Tell(message);
        }
    }
}
