using MinkActors.Conformance;

namespace MinkActors.Actors.Tests.ThreadPool;

public sealed class StressTests
{
    private const int Threads = 4;
    private const int Actors = 8;
    private const int MessagesEach = 20_000;

    [Theory]
    [InlineData(true, 64, 4096, 64)]
    [InlineData(true, 1, 3, 2)]
    [InlineData(false, 64, 4096, 64)]
    public async Task Given_many_threads_When_all_tell_all_Then_every_message_is_counted_once_in_order(
        bool inline, int throughput, int turns, int queue)
    {
        var system = new ThreadPoolActorSystem(new ThreadPoolOptions
        {
            Inline = inline, ThroughputPerActor = throughput, TurnsPerTell = turns, LocalQueueMax = queue,
        });
        var actors = Enumerable.Range(0, Actors).Select(_ => system.Spawn(new Counter(Threads))).ToArray();

        OnThreads(thread =>
        {
            for (var number = 0; number < MessagesEach; number++) actors[number % Actors].Tell(new Numbered(thread, number));
        });

        foreach (var actor in actors) Assert.Equal(0, await actor.Ask(new CountFaults()));
        Assert.Equal(Threads * MessagesEach, actors.Sum(actor => actor.Count));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Given_many_threads_telling_When_the_actor_is_stopped_amid_Then_each_message_is_received_or_given_up_once(bool inline)
    {
        for (var round = 0; round < 20; round++)
        {
            var system = new ThreadPoolActorSystem(new ThreadPoolOptions { Inline = inline });
            var received = 0;
            var actor = system.Spawn(new Scripted { OnReceive = (_, _) => Interlocked.Increment(ref received) }, "target");
            var all = new Text[Threads, 500];

            OnThreads(thread =>
            {
                for (var number = 0; number < 500; number++)
                {
                    actor.Tell(all[thread, number] = new Text(""));
                    if (thread == 0 && number == 250) system.Stop(actor);
                }
            });
            await system.DisposeAsync();

            var givenUp = all.Cast<Text>().Sum(text => text.GivenUp);
            Assert.All(all.Cast<Text>(), text => Assert.InRange(text.GivenUp, 0, 1));
            Assert.Equal(all.Length, received + givenUp);
        }
    }

    [Fact]
    public async Task Given_many_threads_When_they_spawn_and_stop_a_family_Then_each_member_stops_once()
    {
        var system = new ThreadPoolActorSystem();
        var (started, stopped) = (0, 0);
        var head = system.Spawn(new Probe(), "head");

        OnThreads(thread =>
        {
            for (var number = 0; number < 2_000; number++)
            {
                var child = system.Spawn(new Scripted
                {
                    OnStarted = _ => Interlocked.Increment(ref started),
                    OnStopped = _ => Interlocked.Increment(ref stopped),
                }, parent: head);
                if (number % 2 == 0) system.Stop(child);
                if (thread == 1 && number == 1_500) system.Stop(head);
            }
        });
        await system.DisposeAsync();

        Assert.Equal((Threads * 2_000, Threads * 2_000), (started, stopped));
    }

    [Fact]
    public async Task Given_a_timer_on_its_way_When_it_is_cancelled_at_that_moment_Then_either_the_canceller_or_the_target_has_the_message()
    {
        var time = new ManualTime();
        var system = new ThreadPoolActorSystem(new ThreadPoolOptions { Time = time });
        var delivered = 0;
        var target = system.Spawn(new Scripted { OnReceive = (_, _) => Interlocked.Increment(ref delivered) });
        const int Count = 5_000;
        var timers = Enumerable.Range(1, Count).Select(due => system.StartTimer(target, TimeSpan.FromTicks(due), new Text(""))).ToArray();
        var cancelled = 0;

        OnThreads(thread =>
        {
            if (thread == 0) time.Advance(TimeSpan.FromTicks(Count));
            else if (thread == 1) cancelled = timers.Reverse().Count(timer => timer.Cancel());
        });
        await system.DisposeAsync();

        Assert.Equal(Count, delivered + cancelled);
    }

    [Theory]
    [InlineData(ActorPlacement.Inline, 1)]
    [InlineData(ActorPlacement.Inline, 64)]
    [InlineData(ActorPlacement.OwnTurn, 2)]
    public async Task Given_many_threads_and_turns_that_throw_When_resumed_and_stopped_amid_Then_turns_come_alone_in_order_and_no_message_is_lost(
        ActorPlacement placement, int throughput)
    {
        for (var round = 0; round < 10; round++)
        {
            var system = new ThreadPoolActorSystem(new ThreadPoolOptions { ThroughputPerActor = throughput, TurnsPerTell = 50, LocalQueueMax = 1 });
            var head = system.Spawn(new Scripted { OnSupervise = (_, _) => round % 2 == 0 ? Directive.Resume : Directive.Restart }, "head");
            var target = system.Spawn(new Fragile(Threads) { Where = placement }, parent: head);
            var all = new Counted[Threads, 1_000];

            OnThreads(thread =>
            {
                for (var number = 0; number < 1_000; number++)
                {
                    var message = all[thread, number] = new Counted(thread, number);
                    if (number % 3 == 0) target.TellLast(message);
                    else target.Tell(message);
                    if (thread == 0 && number == 800) system.Stop(head);
                }
            });
            await system.DisposeAsync();

            Assert.Equal(0, target.Faults);
            Assert.All(all.Cast<Counted>(), message => Assert.Equal(1, message.Ends));
            // Behind the end nothing runs, and nothing stays.
            var late = new Counted(0, 1_000);
            target.Tell(late);
            Assert.Equal((0, 1), (late.Received, late.Ends));
        }
    }

    [Fact]
    public void Given_one_message_in_a_row_When_an_actor_told_itself_and_another_Then_the_other_comes_between()
    {
        var system = new ThreadPoolActorSystem(new ThreadPoolOptions { ThroughputPerActor = 1 });
        var order = new List<string>();
        var other = system.Spawn(new Scripted { OnReceive = (_, message) => order.Add(((Text)message).Value) });
        var actor = system.Spawn(new Scripted
        {
            OnReceive = (self, message) =>
            {
                order.Add(((Text)message).Value);
                if (order.Count > 1) return;
                self.Tell(new Text("second"));
                other.Tell(new Text("other"));
            },
        });

        actor.Tell(new Text("first"));

        Assert.Equal(["first", "other", "second"], order);
    }

    private static void OnThreads(Action<int> body)
    {
        var threads = Enumerable.Range(0, Threads).Select(index => new Thread(() => body(index))).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
    }

    private sealed class CountFaults : Request<int>;

    /// <summary>Counts without any lock, and checks the order of each sender.</summary>
    private sealed class Counter(int senders) : Actor
    {
        private readonly int[] _last = Enumerable.Repeat(-1, senders).ToArray();
        private int _faults;

        public int Count { get; private set; }

        protected override void Receive(Message message)
        {
            if (message is CountFaults question)
            {
                question.Reply(_faults);
                return;
            }
            var numbered = (Numbered)message;
            if (numbered.Number <= _last[numbered.Sender]) _faults++;
            _last[numbered.Sender] = numbered.Number;
            Count++;
        }
    }

    private sealed class Counted(int sender, int number) : Message
    {
        private int _ends;

        public int Sender => sender;
        public int Number => number;
        public int Received { get; set; }

        /// <summary>Received or given up: once, or the message was lost or came twice.</summary>
        public int Ends => _ends;

        public void End() => Interlocked.Increment(ref _ends);

        protected override void Undeliverable(ActorRef target) => End();
    }

    /// <summary>Throws at every seventh message, and finds out whether it runs twice at once.</summary>
    private sealed class Fragile(int senders) : Actor
    {
        private readonly int[] _last = Enumerable.Repeat(-1, senders).ToArray();
        private int _inside;

        public ActorPlacement Where { get; init; }

        public int Faults { get; private set; }

        protected override ActorPlacement Placement => Where;

        protected override bool HasStart => false;

        protected override void Receive(Message message)
        {
            if (Interlocked.Exchange(ref _inside, 1) != 0) Faults++;
            var counted = (Counted)message;
            counted.Received++;
            counted.End();
            if (counted.Number <= _last[counted.Sender]) Faults++;
            _last[counted.Sender] = counted.Number;
            if (Interlocked.Exchange(ref _inside, 0) != 1) Faults++;
            if (counted.Number % 7 == 0) throw new InvalidOperationException("every seventh");
        }
    }
}
