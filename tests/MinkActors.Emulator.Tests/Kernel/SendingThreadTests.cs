using MinkActors.Actors;
using MinkActors.Emulator.Tests.Applications;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Kernel;

/// <summary>A call is sent by the thread that made it, which may have left turns to another thread meanwhile.</summary>
public sealed class SendingThreadTests
{
    [Fact]
    public async Task Given_a_call_that_is_put_together_When_its_thread_leaves_turns_to_another_Then_it_is_served_on_what_runs_here()
    {
        object? told = null, runs = null;
        await using var actors = new ThreadPoolActorSystem(new ThreadPoolOptions { TurnsPerTell = 1 });
        await using var mink = await KernelMink.StartAsync(actors, new Callback(call =>
        {
            (told, runs) = (call.Run, actors.CurrentRun);
            return new(ResultCode.Ok);
        }));

        using var reply = await SendAfter(mink.Root, () => LeaveToAnother(actors, () => { }));

        Assert.NotNull(runs);
        Assert.Same(runs, told);
    }

    [Fact]
    public async Task Given_a_call_that_is_put_together_When_its_thread_leaves_a_long_turn_to_another_Then_the_call_need_not_wait_for_that_turn()
    {
        using var end = new ManualResetEventSlim();
        await using var actors = new ThreadPoolActorSystem(new ThreadPoolOptions { TurnsPerTell = 1, ThroughputPerActor = 1 });
        await using var mink = await KernelMink.StartAsync(actors, new Callback(async call =>
        {
            using var answer = await call.InputObject(0)!.InvokeAsync(3);
            return answer.Code;
        }));
        using var callback = mink.Export(new Callback(_ => new(ResultCode.Ok)));

        var sent = SendAfter(mink.Root, () => LeaveToAnother(actors, end.Wait), callback).AsTask();
        var isAnswered = WaitFor(sent);
        end.Set();

        Assert.True(isAnswered);
        (await sent).EnsureOk().Dispose();
    }

    private static bool WaitFor(Task task) => task.Wait(Hang.Max);

    /// <summary>Does something else between the arguments and the sending.</summary>
    private static ValueTask<Reply> SendAfter(Capability target, Action meanwhile, params Capability[] given)
    {
        Assert.True(ArgumentCounts.TryCreate(0, 0, given.Length, 0, out var counts, out _));
        var call = target.Call(1, counts);
        foreach (var one in given) call.In(one);
        meanwhile();
        return call.SendAsync();
    }

    /// <summary>One turn here, which is all that this thread may do at a time; what that has told begins on another thread before this returns.</summary>
    private static void LeaveToAnother(ActorSystem actors, Action what)
    {
        var began = new TaskCompletionSource();
        var later = actors.Spawn(new Does(() =>
        {
            began.SetResult();
            what();
        }));
        actors.Spawn(new Does(() => later.Tell(new Go()))).Tell(new Go());
        Assert.True(WaitFor(began.Task));
    }

    private sealed class Go : Message;

    private sealed class Does(Action what) : Actor
    {
        protected override void Receive(Message message) => what();
    }
}
