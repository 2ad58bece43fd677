using MinkActors.Actors;
using MinkActors.Emulator;
using MinkActors.Protocol;

namespace MinkActors.Tests.Loads;

/// <summary>The judged load of nested callbacks over 16 slots, and the callback that never answers, against the emulated kernel.</summary>
/// <remarks>MINK_LOAD_CALLS sets another number of calls.</remarks>
public sealed class NestedCallbackLoadTests
{
    private static int Calls => int.TryParse(Environment.GetEnvironmentVariable("MINK_LOAD_CALLS"), out var calls) ? calls : TestEngines.ManyCalls;

    [Fact]
    public async Task Given_many_concurrent_calls_with_nested_callbacks_over_16_slots_When_all_end_Then_nothing_is_alive_on_either_side()
    {
        await using var actors = TestEngines.WithThreads();
        await RunLoad(actors, Calls).OrHang();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Given_an_engine_that_hands_its_queue_over_after_every_turn_When_many_calls_nest_Then_every_caller_gets_his_answer(bool inline)
    {
        await using var actors = new ThreadPoolActorSystem(new ThreadPoolOptions { Inline = inline, ThroughputPerActor = 1, TurnsPerTell = 1, LocalQueueMax = 2 });
        await RunLoad(actors, 2000);
    }

    [Fact]
    public void Given_many_interleavings_When_100_calls_nest_over_16_slots_Then_nothing_is_alive_on_either_side()
    {
        for (var seed = 0ul; seed < 3; seed++)
        {
            var simulation = new SimulationActorSystem(new SimulationOptions { Seed = seed });
            simulation.Run(() => RunLoad(simulation, 100));
        }
    }

    [Fact]
    public void D61_Given_a_callback_that_never_answers_When_its_deadline_passes_Then_S_reads_TIMEOUT_and_nothing_leaks()
    {
        var simulation = new SimulationActorSystem(new SimulationOptions { Seed = 3 });
        simulation.Run(async () =>
        {
            var (mink, secure) = await Start(simulation, new MinkLimits());
            var silent = new Callback(async _ =>
            {
                await new TaskCompletionSource().Task;
                return ResultCode.Ok;
            });
            var start = simulation.Time.GetTimestamp();
            using (var handle = mink.Export(silent))
            using (var reply = await mink.Root.InvokeAsync(1, Argument.In(0), Argument.In(handle))) Assert.Equal(ResultCode.Timeout, reply.Code);
            Assert.Equal(mink.Limits.CallbackDeadline, simulation.Time.GetElapsedTime(start));
            await silent.WhenReleased;
            await CheckEmpty(mink, secure);
        });
    }

    private static async Task RunLoad(ActorSystem actors, int calls)
    {
        // A callback here waits for a slot as long as the load takes, and how long that is depends on the machine.
        var (mink, secure) = await Start(actors, new MinkLimits { CallbackDeadline = null });
        var left = 0;
        var allReleased = new TaskCompletionSource();
        var run = 0;
        Nesting Make(int levels)
        {
            Interlocked.Increment(ref left);
            return new Nesting(levels, mink, Make, () => Interlocked.Increment(ref run), () =>
            {
                if (Interlocked.Decrement(ref left) == 0) allReleased.TrySetResult();
            });
        }
        async Task One(int number)
        {
            using var handle = mink.Export(Make(number % 4));
            using var reply = await mink.Root.InvokeAsync(1, Argument.In(number % 4), Argument.In(handle));
            Assert.Equal(ResultCode.Ok, reply.Code);
        }
        Interlocked.Increment(ref left);
        await Task.WhenAll(Enumerable.Range(0, calls).Select(One).ToArray());
        (await mink.Root.InvokeAsync(2)).Dispose();    // carries the last async releases
        if (Interlocked.Decrement(ref left) > 0) await allReleased.Task;
        Assert.Equal(Enumerable.Range(0, calls).Sum(number => 1 + number % 4), run);
        await CheckEmpty(mink, secure);
        await mink.DisposeAsync();
    }

    private static async Task CheckEmpty(MinkSystem mink, SecureDomain secure)
    {
        await mink.DrainReleasesAsync();
        // On threads the last RELEASE is answered before its secure thread has come to rest.
        if (mink.Actors is not SimulationActorSystem) await HangGuard.Until(() => secure.Threads.InUse == 0 && mink.Domain.Transport.SlotsInUse == 0 && mink.GetLiveReferences().IsClean);
        Assert.True(mink.GetLiveReferences().IsClean, mink.GetLiveReferences().ToString());
        Assert.Empty(Ledger.Of(mink).Imbalances());
        Assert.Equal((0, 0, 0, 0), (mink.Domain.Table.Count, mink.Domain.SecureHandles, secure.Table.Count, secure.Releases.Count));
        Assert.Equal((0, 0), (mink.Domain.Transport.SlotsInUse, secure.Threads.InUse));
    }

    private static async Task<(MinkSystem Mink, SecureDomain Secure)> Start(ActorSystem actors, MinkLimits limits)
    {
        SecureDomain? secure = null;
        var mink = await MinkSystem.StartAsync(options =>
        {
            options.Limits = limits;
            options.UseActors(actors).UseSecureWorld(context =>
            {
                secure = new SecureDomain(context, new MinkLimits { CallbackDeadline = null }, 16, int.MaxValue);
                secure.Root = (SecureObjectHost)secure.Export(new Application()).Detach()!;
                return new EmulatedSecureWorld(secure);
            });
        });
        return (mink, secure!);
    }

    /// <summary>Calls its caller back, and hands out an object that the callback calls in turn.</summary>
    private sealed class Application : IMinkObject
    {
        public ValueTask<ResultCode> InvokeAsync(IncomingCall call) => call.Operation.Method == 1 ? CallBack(call) : new ValueTask<ResultCode>(ResultCode.Ok);

        private static async ValueTask<ResultCode> CallBack(IncomingCall call)
        {
            using var made = call.Host!.Domain.Export(new Application());
            using var reply = await call.InputObject(0)!.InvokeAsync(7, Argument.In(made));
            return reply.Code;
        }
    }

    /// <summary>Calls into the secure world again while it is called back, as deep as it was told.</summary>
    private sealed class Nesting(int levels, MinkSystem mink, Func<int, Nesting> make, Action ran, Action released) : IMinkObject
    {
        public async ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            ran();
            if (levels == 0) return ResultCode.Ok;
            using var handle = mink.Export(make(levels - 1));
            using var reply = await call.InputObject(0)!.InvokeAsync(1, Argument.In(levels), Argument.In(handle));
            return reply.Code;
        }

        public void Released() => released();
    }
}
