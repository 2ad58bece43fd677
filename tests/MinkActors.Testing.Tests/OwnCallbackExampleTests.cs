using FsCheck;
using MinkActors.Protocol;

namespace MinkActors.Testing.Tests;

/// <summary>An example to copy: one's own callback object, tested under every interleaving and under faults.</summary>
public sealed class OwnCallbackExampleTests
{
    private const uint CallGiven = 7;    // of the world's test application: call the given object so many times, each answer the next input

    /// <summary>The object under test: it must count each call once, also when its answer is lost.</summary>
    private sealed class Counter : IMinkObject, IReplyNotified
    {
        public int Answered { get; private set; }
        public int Lost { get; private set; }
        public bool IsReleased { get; private set; }

        public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            Answered++;
            call.Write(0, call.Read<uint>(0) + 1);
            return new(ResultCode.Ok);
        }

        public void ReplyDelivered(bool received)
        {
            if (!received) Lost++;
        }

        public void Released() => IsReleased = true;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Given_a_counter_When_the_secure_world_calls_it_three_times_Then_it_has_counted_three(ulong seed)
    {
        var counter = new Counter();

        await Mink.SimulateAsync(seed, async world =>
        {
            using (var mine = world.Mink.Export(counter))
            {
                using var reply = await world.App.InvokeAsync(CallGiven, Argument.In(3, 10u), Argument.Out<uint>(), Argument.In(mine));
                world.Require(reply.Read<uint>() == 13, "Three calls that add one to ten make thirteen");
            }
            await world.DelayAsync(TimeSpan.FromSeconds(1));
        });

        Assert.Equal(3, counter.Answered);
        Assert.True(counter.IsReleased);
    }

    [Fact]
    public void Given_a_counter_under_faults_When_FsCheck_draws_seeds_and_plans_Then_what_arrives_is_never_more_than_was_counted()
    {
        var property = Mink.Always(async world =>
        {
            var counter = new Counter();
            using var mine = world.ExportWithFaults(counter);
            using var reply = await world.CallAsync(world.App, CallGiven, Argument.In(3, 10u), Argument.Out<uint>(), Argument.In(mine));
            if (reply is { IsOk: true } answered) world.Require(answered.Read<uint>() == 13 && counter.Answered == 3, "An answer came that nobody gave");
            world.Require(counter.Answered <= 3, "The counter was called more often than asked");
        }, FaultPlan.Standard);

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20).WithReplay(20261121, 7), property);
    }

    [Fact]
    public async Task Given_a_reference_that_is_forgotten_When_the_scenario_ends_Then_the_failure_names_the_line_that_made_it()
    {
        var failed = await Assert.ThrowsAsync<SimulationFailedException>(() => Mink.SimulateAsync(1, async world =>
        {
            world.Mink.Export(new Counter());
            await world.YieldAsync();
        }));

        Assert.Contains($"{nameof(OwnCallbackExampleTests)}.cs", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Given_a_system_that_holds_nothing_When_asked_Then_ShouldHaveNoLiveObjects_is_content_and_else_it_throws()
    {
        await Mink.SimulateAsync(5, async world =>
        {
            world.App.Dispose();
            world.Mink.ShouldHaveNoLiveObjects();
            using var mine = world.Mink.Export(new Counter());
            Assert.Throws<InvariantViolatedException>(world.Mink.ShouldHaveNoLiveObjects);
            await world.YieldAsync();
        });
    }
}
