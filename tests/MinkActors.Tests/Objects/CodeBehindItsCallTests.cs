using System.Runtime.CompilerServices;
using MinkActors.Actors;
using MinkActors.Emulator;
using MinkActors.Protocol;

namespace MinkActors.Tests.Objects;

/// <summary>Code that goes on when its call, answered at once, has long ended: it is part of no chain any more.</summary>
public sealed class CodeBehindItsCallTests
{
    [Fact]
    public async Task Given_code_that_its_call_left_running_When_another_object_serves_the_next_call_Then_that_code_goes_on_in_turns_of_its_own_object()
    {
        var goOn = new TaskCompletionSource();
        var (hasGoneOn, didMeanwhile) = (false, false);
        await using var mink = await MinkSystem.StartAsync(o => o.UseEmulator());
        using var first = mink.Export(new Callback(_ =>
        {
            GoOn();
            return ResultCode.Ok;
        }));
        using var next = mink.Export(new Callback(_ =>
        {
            var elsewhere = new Thread(goOn.SetResult);
            elsewhere.Start();
            elsewhere.Join();
            didMeanwhile = hasGoneOn;
            return ResultCode.Ok;
        }));
        async void GoOn()
        {
            await goOn.Task;
            hasGoneOn = true;
        }

        CallBoth(first, next);

        Assert.True(didMeanwhile);
    }

    /// <summary>On one thread, where the second call is served with what the first was.</summary>
    private static void CallBoth(Capability first, Capability next)
    {
        foreach (var one in (Capability[])[first, next])
        {
            var answer = one.InvokeAsync(1);
            Assert.True(answer.IsCompleted);
            answer.Result.Dispose();
        }
    }

    [Fact]
    public void Given_code_that_a_nested_callback_left_running_When_it_calls_S_after_the_whole_chain_has_ended_Then_it_is_not_counted_as_nested() => Rig.Simulate(async rig =>
    {
        var gate = new TaskCompletionSource();
        Task? left = null;
        var x = new Callback(call =>
        {
            if (call.Operation.Method == 1) return Nest();
            left = GoOn();
            return new ValueTask<ResultCode>(ResultCode.Ok);
        });
        async ValueTask<ResultCode> Nest()
        {
            using var inner = await rig.Mink.Root.InvokeAsync(2);
            return inner.Code;
        }
        async Task GoOn()
        {
            await gate.Task;
            (await rig.Mink.Root.InvokeAsync(3)).EnsureOk().Dispose();
        }
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).Dispose();
        rig.World.Otherwise = async call =>
        {
            if (call.Operation.Method == 3) call.Complete();
            else call.Complete((await call.CallBack(0x80000001, call.Operation.Word)).Result);
        };

        (await rig.Mink.Root.InvokeAsync(1)).EnsureOk().Dispose();
        gate.SetResult();
        await left!;

        rig.World.Next(call => call.Release(0x80000001).Complete());
        (await rig.Mink.Root.InvokeAsync(5)).Dispose();
        await x.WhenReleased;
    }, new MinkLimits { Slots = 4, ChainDepth = 2 });

    [Fact]
    public void Given_an_object_that_ticks_by_calling_itself_behind_each_answer_When_it_calls_S_at_each_tick_Then_no_tick_is_nested_in_those_before() => Rig.Simulate(async rig =>
    {
        const int Ticks = 20;
        var gates = Enumerable.Range(0, Ticks + 1).Select(_ => new TaskCompletionSource()).ToArray();
        var ended = new TaskCompletionSource();
        Capability self = null!;
        var x = new Callback(call =>
        {
            _ = Later(call.Operation.Method);
            return ResultCode.Ok;
        });
        async Task Later(int tick)
        {
            try
            {
                await gates[tick].Task;
                (await rig.Mink.Root.InvokeAsync(3)).EnsureOk().Dispose();
                if (tick == Ticks)
                {
                    ended.SetResult();
                    return;
                }
                (await self.InvokeAsync((uint)tick + 1)).EnsureOk().Dispose();
                gates[tick + 1].SetResult();
            }
            catch (Exception failure)
            {
                ended.TrySetException(new InvalidOperationException($"Tick {tick}: {failure.Message}", failure));
            }
        }
        rig.World.Otherwise = call =>
        {
            call.Complete();
            return Task.CompletedTask;
        };
        using (self = rig.Mink.Export(x))
        {
            (await self.InvokeAsync(0)).EnsureOk().Dispose();
            gates[0].SetResult();
            await ended.Task;
        }
        await x.WhenReleased;
    });

    [Fact]
    public void Given_code_left_running_by_a_call_that_ended_When_it_calls_an_object_that_serves_the_chain_still_Then_it_waits_like_any_other() => Rig.Simulate(async rig =>
    {
        var (gate, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        var inside = new TaskCompletionSource();
        var joined = false;
        var isHolding = false;
        Task? left = null;
        Capability hx = null!, hb = null!;
        var x = new Callback(call =>
        {
            left = GoOn();
            return ResultCode.Ok;
        });
        async Task GoOn()
        {
            await gate.Task;
            (await hb.InvokeAsync(2)).EnsureOk().Dispose();
        }
        var b = new Callback(async call =>
        {
            if (call.Operation.Method == 2)
            {
                joined |= isHolding;
                return ResultCode.Ok;
            }
            isHolding = true;
            (await hx.InvokeAsync(0)).EnsureOk().Dispose();
            inside.SetResult();
            await release.Task;
            isHolding = false;
            return ResultCode.Ok;
        });
        using (hx = rig.Mink.Export(x))
        using (hb = rig.Mink.Export(b))
        {
            var holding = hb.InvokeAsync(1);
            await inside.Task;
            gate.SetResult();
            if (rig.IsSimulated) await Task.Delay(TimeSpan.FromMilliseconds(1), rig.Actors.Time);
            release.SetResult();
            (await holding).EnsureOk().Dispose();
            await left!;
            Assert.False(joined, "served between the awaits of a call whose chain it is not part of");
        }
        await x.WhenReleased;
        await b.WhenReleased;
    });

    [Fact]
    public async Task Given_a_system_that_called_an_object_of_another_When_it_has_ended_Then_the_other_does_not_keep_it()
    {
        await using var actors = new ThreadPoolActorSystem();
        ScriptedSecureWorld world = null!;
        await using var lasting = await Start(actors, made => world = made);
        using var shared = lasting.Export(new Callback(_ => ResultCode.Ok));

        var ended = await Task.Run(() => Visit(shared));
        // The threads that ended it may still be on their way back.
        for (var i = 0; i < 1000 && ended.IsAlive; i++)
        {
            await Task.Yield();
            GC.Collect();
        }

        Assert.False(ended.IsAlive, "the invocations of the lasting system keep the ended one's");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> Visit(Capability shared)
    {
        var actors = new ThreadPoolActorSystem();
        var mink = await Start(actors, _ => { });
        var domain = new WeakReference(mink.Domain);
        using (var own = mink.Export(new Callback(async call =>
               {
                   using var reply = await shared.InvokeAsync(0);
                   return reply.Code;
               })))
        {
            (await own.InvokeAsync(0)).EnsureOk().Dispose();
        }
        await mink.DisposeAsync();
        await actors.DisposeAsync();
        return domain;
    }

    private static ValueTask<MinkSystem> Start(ActorSystem actors, Action<ScriptedSecureWorld> made) => MinkSystem.StartAsync(options =>
    {
        options.UseActors(actors);
        options.UseSecureWorld(context =>
        {
            var world = new ScriptedSecureWorld(context);
            made(world);
            return world;
        });
    });
}
