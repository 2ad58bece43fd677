using System.Buffers.Binary;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.TestApplications;

/// <summary>Calls its callee once and passes the callee's result on unchanged (ITestCBack, spec/04 section 7.5).</summary>
/// <remarks>What is lent is put with the reply; only <c>set</c> keeps something.</remarks>
internal sealed class CallbackTestObject(TestApp app) : TestCBackSkeleton, IMinkObject
{
    // Public clients free the buffers of an earlier callback twice when a later one on the same object has fewer; equal sizes are safe (C1).
    private const int OutputSize = 8;

    private Capability? _kept;

    protected override ValueTask<ResultCode> SetAsync(SetCall call)
    {
        _kept?.Dispose();
        _kept = call.Call.TakeInput(0);
        return new(ResultCode.Ok);
    }

    protected override ValueTask<ResultCode> CallSetAsync(CallSetCall call) => Pass(_kept, ITestCallable.Ops.Call);

    protected override ValueTask<ResultCode> CallAsync(CallCall call) => Pass(Callee(call.Call), ITestCallable.Ops.Call);

    protected override ValueTask<ResultCode> CallWithBufferAsync(CallWithBufferCall call) =>
        Pass(Callee(call.Call), ITestCallable.Ops.CallWithBuffer, Argument.In(call.Data.ToArray()));

    protected override async ValueTask<ResultCode> CallWithBufferOutAsync(CallWithBufferOutCall call)
    {
        if (Callee(call.Call) is not { } callee) return ITestCBack.Errors.NullObj;
        using var reply = await callee.InvokeAsync(ITestCallable.Ops.CallWithBufferOut, Argument.Out(OutputSize));
        return reply.IsOk && !IsFilled(reply) ? ITestCBack.Errors.BadOutput : reply.Code;
    }

    protected override ValueTask<ResultCode> CallWithObjectAsync(CallWithObjectCall call) =>
        Pass(Callee(call.Call, 1), ITestCallable.Ops.CallWithObject, Argument.In(call.Object));

    protected override ValueTask<ResultCode> CallGetObjectAsync(CallGetObjectCall call) =>
        Pass(Callee(call.Call), ITestCallable.Ops.CallGetObject, Argument.OutObject);

    protected override ValueTask<ResultCode> CallGetThreeObjectsAsync(CallGetThreeObjectsCall call) =>
        Pass(Callee(call.Call), ITestCallable.Ops.CallGetThreeObjects, Argument.OutObject, Argument.OutObject, Argument.OutObject);

    protected override async ValueTask<ResultCode> CallAddIntAsync(CallAddIntCall call)
    {
        if (Callee(call.Call) is not { } callee) return ITestCBack.Errors.NullObj;
        using var reply = await callee.InvokeAsync(ITestCallable.Ops.CallAddInt, Argument.In(call.A, call.B), Argument.Out<uint>());
        if (reply.IsOk) call.Sum = reply.Read<uint>();
        return reply.Code;
    }

    protected override ValueTask<ResultCode> CallReturnErrorAsync(CallReturnErrorCall call) => Pass(Callee(call.Call), ITestCallable.Ops.ReturnError);

    protected override ValueTask<ResultCode> CallCopyBufferAsync(CallCopyBufferCall call)
    {
        call.SetTarget(call.Source[..Math.Min(call.Source.Length, call.TargetCapacity)]);
        return new(ResultCode.Ok);
    }

    protected override ValueTask<ResultCode> CallFuncWithBufferAsync(CallFuncWithBufferCall call) =>
        Pass(Callee(call.Call), ITestCallable.Ops.CallFuncWithBuffer, Argument.In(call.Data.ToArray()));

    protected override async ValueTask<ResultCode> CallWithDelayAsync(CallWithDelayCall call)
    {
        if (Callee(call.Call) is not { } callee) return ITestCBack.Errors.NullObj;
        using var reply = await callee.InvokeAsync(ITestCallable.Ops.CallWithDelay, Argument.Out<int>());
        if (reply.IsOk) call.Count = reply.Read<int>();
        return reply.Code;
    }

    protected override ValueTask<ResultCode> CallGetMemObjectAsync(CallGetMemObjectCall call) =>
        Check(Callee(call.Call), ITestCallable.Ops.CallGetMemObject, 1, false, Argument.OutObject);

    protected override ValueTask<ResultCode> CallGetMemObjectWithBufferInAsync(CallGetMemObjectWithBufferInCall call) =>
        Check(Callee(call.Call), ITestCallable.Ops.CallGetMemObjectWithBufferIn, 1, false, Argument.In(call.Data.ToArray()), Argument.OutObject);

    protected override ValueTask<ResultCode> CallGetMemObjectWithBufferOutAsync(CallGetMemObjectWithBufferOutCall call) =>
        Check(Callee(call.Call), ITestCallable.Ops.CallGetMemObjectWithBufferOut, 1, true, Argument.Out(OutputSize), Argument.OutObject);

    protected override ValueTask<ResultCode> CallGetMemObjectWithBufferInAndOutAsync(CallGetMemObjectWithBufferInAndOutCall call) =>
        Check(Callee(call.Call), ITestCallable.Ops.CallGetMemObjectWithBufferInAndOut, 1, true, Argument.In(call.Data.ToArray()), Argument.Out(OutputSize), Argument.OutObject);

    protected override ValueTask<ResultCode> CallGetTwoMemObjectsAsync(CallGetTwoMemObjectsCall call) =>
        Check(Callee(call.Call), ITestCallable.Ops.CallGetTwoMemObjects, 2, false, Argument.OutObject, Argument.OutObject);

    void IMinkObject.Released()
    {
        _kept?.Dispose();
        _kept = null;
    }

    private static Capability? Callee(IncomingCall call, int index = 0) => call.InputObject(index);

    /// <summary>One call whose result is the answer; objects that it brings are released.</summary>
    private static async ValueTask<ResultCode> Pass(Capability? callee, ushort op, params Argument[] arguments)
    {
        if (callee is null) return ITestCBack.Errors.NullObj;
        using var reply = await callee.InvokeAsync(op, arguments);
        return reply.Code;
    }

    /// <summary>One call that brings memory, which must start with the pattern.</summary>
    private async ValueTask<ResultCode> Check(Capability? callee, ushort op, int memories, bool hasOutput, params Argument[] arguments)
    {
        if (callee is null) return ITestCBack.Errors.NullObj;
        using var reply = await callee.InvokeAsync(op, arguments);
        if (!reply.IsOk) return reply.Code;
        var isGood = !hasOutput || IsFilled(reply);
        for (var i = 0; i < memories; i++)
        {
            using var memory = reply.TakeObject(i);
            isGood &= memory is not null && await StartsWithPattern(memory);
        }
        return isGood ? ResultCode.Ok : ITestCBack.Errors.BadOutput;
    }

    private async ValueTask<bool> StartsWithPattern(Capability memory)
    {
        try
        {
            using var mapped = await app.MapAsync(memory);
            return mapped.Size >= sizeof(ulong) && BinaryPrimitives.ReadUInt64LittleEndian(mapped.Bytes) == ITestMemManager.Pattern1;
        }
        catch (MinkException)
        {
            return false;
        }
    }

    private static bool IsFilled(in Reply reply) => reply.Output(0).Length == OutputSize && !reply.Output(0).ContainsAnyExcept((byte)'A');
}
