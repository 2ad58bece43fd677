using System.Diagnostics.Metrics;
using MinkActors.Protocol;

namespace MinkActors.Tests.Objects;

/// <summary>How a hosted object serves: one chain at a time, re-entrant within it, in order, and whatever its code does.</summary>
public sealed class ServingTests
{
    /// <summary>S holds the object under 0x80000001, and calls it once in each invocation.</summary>
    private static async Task Give(Rig rig, Callback x)
    {
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).Dispose();
        rig.World.Otherwise = async call =>
        {
            call.Complete((await call.CallBack(0x80000001, call.Operation.Word)).Result);
        };
    }

    private static async Task TakeBack(Rig rig, Callback x)
    {
        rig.World.Next(call => call.Release(0x80000001).Complete());
        (await rig.Mink.Root.InvokeAsync(5)).Dispose();
        await x.WhenReleased;
        Assert.Equal(1, x.Releases);
    }

    [Theory, InlineData(Engine.Simulation), InlineData(Engine.ThreadPool)]
    public Task Section_8_Given_an_object_that_calls_S_while_served_When_S_calls_it_again_Then_it_is_admitted(Engine engine) => Rig.Run(engine, async rig =>
    {
        var x = new Callback(async call =>
        {
            if (call.Operation.Method == 0) return (ResultCode)30;
            using var inner = await rig.Mink.Root.InvokeAsync((uint)call.Operation.Method - 1);
            return inner.Code;
        });
        await Give(rig, x);
        using (var reply = await rig.Mink.Root.InvokeAsync(5)) Assert.Equal((ResultCode)30, reply.Code);
        Assert.Equal(6, x.Calls);
        await TakeBack(rig, x);
    });

    [Fact]
    public void Section_8_Given_a_chain_deeper_than_the_limit_When_it_nests_Then_that_call_alone_is_refused() => Rig.Simulate(async rig =>
    {
        var x = new Callback(async call =>
        {
            try
            {
                using var inner = await rig.Mink.Root.InvokeAsync(1);
                return inner.Code;
            }
            catch (MinkTransportException failure)
            {
                Assert.Equal((Errno.EDEADLK, InvocationPhase.Preparing), (failure.Errno, failure.Phase));
                return (ResultCode)40;
            }
        });
        await Give(rig, x);
        using (var reply = await rig.Mink.Root.InvokeAsync(1)) Assert.Equal((ResultCode)40, reply.Code);
        Assert.Equal(3, x.Calls);
        await TakeBack(rig, x);
    }, new MinkLimits { Slots = 4, ChainDepth = 3 });

    [Fact]
    public void D59_Given_calls_of_other_chains_When_one_is_served_Then_they_wait_in_order_and_the_one_too_many_reads_BUSY() => Rig.Simulate(async rig =>
    {
        var gate = new TaskCompletionSource();
        var order = new List<int>();
        var (running, waiting) = (0, 0);
        using var waits = HearOfWaits(rig, behind => waiting = behind + 1);
        var x = new Callback(async call =>
        {
            Assert.Equal(1, ++running);
            order.Add(call.Operation.Method);
            await gate.Task;
            running--;
            return ResultCode.Ok;
        });
        await Give(rig, x);
        var calls = new List<ValueTask<Reply>>();
        for (var i = 0u; i < 5; i++)
        {
            calls.Add(rig.Mink.Root.InvokeAsync(i));
            if (i < 4) await rig.Eventually(() => order.Count + waiting == i + 1);
        }
        using (var refused = await calls[4]) Assert.Equal(ResultCode.Busy, refused.Code);
        gate.SetResult();
        for (var i = 0; i < 4; i++) (await calls[i]).EnsureOk().Dispose();
        Assert.Equal([0, 1, 2, 3], order);
        await TakeBack(rig, x);
    }, new MinkLimits { WaitingCallsPerObject = 3 }, seeds: 4);

    /// <summary>Reports how many calls each call of this system that has to wait for its object waits behind.</summary>
    private static MeterListener HearOfWaits(Rig rig, Action<int> report)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (published, self) =>
            {
                if (published.Name == "mink.mailbox.depth" && rig.Mink.Domain.Metrics.Owns(published)) self.EnableMeasurementEvents(published);
            },
        };
        listener.SetMeasurementEventCallback<int>((_, behind, tags, _) =>
        {
            if (tags[0].Value is "object") report(behind);
        });
        listener.Start();
        return listener;
    }

    [Fact]
    public void I15_Given_full_slots_and_a_full_queue_When_one_more_calls_Then_it_alone_is_BUSY_and_the_rest_go_in_order() => Rig.Simulate(async rig =>
    {
        var order = new List<uint>();
        var inside = new TaskCompletionSource<MinkActors.Emulator.ScriptedCall>();
        rig.World.Next(inside.SetResult);
        rig.World.Otherwise = call =>
        {
            order.Add(call.Operation.Word);
            call.Complete();
            return Task.CompletedTask;
        };
        var calls = new List<ValueTask<Reply>>();
        for (var i = 0u; i < 5; i++)
        {
            calls.Add(rig.Mink.Root.InvokeAsync(i));
            if (i == 0) await inside.Task;
            else await rig.Eventually(() => rig.Mink.Domain.Transport.Waiting == Math.Min(i, 3));
        }
        var failure = await Assert.ThrowsAsync<MinkTransportException>(async () => await calls[4]);
        Assert.Equal((ResultCode.Busy, Errno.EBUSY, InvocationPhase.Queued, true), (failure.Code, failure.Errno, failure.Phase, failure.IsRetrySafe));
        (await inside.Task).Complete();
        for (var i = 0; i < 4; i++) (await calls[i]).Dispose();
        Assert.Equal([1u, 2, 3], order);
    }, new MinkLimits { Slots = 1, QueuedInvocations = 3 }, seeds: 4);

    public static TheoryData<string, int> Misbehaviours => new()
    {
        { "throws at once", 1 }, { "throws behind an await", 1 }, { "throws a code", -19 }, { "throws OK as a code", 1 }, { "is out of memory", -97 },
        { "raises in async void", 50 }, { "reads an argument that is not there", 2 }, { "answers more than fits", 4 },
    };

    [Theory, MemberData(nameof(Misbehaviours))]
    public void Section_7_1_Given_code_that_misbehaves_When_served_Then_S_reads_a_code_and_the_object_lives(string how, int code) => Rig.Simulate(async rig =>
    {
        var x = new Callback(async call =>
        {
            if (call.Operation.Method == 9) return ResultCode.Ok;
            switch (how)
            {
                case "throws at once": throw new InvalidOperationException(how);
                case "throws behind an await":
                    await Task.Delay(TimeSpan.FromMilliseconds(1), rig.Actors.Time);
                    throw new InvalidOperationException(how);
                case "throws a code": throw new MinkException((ResultCode)(-19));
                case "throws OK as a code": throw new MinkException(ResultCode.Ok);
                case "is out of memory": throw new OutOfMemoryException();
                case "raises in async void":
                    AsyncVoid(rig);
                    await Task.Delay(TimeSpan.FromMilliseconds(5), rig.Actors.Time);
                    break;
                case "reads an argument that is not there": call.Input(3); break;
                default: call.Write(0, 1L); break;
            }
            return (ResultCode)50;
        });
        await Give(rig, x);
        rig.World.Next(async call => call.Complete((await call.CallBack(0x80000001, 1, outputs: [2], objects: [9])).Result));
        using (var reply = await rig.Mink.Root.InvokeAsync(1)) Assert.Equal(code, (int)reply.Code);
        (await rig.Mink.Root.InvokeAsync(9)).EnsureOk().Dispose();
        await TakeBack(rig, x);
    }, seeds: 3);

    private static async void AsyncVoid(Rig rig)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(1), rig.Actors.Time);
        throw new InvalidOperationException("Nobody awaits this.");
    }

    [Fact]
    public void Given_a_notice_or_a_cancellation_handler_that_throws_When_told_Then_the_object_lives() => Rig.Simulate(async rig =>
    {
        var x = new Throwing();
        using (var handle = rig.Mink.Export(x)) (await rig.Mink.Root.InvokeAsync(5, Argument.In(handle))).Dispose();
        rig.World.Otherwise = async call => call.Complete((await call.CallBack(0x80000001, call.Operation.Word)).Result);
        (await rig.Mink.Root.InvokeAsync(1)).EnsureOk().Dispose();
        using (var reply = await rig.Mink.Root.InvokeAsync(2)) Assert.Equal(ResultCode.Timeout, reply.Code);
        (await rig.Mink.Root.InvokeAsync(1)).EnsureOk().Dispose();
        rig.World.Next(call => call.Release(0x80000001).Complete());
        (await rig.Mink.Root.InvokeAsync(5)).Dispose();
    }, new MinkLimits { CallbackDeadline = TimeSpan.FromSeconds(1) }, seeds: 4);

    private sealed class Throwing : IMinkObject, IReplyNotified
    {
        public async ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            if (call.Operation.Method == 1) return ResultCode.Ok;
            call.Cancellation.Register(() => throw new InvalidOperationException("handler"));
            await new TaskCompletionSource().Task;
            return ResultCode.Ok;
        }

        public void ReplyDelivered(bool received) => throw new InvalidOperationException("notice");

        public void Released() => throw new InvalidOperationException("release");
    }
}
