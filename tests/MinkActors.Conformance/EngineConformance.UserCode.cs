using MinkActors.Actors;

namespace MinkActors.Conformance;

public abstract partial class EngineConformance
{
    [Fact]
    public Task Given_user_code_that_ends_at_once_When_run_Then_its_outcome_is_there_and_no_message_follows() => OnEngine(async bench =>
    {
        var journal = new Journal();
        var done = new UserCodeDone<int>();
        var actor = bench.System.Spawn(new Scripted
        {
            OnReceive = (self, message) =>
            {
                if (message == done) journal.Add("told");
                else journal.Add($"{self.Run(() => new ValueTask<int>(42), done)} {done.Result}");
            },
        });

        actor.Tell(new Text("go"));

        await journal.Await(1);
        await bench.Settle();
        Assert.Equal(["True 42"], journal.Entries);
    });

    [Fact]
    public Task Given_user_code_that_awaits_When_it_ends_Then_its_outcome_is_told_once() => OnEngine(async bench =>
    {
        var journal = new Journal();
        var gate = new TaskCompletionSource();
        var actor = bench.System.Spawn(new Scripted
        {
            OnReceive = (self, message) =>
            {
                if (message is UserCodeDone<int> done) journal.Add($"told {done.Result} {done.Error?.Message}");
                else journal.Add($"{self.Run(async () => { await gate.Task; return 42; }, new UserCodeDone<int>())}");
            },
        });
        actor.Tell(new Text("go"));
        await journal.Await(1);

        gate.SetResult();

        await journal.Await(1);
        await bench.Settle();
        Assert.Equal(["False", "told 42 "], journal.Entries);
    });

    [Theory]
    [InlineData(false, "ended before")]
    [InlineData(true, "runs|told after")]
    public Task Given_user_code_When_it_throws_Then_the_exception_reaches_the_actor_as_data(bool awaits, string expected) => OnEngine(async bench =>
    {
        var journal = new Journal();
        var gate = new TaskCompletionSource();
        var actor = bench.System.Spawn(new Scripted
        {
            OnReceive = (self, message) =>
            {
                if (message is UserCodeDone told)
                {
                    journal.Add($"told {told.Error!.Message}");
                    return;
                }
                var done = new UserCodeDone();
                journal.Add(self.Run(Code, done) ? $"ended {done.Error!.Message}" : "runs");
            },
        });
        async ValueTask Code()
        {
            if (!awaits) throw new InvalidOperationException("before");
            await gate.Task;
            throw new InvalidOperationException("after");
        }

        actor.Tell(new Text("go"));
        await journal.Await(1);
        gate.SetResult();

        await journal.Await(expected.Split('|').Length - 1);
        Assert.Equal(expected.Split('|'), journal.Entries);
    });

    [Fact]
    public Task Given_user_code_that_awaits_often_When_messages_come_meanwhile_Then_code_and_turns_never_overlap() => OnEngine(async bench =>
    {
        const int Rounds = 20;
        var (inside, overlaps) = (0, 0);
        var journal = new Journal();
        var helper = bench.System.Spawn(new Scripted
        {
            Where = ActorPlacement.OwnTurn,
            OnReceive = (_, message) => ((Question)message).Reply(""),
        });
        var actor = bench.System.Spawn(new Scripted());
        actor.OnReceive = (self, message) => Alone(() =>
        {
            if (message is Text { Value: "go" }) self.Run(Code, new UserCodeDone());
            if (message is UserCodeDone) journal.Add("done");
        });
        async ValueTask Code()
        {
            for (var round = 0; round < Rounds; round++)
            {
                await helper.Ask(new Question());
                // Code that went on within the turn that started it is inside already; after the first real wait it is alone.
                if (round > 0) Alone(() => Thread.SpinWait(50));
                actor.Tell(new Text("meanwhile"));
                await Task.Yield();
            }
        }
        void Alone(Action body)
        {
            if (Interlocked.Increment(ref inside) != 1) Interlocked.Increment(ref overlaps);
            body();
            Interlocked.Decrement(ref inside);
        }

        for (var run = 0; run < 3; run++) actor.Tell(new Text("go"));

        await journal.Await(3);
        Assert.Equal(0, overlaps);
    });

    [Fact]
    public Task Given_an_actor_When_it_runs_user_code_Then_its_context_is_current_there_and_only_there() => OnEngine(async bench =>
    {
        var journal = new Journal();
        var gate = new TaskCompletionSource();
        var actor = bench.System.Spawn(new Scripted
        {
            OnReceive = (self, message) =>
            {
                if (message is not Text) return;
                void Look(string where) => journal.Add($"{where} {SynchronizationContext.Current == self.Context}");
                self.Run(async () =>
                {
                    Look("before");
                    await gate.Task;
                    Look("after");
                }, new UserCodeDone());
                Look("turn");
            },
        });
        actor.Tell(new Text("go"));
        await journal.Await(2);

        gate.SetResult();

        await journal.Await(1);
        Assert.Equal(["before True", "turn False", "after True"], journal.Entries);
    });

    [Fact]
    public Task Given_user_code_that_waits_When_its_actor_stops_Then_the_code_still_runs_to_its_end_and_its_outcome_is_given_up() => OnEngine(async bench =>
    {
        var journal = new Journal();
        var gate = new TaskCompletionSource();
        bench.System.DeadLetters += (_, message) => journal.Add(message.GetType().Name);
        var actor = bench.System.Spawn(new Scripted
        {
            OnReceive = (self, _) => self.Run(async () =>
            {
                try
                {
                    journal.Add("begin");
                    await gate.Task;
                    await Task.Yield();
                }
                finally
                {
                    journal.Add("finally");
                }
            }, new UserCodeDone()),
        });
        actor.Tell(new Text("go"));
        await journal.Await(1);
        await StopAndWait(bench.System, actor);

        gate.SetResult();

        await journal.Await(2);
        Assert.Equal(["begin", "finally", "UserCodeDone"], journal.Entries);
    });

    [Fact]
    public Task Given_a_posted_callback_that_throws_When_it_runs_Then_it_is_reported_and_the_actor_lives() => OnEngine(async bench =>
    {
        var failures = new Journal();
        bench.System.Failures += (_, cause, directive) => failures.Add($"{cause.Message} {directive}");
        var probe = bench.System.Spawn(new Probe());
        var actor = bench.System.Spawn(new Scripted { OnReceive = (_, message) => probe.Tell(message) });

        actor.Context.Post(_ => throw new InvalidOperationException("posted"), null);
        actor.Tell(new Text("alive"));

        await probe.Next<Text>();
        await failures.Await(1);
        Assert.Equal(["posted Resume"], failures.Entries);
    });
}
