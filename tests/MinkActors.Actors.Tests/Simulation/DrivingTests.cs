using MinkActors.Conformance;

namespace MinkActors.Actors.Tests.Simulation;

public sealed class DrivingTests
{
    [Fact]
    public void Given_a_scenario_that_delays_When_run_Then_only_virtual_time_passes()
    {
        var system = new SimulationActorSystem();

        system.Run(async () => await Task.Delay(TimeSpan.FromDays(30), system.Time));

        Assert.Equal(TimeSpan.FromDays(30), system.Elapsed);
    }

    [Fact]
    public void Given_a_token_with_a_deadline_When_its_virtual_time_comes_Then_it_is_cancelled()
    {
        var system = new SimulationActorSystem();

        system.Run(async () =>
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(5), system.Time);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => Task.Delay(Timeout.InfiniteTimeSpan, system.Time, deadline.Token));
        });

        Assert.Equal(TimeSpan.FromSeconds(5), system.Elapsed);
    }

    [Fact]
    public void Given_a_periodic_timer_When_time_is_moved_Then_it_fires_once_per_period_until_disposed()
    {
        var system = new SimulationActorSystem();
        var fired = 0;
        var timer = system.Time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));

        system.AdvanceBy(TimeSpan.FromSeconds(6));
        timer.Dispose();
        system.AdvanceBy(TimeSpan.FromSeconds(6));

        Assert.Equal(3, fired);
        Assert.Equal(TimeSpan.FromSeconds(12), system.Elapsed);
    }

    [Fact]
    public void Given_a_scenario_that_throws_When_run_Then_Run_throws_the_same()
    {
        var system = new SimulationActorSystem();

        Assert.Throws<InvalidTimeZoneException>(() => system.Run(async () =>
        {
            await Task.Yield();
            throw new InvalidTimeZoneException();
        }));
    }

    [Fact]
    public void Given_clients_When_both_run_Then_their_stretches_interleave_in_more_than_one_way()
    {
        var orders = Enumerable.Range(0, 20).Select(seed =>
        {
            var system = new SimulationActorSystem(new() { Seed = (ulong)seed });
            var order = "";
            async Task Client(string name)
            {
                for (var round = 0; round < 3; round++)
                {
                    order += name;
                    await Task.Yield();
                }
            }
            system.Run(() => Task.WhenAll(system.StartClient("a", () => Client("a")), system.StartClient("b", () => Client("b"))));
            return order;
        }).Distinct();

        Assert.True(orders.Count() > 1);
    }

    [Fact]
    public void Given_a_question_nobody_answers_When_nothing_can_run_Then_the_deadlock_names_it_and_the_seed()
    {
        var system = new SimulationActorSystem(new() { Seed = 77 });
        var keeper = system.Spawn(new Probe(), "keeper");

        var deadlock = Assert.Throws<SimulationDeadlockException>(() => system.Run(async () => await keeper.Ask(new Question())));

        Assert.Equal(["client 'scenario' waits", "request Question to 'keeper' has no answer"], deadlock.Pending);
        Assert.Contains("Seed 77", deadlock.Message);
    }

    [Fact]
    public void Given_two_actors_that_play_for_ever_When_run_Then_the_bound_on_steps_ends_it()
    {
        var system = new SimulationActorSystem(new() { StepsMax = 1_000 });
        var actor = system.Spawn(new Scripted { OnReceive = (self, message) => self.Tell(message) });

        actor.Tell(new Text("ball"));

        Assert.Throws<SimulationBoundException>(system.RunUntilIdle);
    }

    [Fact]
    public void Given_a_timer_for_ever_When_run_Then_the_bound_on_virtual_time_ends_it()
    {
        var system = new SimulationActorSystem(new() { TimeMax = TimeSpan.FromHours(1) });
        using var timer = system.Time.CreateTimer(_ => { }, null, TimeSpan.Zero, TimeSpan.FromMinutes(1));

        Assert.Throws<SimulationBoundException>(system.RunUntilQuiet);
    }

    [Fact]
    public void Given_code_that_leaves_for_another_thread_When_it_tells_an_actor_Then_the_run_ends_and_names_the_message()
    {
        var system = new SimulationActorSystem();
        var actor = system.Spawn(new Probe(), "probe");

        var escape = Assert.Throws<SimulationEscapeException>(() => system.Run(() =>
        {
            // Waits for it, so that it is certain that the message came while the simulation ran.
            var thread = new Thread(() => actor.Tell(new Text("stray")));
            thread.Start();
            thread.Join();
            return Task.CompletedTask;
        }));

        Assert.Contains("Text(stray) to probe", escape.Message);
    }

    [Fact]
    public void Given_steps_that_take_time_When_work_goes_on_Then_timers_fire_amid_it()
    {
        var system = new SimulationActorSystem(new() { StepDuration = TimeSpan.FromMilliseconds(1) });
        var (turns, turnsAtAlarm) = (0, 0);
        var worker = system.Spawn(new Scripted
        {
            OnReceive = (self, message) =>
            {
                if (message is Text { Value: "alarm" }) turnsAtAlarm = turns;
                else if (++turns < 1_000) self.Tell(message);
            },
        });
        system.StartTimer(worker, TimeSpan.FromMilliseconds(100), new Text("alarm"));

        worker.Tell(new Text("work"));
        system.RunUntilQuiet();

        Assert.InRange(turnsAtAlarm, 99, 200);
    }

    [Fact]
    public void Given_an_observer_that_finds_an_invariant_broken_When_a_step_ends_Then_the_run_ends_there()
    {
        var observer = new Guard();
        var system = new SimulationActorSystem(new() { Observer = observer });
        var actor = system.Spawn(new Scripted { OnReceive = (_, _) => observer.Count++ }, "counted");
        for (var count = 0; count < 10; count++) actor.Tell(new Text(""));

        Assert.Throws<InvalidOperationException>(system.RunUntilIdle);

        Assert.Equal(3, observer.Count);
    }

    private sealed class Guard : ISimulationObserver
    {
        public int Count { get; set; }

        public void StepStarting(in SimulationStep step)
        {
        }

        public void StepEnded(in SimulationStep step)
        {
            if (Count == 3) throw new InvalidOperationException($"broken after step {step.Number}");
        }
    }
}
