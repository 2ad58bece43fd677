using MinkActors.Actors;
using MinkActors.Emulator.Tests.Applications;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Kernel;

/// <summary>Code of one call that calls back from several places and threads at once, while its object answers.</summary>
public sealed class ParallelCallbackTests
{
    private const int Workers = 2, CallsEach = 3;

    /// <summary>A turn that goes on behind an await is left to another thread.</summary>
    private static readonly ThreadPoolOptions Hasty = new() { TurnsPerTell = 2, ThroughputPerActor = 1 };

    public enum Engine
    {
        Usual, Hasty, NotInline,
    }

    /// <param name="engine">Which engine.</param>
    /// <param name="waits">How many callbacks the object itself waits for before it answers.</param>
    /// <param name="rounds">How often.</param>
    [Theory]
    [InlineData(Engine.Usual, 0, 2000)]
    [InlineData(Engine.Usual, 2, 2000)]
    [InlineData(Engine.Hasty, 0, 2000)]
    [InlineData(Engine.Hasty, 2, 2000)]
    [InlineData(Engine.NotInline, 1, 1000)]
    public async Task Given_threads_that_call_back_for_one_call_When_its_object_answers_meanwhile_Then_each_is_answered_once_or_told_that_nobody_can_be_called(Engine engine, int waits, int rounds)
    {
        var served = 0;
        var code = new CallsOnThreads(waits);
        await using var actors = new ThreadPoolActorSystem(Options(engine));
        EmulatedSecureWorld? world = null;
        await using var mink = await KernelMink.StartAsync(actors, code, started => world = started);
        var workers = Enumerable.Range(0, Workers).Select(_ => Task.Factory.StartNew(() => code.Work(rounds), TaskCreationOptions.LongRunning)).ToArray();
        var (answered, refused) = (0, 0);
        for (var round = 0; round < rounds; round++)
        {
            using var callback = mink.Export(new Callback(async _ =>
            {
                if ((Interlocked.Increment(ref served) & 1) == 0) await Task.Yield();
                return ResultCode.Ok;
            }));
            var reply = mink.Root.InvokeAsync(1, Argument.In(callback)).AsTask();
            code.EndRound(Hang.Max);
            (await reply.WaitAsync(Hang.Max)).EnsureOk().Dispose();
            foreach (var started in code.TakeStarted())
            {
                if (await IsAnswered(started)) answered++;
                else refused++;
            }
        }
        await Task.WhenAll(workers).WaitAsync(Hang.Max);
        await mink.DrainReleasesAsync();

        Assert.Equal((rounds * Workers * CallsEach, served), (answered + refused, answered + rounds * waits));
        Assert.Equal(0, world!.ThreadsInUse);
    }

    [Fact]
    public async Task Given_a_thread_that_calls_back_in_no_turn_When_the_answers_come_on_another_while_it_is_still_sending_Then_each_reaches_it()
    {
        const int Calls = 50_000;
        var (began, end) = (new TaskCompletionSource<(SynchronizationContext, Capability)>(), new TaskCompletionSource());
        await using var actors = new ThreadPoolActorSystem(Hasty);
        await using var mink = await KernelMink.StartAsync(actors, new Callback(async call =>
        {
            began.SetResult((SynchronizationContext.Current!, call.InputObject(0)!));
            await end.Task;
            return ResultCode.Ok;
        }));
        using var callback = mink.Export(new Callback(async _ =>
        {
            await Task.Yield();
            return ResultCode.Ok;
        }));
        var reply = mink.Root.InvokeAsync(1, Argument.In(callback)).AsTask();
        var (context, given) = await began.Task;

        var answered = await Task.Factory.StartNew(() => Enumerable.Range(0, Calls).TakeWhile(_ => IsAnsweredTo(context, given)).Count(), TaskCreationOptions.LongRunning);
        end.SetResult();

        Assert.Equal(Calls, answered);
        (await reply).EnsureOk().Dispose();
    }

    /// <summary>As code of the call, and in no turn.</summary>
    private static Task<Reply> Start(SynchronizationContext context, Capability callback)
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        var started = callback.InvokeAsync(3).AsTask();
        SynchronizationContext.SetSynchronizationContext(outer);
        return started;
    }

    private static bool IsAnsweredTo(SynchronizationContext context, Capability callback)
    {
        var started = Start(context, callback);
        if (!started.Wait(Hang.Max)) return false;
        started.Result.EnsureOk().Dispose();
        return true;
    }

    private static ThreadPoolOptions Options(Engine engine) => engine switch
    {
        Engine.Usual => new ThreadPoolOptions(),
        Engine.Hasty => Hasty,
        _ => new ThreadPoolOptions { Inline = false },
    };

    private static async Task<bool> IsAnswered(Task<Reply> started)
    {
        try
        {
            (await started.WaitAsync(Hang.Max)).EnsureOk().Dispose();
            return true;
        }
        catch (MinkTransportException refused) when (refused.Code == ResultCode.Unavailable)
        {
            return false;
        }
    }

    private sealed class CallsOnThreads(int waits) : IMinkObject
    {
        private readonly Barrier _start = new(Workers + 1), _end = new(Workers + 1);
        private readonly List<Task<Reply>> _started = [];
        private SynchronizationContext? _context;
        private Capability? _callback;

        public async ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            _callback = call.TakeInput(0)!;
            _context = SynchronizationContext.Current;
            var callback = _callback;
            _start.SignalAndWait();
            for (var i = 0; i < waits; i++) (await callback.InvokeAsync(3)).EnsureOk().Dispose();
            return ResultCode.Ok;
        }

        /// <summary>A worker's thread.</summary>
        public void Work(int rounds)
        {
            for (var round = 0; round < rounds; round++)
            {
                _start.SignalAndWait();
                for (var i = 0; i < CallsEach; i++)
                {
                    var started = Start(_context!, _callback!);
                    lock (_started) _started.Add(started);
                }
                _end.SignalAndWait();
            }
        }

        public void EndRound(TimeSpan max) => Assert.True(_end.SignalAndWait(max), "A worker does not come back from its calls.");

        public List<Task<Reply>> TakeStarted()
        {
            _callback!.Dispose();
            lock (_started)
            {
                List<Task<Reply>> taken = [.. _started];
                _started.Clear();
                return taken;
            }
        }
    }
}
