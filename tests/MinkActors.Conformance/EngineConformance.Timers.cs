using MinkActors.Actors;

namespace MinkActors.Conformance;

public abstract partial class EngineConformance
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public Task Given_timers_When_time_passes_Then_they_deliver_in_the_order_due_and_equal_ones_in_the_order_started() => OnEngine(async bench =>
    {
        var probe = bench.System.Spawn(new Probe());
        bench.System.StartTimer(probe, 3 * Second, new Text("last"));
        bench.System.StartTimer(probe, Second, new Text("first"));
        bench.System.StartTimer(probe, 2 * Second, new Text("second"));
        bench.System.StartTimer(probe, 2 * Second, new Text("third"));

        await bench.PassTime(3 * Second);

        foreach (var expected in (string[])["first", "second", "third", "last"])
            Assert.Equal(expected, (await probe.Next<Text>()).Value);
    });

    [Fact]
    public Task Given_a_timer_When_its_time_has_not_come_Then_it_does_not_deliver() => OnEngine(async bench =>
    {
        var probe = bench.System.Spawn(new Probe());
        bench.System.StartTimer(probe, 2 * Second, new Text(""));

        await bench.PassTime(Second);

        await bench.Settle();
        Assert.False(probe.HasMore);
    });

    [Fact]
    public Task Given_a_running_timer_When_cancelled_Then_the_message_comes_back_once_and_may_be_used() => OnEngine(async bench =>
    {
        var probe = bench.System.Spawn(new Probe());
        var message = new Text("deadline");
        var timer = bench.System.StartTimer(probe, Second, message);

        Assert.True(timer.Cancel());
        Assert.False(timer.Cancel());
        probe.Tell(message);

        Assert.Same(message, await probe.Next());
        await bench.PassTime(2 * Second);
        await bench.Settle();
        Assert.False(probe.HasMore);
    });

    [Fact]
    public Task Given_a_timer_that_has_delivered_When_cancelled_Then_it_says_so() => OnEngine(async bench =>
    {
        var probe = bench.System.Spawn(new Probe());
        var timer = bench.System.StartTimer(probe, Second, new Text("deadline"));
        await bench.PassTime(Second);
        await probe.Next<Text>();

        Assert.False(timer.Cancel());
    });

    [Fact]
    public Task Given_a_timer_object_When_started_again_Then_it_delivers_again_and_never_twice_at_once() => OnEngine(async bench =>
    {
        var probe = bench.System.Spawn(new Probe());
        var timer = new ActorTimer();

        for (var round = 0; round < 2; round++)
        {
            bench.System.StartTimer(timer, probe, Second, new Text($"{round}"));
            Assert.Throws<InvalidOperationException>(() => bench.System.StartTimer(timer, probe, Second, new Text("")));
            await bench.PassTime(Second);
            Assert.Equal($"{round}", (await probe.Next<Text>()).Value);
        }
    });

    [Fact]
    public Task Given_many_timers_When_some_are_cancelled_Then_exactly_the_others_deliver() => OnEngine(async bench =>
    {
        var probe = bench.System.Spawn(new Probe());
        const int Count = 200;
        var expected = new List<(int Due, int Number)>();
        for (var number = 0; number < Count; number++)
        {
            var due = number * 7919 % 101 + 1;
            var timer = bench.System.StartTimer(probe, due * Second, new Numbered(0, number));
            if (number % 3 == 0) Assert.True(timer.Cancel());
            else expected.Add((due, number));
        }

        await bench.PassTime(101 * Second);

        foreach (var (_, number) in expected.OrderBy(entry => entry.Due)) Assert.Equal(number, (await probe.Next<Numbered>()).Number);
        Assert.False(probe.HasMore);
    });

    [Fact]
    public Task Given_a_stopped_target_When_its_timer_is_due_Then_the_message_is_given_up_once() => OnEngine(async bench =>
    {
        var actor = bench.System.Spawn(new Probe());
        var message = new Text("deadline");
        bench.System.StartTimer(actor, Second, message);
        await StopAndWait(bench.System, actor);

        await bench.PassTime(Second);

        await bench.Settle();
        Assert.Equal(1, message.GivenUp);
    });

    [Fact]
    public Task Given_a_running_timer_When_the_system_is_disposed_Then_the_message_is_given_up_once() => OnEngine(async bench =>
    {
        var message = new Text("deadline");
        bench.System.StartTimer(bench.System.Spawn(new Probe()), Second, message);

        await bench.System.DisposeAsync();

        Assert.Equal(1, message.GivenUp);
    });
}
