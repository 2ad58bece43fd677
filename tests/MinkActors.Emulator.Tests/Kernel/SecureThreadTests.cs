using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Kernel;

/// <summary>One invocation whose code does not wait for its callbacks: they go out one after the other, and the reply comes behind them.</summary>
public class SecureThreadTests
{
    private static readonly ObjectId First = new(0x8000_0001), Second = new(0x8000_0002);

    [Fact]
    public async Task Given_an_object_that_answers_while_its_callback_is_out_When_the_callback_is_answered_Then_the_reply_comes_behind_it()
    {
        await using var normal = new RawNormalWorld(new Starts());

        var asked = await normal.InvokeAsync(normal.Request(operation: 1, First));
        var isBusy = normal.World.ThreadsInUse;
        var ended = await normal.AnswerAsync();

        Assert.Equal((SmcCall.CallbackRequest, 1), (asked.ResponseType, isBusy));
        Assert.Equal((SmcCall.Done, ResultCode.Ok, 0), (ended.ResponseType, ended.Result, normal.World.ThreadsInUse));
    }

    [Fact]
    public async Task Given_callbacks_started_at_once_When_each_is_answered_Then_the_next_goes_out_and_the_reply_is_the_last()
    {
        var code = new Starts();
        await using var normal = new RawNormalWorld(code);

        var first = (await normal.InvokeAsync(normal.Request(operation: 1, First, Second)), normal.Called());
        var second = (await normal.AnswerAsync(), normal.Called());
        var ended = await normal.AnswerAsync();

        Assert.Equal((SmcCall.CallbackRequest, First), (first.Item1.ResponseType, first.Item2));
        Assert.Equal((SmcCall.CallbackRequest, Second), (second.Item1.ResponseType, second.Item2));
        Assert.Equal((SmcCall.Done, ResultCode.Ok), (ended.ResponseType, ended.Result));
        Assert.Equal([ResultCode.Ok, ResultCode.Ok], await Task.WhenAll(code.Started));
    }

    [Fact]
    public async Task Given_code_that_goes_on_behind_its_call_When_it_calls_back_Then_it_is_told_that_nobody_can_be_called()
    {
        var code = new Starts();
        await using var normal = new RawNormalWorld(code);
        await normal.InvokeAsync(normal.Request(operation: 1, First));
        await normal.AnswerAsync();

        var late = await code.CallLateAsync();

        Assert.Equal(ResultCode.Unavailable, late);
        Assert.Equal(0, normal.World.ThreadsInUse);
    }

    [Theory]
    [InlineData(2, 0, 5000, 0)]
    [InlineData(1, 0, 5000)]
    [InlineData(1, 5000, 0, 5000)]
    [InlineData(2, 5000, 5000, 0, 0)]
    public async Task Given_callbacks_started_at_once_some_too_large_for_the_buffer_When_the_others_are_answered_Then_they_went_out_in_order_and_the_reply_is_the_last(int answers, params int[] sizes)
    {
        var code = new StartsOfSize(sizes);
        await using var normal = new RawNormalWorld(code);

        var asked = new List<uint>();
        var back = await normal.InvokeAsync(normal.Request(operation: 1, First));
        for (; back.ResponseType == SmcCall.CallbackRequest; back = await normal.AnswerAsync()) asked.Add(normal.CalledMethod());

        Assert.Equal(sizes.Index().Where(size => size.Item == 0).Select(size => (uint)size.Index), asked);
        Assert.Equal(answers, asked.Count);
        Assert.Equal((SmcCall.Done, ResultCode.Ok, 0), (back.ResponseType, back.Result, normal.World.ThreadsInUse));
        Assert.Equal(sizes.Select(size => size == 0 ? ResultCode.Ok : ResultCode.MaxData), await Task.WhenAll(code.Started));
    }

    [Fact]
    public async Task Given_code_that_has_gone_on_behind_its_call_When_the_thread_serves_the_next_call_Then_that_code_is_no_part_of_it()
    {
        var code = new LeavesRunning();
        await using var normal = new RawNormalWorld(code);
        var first = await normal.InvokeAsync(normal.Request(operation: 1, First));
        code.GoOn.SetResult();
        var next = await normal.InvokeAsync(normal.Request(operation: 2, Second));

        code.GoOnAgain.SetResult();
        var ended = await normal.AnswerAsync();

        Assert.Equal((SmcCall.Done, SmcCall.CallbackRequest), (first.ResponseType, next.ResponseType));
        Assert.Equal((SmcCall.Done, ResultCode.Ok), (ended.ResponseType, ended.Result));
        Assert.Equal(ResultCode.Unavailable, await code.Left!);
    }

    /// <summary>Answers its first call at once and leaves code running that calls back later; in the others it waits for its callback.</summary>
    private sealed class LeavesRunning : IMinkObject
    {
        public TaskCompletionSource GoOn { get; } = new();

        public TaskCompletionSource GoOnAgain { get; } = new();

        public Task<ResultCode>? Left { get; private set; }

        public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            var given = call.TakeInput(0)!;
            if (call.Operation.Method != 1) return new(CallAsync(given));
            Left = CallLaterAsync(given);
            return new(ResultCode.Ok);
        }

        private async Task<ResultCode> CallLaterAsync(Capability given)
        {
            await GoOn.Task;
            await GoOnAgain.Task;
            return await CallAsync(given);
        }

        private static async Task<ResultCode> CallAsync(Capability given)
        {
            try
            {
                using (given)
                using (var reply = await given.InvokeAsync(3)) return reply.Code;
            }
            catch (MinkTransportException refused)
            {
                return refused.Code;
            }
        }
    }

    /// <summary>Starts calls with so many bytes, numbered as methods, and answers at once.</summary>
    private sealed class StartsOfSize(int[] sizes) : IMinkObject
    {
        public List<Task<ResultCode>> Started { get; } = [];

        public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            for (var i = 0; i < sizes.Length; i++) Started.Add(CallAsync(call.InputObject(0)!, (uint)i, sizes[i]));
            return new(ResultCode.Ok);
        }

        private static async Task<ResultCode> CallAsync(Capability one, uint method, int size)
        {
            try
            {
                using var reply = await one.InvokeAsync(method, Argument.In(new byte[size]));
                return reply.Code;
            }
            catch (MinkTransportException refused)
            {
                return refused.Code;
            }
        }
    }

    /// <summary>Starts a call to each object that it is given, and answers at once.</summary>
    private sealed class Starts : IMinkObject
    {
        private readonly List<Capability> _kept = [];

        public List<Task<ResultCode>> Started { get; } = [];

        public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            for (var i = 0; i < call.Counts.InputObjects; i++)
            {
                _kept.Add(call.TakeInput(i)!);
                Started.Add(CallAsync(_kept[^1]));
            }
            return new(ResultCode.Ok);
        }

        /// <summary>Outside any call.</summary>
        public async Task<ResultCode> CallLateAsync()
        {
            var refused = await Assert.ThrowsAsync<MinkTransportException>(() => CallAsync(_kept[0]));
            return refused.Code;
        }

        private static async Task<ResultCode> CallAsync(Capability one)
        {
            using var reply = await one.InvokeAsync(3);
            return reply.Code;
        }
    }
}
