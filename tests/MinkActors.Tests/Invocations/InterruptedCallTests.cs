using MinkActors.Emulator;
using MinkActors.Protocol;

namespace MinkActors.Tests.Invocations;

/// <summary>Cancellation and deadline in each phase (spec/01 section 8, spec/11 I-07): one result, nothing abandoned, nothing lost.</summary>
public sealed class InterruptedCallTests
{
    private static readonly CallOptions InOneSecond = new() { Deadline = TimeSpan.FromSeconds(1) };

    /// <summary>The next invocation stays inside S until the test lets it go.</summary>
    private static Task<ScriptedCall> Hold(Rig rig)
    {
        var inside = new TaskCompletionSource<ScriptedCall>();
        rig.World.Next(inside.SetResult);
        return inside.Task;
    }

    [Fact]
    public void Given_a_cancelled_token_When_called_Then_nothing_is_sent() => Rig.Simulate(async rig =>
    {
        using var x = rig.Mink.Export(new Callback());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await rig.Mink.Root.InvokeAsync(5, new CancellationToken(true), Argument.In(x)));
        Assert.Equal((1, 0L), (x.Target.References, rig.World.Entered));
    });

    [Fact]
    public void Given_a_call_that_waits_for_a_slot_When_its_deadline_passes_Then_TIMEOUT_unsent_and_the_queue_goes_on() => Rig.Simulate(async rig =>
    {
        using var x = rig.Mink.Export(new Callback());
        var hold = Hold(rig);
        var first = rig.Mink.Root.InvokeAsync(5);
        var inside = await hold;
        var late = rig.Mink.Root.InvokeAsync(6, InOneSecond, Argument.In(x));
        var third = rig.Mink.Root.InvokeAsync(7);
        var failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await late);
        Assert.Equal((ResultCode.Timeout, Errno.ETIMEDOUT, InvocationPhase.Queued, true), (failure.Code, failure.Errno, failure.Phase, failure.IsRetrySafe));
        Assert.Equal(1, x.Target.References);
        inside.Complete();
        (await first).Dispose();
        (await third).Dispose();
        Assert.Equal(2, rig.World.Entered);
    }, new MinkLimits { Slots = 1 });

    [Theory, InlineData(true), InlineData(false)]
    public void Given_a_call_inside_S_When_the_caller_leaves_Then_it_lives_until_S_answers_and_late_outputs_are_released(bool cancels) => Rig.Simulate(async rig =>
    {
        using var cancel = new CancellationTokenSource();
        var x = new Callback();
        var handle = rig.Mink.Export(x);
        var hold = Hold(rig);
        var sent = rig.Mink.Root.InvokeAsync(5, cancels ? new CallOptions { CancellationToken = cancel.Token } : InOneSecond, Argument.In(handle), Argument.Out(8), Argument.OutObject);
        handle.Dispose();
        var inside = await hold;
        if (cancels)
        {
            cancel.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await sent);
        }
        else
        {
            var failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await sent);
            Assert.Equal((ResultCode.Timeout, InvocationPhase.Sent, false), (failure.Code, failure.Phase, failure.IsRetrySafe));
        }
        Assert.Equal((1, 1), (rig.Mink.GetLiveReferences().InvocationsUnderWay, rig.Mink.Domain.Transport.SlotsInUse));
        Assert.Equal(ResultCode.Defunct, (await inside.CallBack(0x80000001)).Result);    // nobody waits: S is told
        inside.Release(0x80000001).OutputObject(0, 44).Complete();
        await x.WhenReleased;
        await rig.NextCallWorks();
        await rig.Eventually(() => rig.World.Released.Count == 1);
        Assert.Equal((0, 44u), (x.Calls, rig.World.Released.Single()));
    });

    [Fact]
    public void Given_a_call_inside_S_When_its_answer_is_asked_for_too_early_and_twice_Then_it_is_refused_and_the_call_is_untouched() => Rig.Simulate(async rig =>
    {
        var hold = Hold(rig);
        var sent = rig.Mink.Root.InvokeAsync(5, Argument.Out(1));
        var inside = await hold;
        Assert.Throws<InvalidOperationException>(() => sent.GetAwaiter().GetResult());
        Assert.Equal(1, rig.Mink.GetLiveReferences().InvocationsUnderWay);
        inside.Output(0, 42).Complete();
        using var reply = await sent;
        Assert.Throws<InvalidOperationException>(() => sent.GetAwaiter().GetResult());
        Assert.Equal(42, reply.EnsureOk().Output(0)[0]);
    });

    [Fact]
    public void Given_a_busy_monitor_When_the_caller_leaves_Then_the_call_is_unwound_and_never_retried() => Rig.Simulate(async rig =>
    {
        using var x = rig.Mink.Export(new Callback());
        rig.World.Next(async call =>
        {
            while (true) await call.ReturnAsync(SmcCall.Failed(SmcCall.StatusBusy));
        });
        await Assert.ThrowsAsync<MinkTransportException>(async () => await rig.Mink.Root.InvokeAsync(5, new CallOptions { Deadline = TimeSpan.FromMilliseconds(100) }, Argument.In(x)));
        await Task.Delay(TimeSpan.FromSeconds(1), rig.Actors.Time);
        await rig.Eventually(() => x.Target.References == 1);
        Assert.InRange(rig.World.Entered, rig.IsSimulated ? 4 : 0, 4);    // a pause is 30 ms, of 100
    }, seeds: 4);

    [Theory, InlineData(true), InlineData(false)]
    public void D61_D102_Given_code_that_hangs_in_a_callback_When_given_up_Then_S_is_told_and_late_outputs_are_put(bool byDeadline) => Rig.Simulate(async rig =>
    {
        using var cancel = new CancellationTokenSource();
        var finish = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        var late = new Callback();
        var seen = new List<string>();
        Capability? lent = null;
        var x = new Callback(async call =>
        {
            lent = call.InputObject(0);
            call.Cancellation.Register(() => seen.Add("told"));
            begun.SetResult();
            await finish.Task;
            Assert.True(call.Cancellation.IsCancellationRequested);
            Assert.False(lent!.IsLive);
            Assert.Throws<MinkException>(() => call.InputObject(1));
            call.Write(0, 1);
            try
            {
                call.SetOutputObject(0, late);
            }
            catch (MinkException)
            {
                seen.Add("refused");
            }
            ended.SetResult();
            return ResultCode.Ok;
        });
        var results = new List<ResultCode>();
        rig.World.Next(async call =>
        {
            results.Add((await call.CallBack(0x80000001, outputs: [4], objects: [9, 10], outputObjects: 1)).Result);
            call.Release(0x80000001).Complete((ResultCode)12);
        });
        ValueTask<Reply> sent;
        using (var handle = rig.Mink.Export(x)) sent = rig.Mink.Root.InvokeAsync(5, cancel.Token, Argument.In(handle));
        if (byDeadline)
        {
            using var reply = await sent;
            Assert.Equal((ResultCode)12, reply.Code);
        }
        else
        {
            await begun.Task;
            cancel.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await sent);
        }
        await x.WhenReleased;
        Assert.Equal(byDeadline ? ResultCode.Timeout : ResultCode.Defunct, results.Single());
        await rig.CheckAtQuiet();
        Assert.Equal([9u, 10u], rig.World.Released.Order());    // nothing leaks although the code still hangs
        finish.SetResult();
        await ended.Task;
        await late.WhenReleased;
        Assert.Equal(["told", "refused"], seen);
        await rig.NextCallWorks();
    }, new MinkLimits { CallbackDeadline = byDeadline ? TimeSpan.FromSeconds(1) : null });

    [Fact]
    public void D56_Given_a_call_given_up_When_its_code_ends_after_1000_newer_ones_Then_none_of_them_changes() => Rig.Simulate(async rig =>
    {
        var finish = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        var isFirst = true;
        var x = new Callback(async call =>
        {
            if (!isFirst)
            {
                call.Write(0, (byte)5);
                return (ResultCode)20;
            }
            isFirst = false;
            await finish.Task;
            call.Write(0, (byte)1);
            ended.SetResult();
            return ResultCode.Ok;
        });
        rig.World.Next(async call =>
        {
            Assert.Equal(ResultCode.Timeout, (await call.CallBack(0x80000001, outputs: [4])).Result);
            for (var i = 0; i < 1000; i++)
            {
                Assert.Equal((ResultCode)20, (await call.CallBack(0x80000001, outputs: [4])).Result);
                if (i == 500) finish.SetResult();
            }
            call.Release(0x80000001).Complete();
        });
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).EnsureOk().Dispose();
        await ended.Task;
        await x.WhenReleased;
    }, new MinkLimits { CallbackDeadline = TimeSpan.FromSeconds(1) }, seeds: 3);

    [Fact]
    public void D26_Given_a_sleep_When_the_caller_leaves_Then_it_ends_at_once_and_too_long_a_sleep_is_refused() => Rig.Simulate(async rig =>
    {
        var start = rig.Actors.Time.GetTimestamp();
        var results = new List<ResultCode>();
        var ended = new TaskCompletionSource();
        rig.World.Next(async call =>
        {
            results.Add((await call.CallBack(0x80000000, PrimordialOperation.Sleep, inputs: [[0xFF, 0xFF, 0xFF, 0xFF]])).Result);
            results.Add((await call.CallBack(0x80000000, PrimordialOperation.Sleep, inputs: [BitConverter.GetBytes(50_000)])).Result);
            call.Complete();
            ended.SetResult();
        });
        var failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await rig.Mink.Root.InvokeAsync(5, InOneSecond));
        Assert.Equal(InvocationPhase.Callback, failure.Phase);
        await rig.NextCallWorks();
        rig.Took(TimeSpan.FromSeconds(1), start);
        await ended.Task;
        Assert.Equal([ResultCode.Unavailable, ResultCode.Defunct], results);
    });

    [Theory, InlineData(false), InlineData(true)]
    public void D27_Given_S_that_never_finishes_When_the_round_limit_is_reached_Then_the_caller_ends_once_and_others_run(bool malformed) => Rig.Simulate(async rig =>
    {
        var stop = false;
        rig.World.Next(async call =>
        {
            while (!stop)
            {
                if (malformed) await call.CallBackRaw([0, 0, 0, 0, 0, 0, 0, 0x80, 1, 0, 0, 0, 0, 0, 0, 0xFF]);
                else await call.CallBack(0x80000000, PrimordialOperation.Yield);
            }
            call.Complete();
        });
        try
        {
            var failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await rig.Mink.Root.InvokeAsync(5));
            Assert.Contains("asked for help 100 times", failure.Message, StringComparison.Ordinal);
            await rig.NextCallWorks();
        }
        finally
        {
            stop = true;
        }
    }, new MinkLimits { CallbackRounds = 100 }, seeds: 3);
}
