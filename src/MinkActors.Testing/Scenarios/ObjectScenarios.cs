using MinkActors.Protocol;

namespace MinkActors.Testing;

/// <summary>What code of an object may do with the call it serves, and what its caller then sees.</summary>
internal static class ObjectScenarios
{
    private const uint Throw = 20, Crash = 21, CrashWithOutputs = 22, SetTwice = 23, Silent = 24, TooLarge = 25, WrongSize = 26, Keep = 27, Wait = 28, Unsupported = 29, Fresh = 30, Never = 31;

    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(200);

    public static Scenario Unruly { get; } = new("unruly-object", "Callback code that throws, answers twice, answers nothing, keeps what it is lent, or never ends", async world =>
    {
        world.MayFail = true;
        var clients = Enumerable.Range(0, 2).Select(i => world.StartClient($"victim-{i}", () => MisbehaveAsync(world, (uint)i * 10))).ToArray();
        await MisbehaveAsync(world, 100);
        await Task.WhenAll(clients);
    })
    {
        Shape = new WorldShape { Limits = new MinkLimits { Slots = 4, ChainDepth = 2, CallbackDeadline = Deadline } },
    };

    private static async Task MisbehaveAsync(SimulatedWorld world, uint key)
    {
        var kept = new List<Capability>();
        var unruly = new Unsupporting(world, new ProbeObject(world, key) { WasExported = true, Handler = call => ServeAsync(world, call, kept, key) });
        var owned = world.ExportWithFaults(unruly);
        foreach (var isLocal in (bool[])[false, true])
        {
            await ExpectAsync(world, owned, isLocal, Throw, (ResultCode)77);
            await ExpectAsync(world, owned, isLocal, Crash, ResultCode.Error);
            await ExpectAsync(world, owned, isLocal, CrashWithOutputs, ResultCode.Error);
            await ExpectAsync(world, owned, isLocal, WrongSize, ResultCode.Invalid);
            await ExpectAsync(world, owned, isLocal, TooLarge, ResultCode.SizeOut);
            await ExpectAsync(world, owned, isLocal, Unsupported, ResultCode.Invalid);
            await ExpectAsync(world, owned, isLocal, Silent, ResultCode.Ok, reply => world.Require(reply.Output(0).Length == 0, $"An object that answered nothing answered {reply.Output(0).Length} bytes"));
            await ExpectAsync(world, owned, isLocal, Fresh, ResultCode.Ok);
            await ExpectAsync(world, owned, isLocal, SetTwice, ResultCode.Ok);
            await ExpectAsync(world, owned, isLocal, Keep, ResultCode.Ok);
        }
        foreach (var left in kept) await CallScenarios.ReadAsync(world, left, key);
        foreach (var left in kept) left.Dispose();
        await NeverEndAsync(world, owned, key);
        owned.Dispose();
    }

    /// <summary>Through the secure world, or directly.</summary>
    private static async Task ExpectAsync(SimulatedWorld world, Capability target, bool isLocal, uint method, ResultCode wanted, Action<Reply>? look = null)
    {
        var faults = world.Faults.Fired.Count;
        using var reply = isLocal
            ? await world.CallAsync(target, method, Argument.In(8UL), Argument.Out(16), Argument.In(target), Argument.OutObject)
            : await world.CallAsync(world.App, TestApp.CallFully, Argument.In(method), Argument.In(8UL), Argument.Out(16), Argument.In(target), Argument.In(target), Argument.OutObject);
        if (reply is not { } answered || world.Faults.Fired.Count > faults || world.Faults.Fired.Count > 0 && !isLocal) return;
        world.Require(answered.Code == wanted, $"Method {method} {(isLocal ? "here" : "from the secure world")} answered {answered.Code}, not {wanted}");
        if (answered.IsOk) look?.Invoke(answered);
    }

    private static async ValueTask<ResultCode> ServeAsync(SimulatedWorld world, IncomingCall call, List<Capability> kept, uint key)
    {
        if (call.Operation.Method != (ushort)Wait) world.Require(!call.Cancellation.IsCancellationRequested, "A call was cancelled before it began");
        switch ((uint)call.Operation.Method)
        {
            case Throw:
                throw new MinkException((ResultCode)77);
            case Crash:
                throw new SimulatedCrashException();
            case CrashWithOutputs:
                call.SetOutputObject(0, new ProbeObject(world, key + 1) { WasExported = true });
                call.Write(0, 5UL);
                await world.YieldAsync();
                throw new SimulatedCrashException();
            case SetTwice:
                call.SetOutputObject(0, new ProbeObject(world, key + 2) { WasExported = true });
                await world.YieldAsync();
                call.SetOutputObject(0, new ProbeObject(world, key + 3) { WasExported = true });
                return ResultCode.Ok;
            case Silent:
                return ResultCode.Ok;
            case Fresh:
                world.Require(!call.Output(0).ContainsAnyExcept((byte)0), "Output space was not empty");
                call.Output(0).Fill(0xEE);
                call.SetOutputSize(0, 16);
                return ResultCode.Ok;
            case TooLarge:
                call.SetOutputSize(0, 17);
                return ResultCode.Ok;
            case WrongSize:
                call.Read<uint>(0);
                return ResultCode.Ok;
            case Keep:
                world.Require(ReferenceEquals(call.InputObject(0), call.InputObject(0)), "One object that is lent came as two handles");
                kept.Add(call.TakeInput(0)!);
                return ResultCode.Ok;
            case Never:
                call.SetOutputObject(0, new ProbeObject(world, key + 5) { WasExported = true });
                await new TaskCompletionSource().Task;
                return ResultCode.Ok;
            case Wait:
                return await WaitAsync(world, call, key);
            default:
                return ResultCode.Invalid;
        }
    }

    private static async ValueTask<ResultCode> WaitAsync(SimulatedWorld world, IncomingCall call, uint key)
    {
        var lent = call.InputObject(0)!;
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(3), world.Actors.Time, call.Cancellation);
            world.Require(world.Faults.Fired.Count > 0, "Code that nobody waits for was not told");
        }
        catch (OperationCanceledException)
        {
        }
        // It goes on behind its end: it writes where nobody looks any more, and what it was lent is gone, and what it answers is nobody's.
        world.Require(!lent.IsLive || world.Faults.Fired.Count > 0, "What was lent to an abandoned call is still its");
        try
        {
            call.SetOutputObject(0, new ProbeObject(world, key + 4) { WasExported = true });
        }
        catch (MinkException)
        {
        }
        for (var i = 0; i < 10; i++)
        {
            await world.DelayAsync(TimeSpan.FromMilliseconds(10));
            for (var at = 0; at < call.Counts.OutputBuffers; at++) call.Output(at).Fill(0xDD);
        }
        return ResultCode.Ok;
    }

    /// <summary>The deadline answers for code that does not; those that wait behind it are served then.</summary>
    private static async Task NeverEndAsync(SimulatedWorld world, Capability target, uint key)
    {
        var start = world.Actors.Elapsed;
        var waiting = world.CallAsync(world.App, TestApp.CallFully, Argument.In(Wait), Argument.In(8UL), Argument.Out(16), Argument.In(target), Argument.In(target), Argument.OutObject);
        var behind = world.StartClient($"behind-{key}", async () =>
        {
            using var next = await world.CallAsync(target, ProbeObject.Reflect, Argument.In(key), Argument.Out<uint>());
            if (next is { IsOk: true } answered) world.Require(answered.Read<uint>() == key, "A call behind one that never ends got another's answer");
            else world.Require(world.Faults.Fired.Count > 0 || next is { Code: ResultCode.Timeout }, $"A call behind one that never ends was answered {next?.Code}");
        });
        using var reply = await waiting;
        if (world.Faults.Fired.Count == 0) world.Require(world.Actors.Elapsed - start <= Deadline * 2, $"A callback that never ends was answered after {(world.Actors.Elapsed - start).TotalMilliseconds} ms");
        await LocalNeverEndAsync(world, target, key);
        if (world.Faults.Fired.Count == 0) world.Require(reply is { Code: ResultCode.Timeout }, $"A callback that never ends was answered {reply?.Code}");
        await behind;
        // What code that never ends had set as its answer is put when it is given up.
        await ExpectAsync(world, target, isLocal: false, Never, ResultCode.Timeout);
        await ExpectAsync(world, target, isLocal: true, Never, ResultCode.Timeout);
    }

    /// <summary>The same without the secure world between: the bytes that were lent stay with the code that goes on writing to them.</summary>
    private static async Task LocalNeverEndAsync(SimulatedWorld world, Capability target, uint key)
    {
        using var late = await world.CallAsync(target, Wait, Argument.In(8UL), Argument.Out(16), Argument.In(target), Argument.OutObject);
        for (var i = 0; i < 12; i++)
        {
            await world.DelayAsync(TimeSpan.FromMilliseconds(10));
            using var next = await world.CallAsync(target, ProbeObject.Reflect, Argument.In((ulong)key, 7UL), Argument.Out(16));
            if (next is { IsOk: true } answered) world.Require(BitConverter.ToUInt64(answered.Output(0)) == key, "Code that was abandoned wrote into another call");
            using var empty = await world.CallAsync(target, Fresh, Argument.In(8UL), Argument.Out(16), Argument.In(target), Argument.OutObject);
        }
    }

    /// <summary>Says of one method that it does not know it.</summary>
    private sealed class Unsupporting(SimulatedWorld world, ProbeObject inner) : IMinkObject, IOperationFilter, IReplyNotified
    {
        public bool Supports(Operation operation) => operation.Method != (ushort)Unsupported;

        public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            // The code would refuse it too, with the same result: that it is asked at all is the fault.
            world.Require(Supports(call.Operation), $"Method {call.Operation.Method}, which the object does not support, reached its code");
            return inner.InvokeAsync(call);
        }

        public void Released() => inner.Released();

        public void ReplyDelivered(bool received) => inner.ReplyDelivered(received);
    }
}
