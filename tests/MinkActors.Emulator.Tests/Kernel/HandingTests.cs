using Microsoft.Extensions.Logging;
using MinkActors.Actors;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Kernel;

/// <summary>While one has a secure thread to himself, others come: on other threads, and out of what he himself has called.</summary>
public sealed class HandingTests
{
    private const int OutputSizeAt = CallbackMessage.HeaderSize + sizeof(uint);

    private static readonly ObjectId First = new(0x8000_0001);

    [Fact]
    public async Task Given_code_that_goes_on_when_the_log_says_so_When_the_log_says_that_a_reply_was_refused_Then_what_the_code_calls_next_goes_out()
    {
        var said = new TaskCompletionSource();
        await using var normal = new RawNormalWorld(new GoesOn(said.Task), new Log(said.SetResult), world => new EnteredElsewhere(world));
        await normal.InvokeAsync(normal.Request(operation: 1, First));
        normal.Outbound.Owner[OutputSizeAt..].Fill(0x7F);

        var next = await normal.AnswerAsync().AsTask().WaitAsync(Hang.Max);
        var ended = await normal.AnswerAsync().AsTask().WaitAsync(Hang.Max);

        Assert.Equal(SmcCall.CallbackRequest, next.ResponseType);
        Assert.Equal((SmcCall.Done, ResultCode.Ok, 0), (ended.ResponseType, ended.Result, normal.World.ThreadsInUse));
    }

    [Fact]
    public async Task Given_a_log_that_throws_When_a_reply_is_refused_Then_the_code_that_waits_for_it_is_told_and_its_call_ends()
    {
        await using var normal = new RawNormalWorld(new CallsInARow(1), new Log(() => throw new IOException("The disk is full.")));
        await normal.InvokeAsync(normal.Request(operation: 1, First));
        normal.Outbound.Owner[OutputSizeAt..].Fill(0x7F);

        var ended = await normal.AnswerAsync().AsTask().WaitAsync(Hang.Max);

        Assert.Equal((SmcCall.Done, ResultCode.Defunct, 0), (ended.ResponseType, ended.Result, normal.World.ThreadsInUse));
    }

    [Fact]
    public async Task Given_callbacks_one_after_the_other_When_two_threads_answer_each_of_them_Then_each_is_answered_once_and_the_end_is_told_once()
    {
        const int Rounds = 1000, Callbacks = 8;
        await using var normal = new RawNormalWorld(new CallsInARow(Callbacks));
        RegisterCalls[] cpus = [normal.AddCpu(), normal.AddCpu()];
        for (var round = 0; round < Rounds; round++)
        {
            var (taken, ends) = (0, 0);
            var asked = await normal.InvokeAsync(normal.Request(operation: 1, First));
            await Task.WhenAll(cpus.Select(cpu => Task.Factory.StartNew(() => Answer(cpu), TaskCreationOptions.LongRunning))).WaitAsync(Hang.Max);

            Assert.Equal((SmcCall.CallbackRequest, Callbacks, 1), (asked.ResponseType, taken, ends));
            Assert.Equal(0, normal.World.ThreadsInUse);

            void Answer(RegisterCalls cpu)
            {
                while (Volatile.Read(ref ends) == 0)
                {
                    var back = cpu.Ask(new RegisterCall(normal.Respond(RawNormalWorld.Page))).AsTask().GetAwaiter().GetResult();
                    if (back.Status != 0) continue;
                    Interlocked.Increment(ref taken);
                    if (back.ResponseType == SmcCall.Done) Interlocked.Increment(ref ends);
                }
            }
        }
    }

    /// <summary>Enters on a thread that runs no turn, and does not wait for it.</summary>
    private sealed class EnteredElsewhere(ISecureWorld inner) : ISecureWorld
    {
        public void Enter(SecureEntry entry) => new Thread(() => inner.Enter(entry)) { IsBackground = true }.Start();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    /// <summary>Does that at the first line.</summary>
    private sealed class Log(Action first) : ILogger
    {
        private int _lines;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (_lines++ == 0) first();
        }
    }

    /// <summary>Calls what it is given, and again when it is told to.</summary>
    private sealed class GoesOn(Task told) : IMinkObject
    {
        public async ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            var first = call.InputObject(0)!.InvokeAsync(3, Argument.Out(8)).AsTask();
            await told;
            using var second = await call.InputObject(0)!.InvokeAsync(4);
            (await first).Dispose();
            return second.Code;
        }
    }

    private sealed class CallsInARow(int calls) : IMinkObject
    {
        public async ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            for (var i = 0; i < calls; i++) (await call.InputObject(0)!.InvokeAsync(3, Argument.Out(8))).EnsureOk().Dispose();
            return ResultCode.Ok;
        }
    }
}
