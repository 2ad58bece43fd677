using System.Buffers.Binary;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Applications;

/// <summary>The client's callback object of the public callback tests (ITestCallable, spec/04 section 7.4).</summary>
internal sealed class TestCallee(MinkSystem mink) : TestCallableSkeleton
{
    public Dictionary<ushort, int> Calls { get; } = [];

    public ResultCode Preset { get; init; }

    public byte[] Expected { get; init; } = [];

    public byte Fill { get; init; } = (byte)'A';

    public ulong Pattern { get; init; } = ITestMemManager.Pattern1;

    public bool GivesMemory { get; init; } = true;

    private ResultCode Mismatch => (ResultCode)0x0AFAFAFA;

    public override ValueTask<ResultCode> InvokeAsync(IncomingCall call)
    {
        Calls[call.Operation.Method] = Calls.GetValueOrDefault(call.Operation.Method) + 1;
        return base.InvokeAsync(call);
    }

    protected override ValueTask<ResultCode> CallAsync(CallCall call) => new(Preset);

    protected override ValueTask<ResultCode> CallWithBufferAsync(CallWithBufferCall call) => new(call.Data.SequenceEqual(Expected) ? Preset : Mismatch);

    protected override ValueTask<ResultCode> CallWithBufferOutAsync(CallWithBufferOutCall call)
    {
        call.Data.Fill(Fill);
        call.DataCount = call.DataCapacity;
        return new(ResultCode.Ok);
    }

    protected override ValueTask<ResultCode> CallWithObjectAsync(CallWithObjectCall call) => new(call.Object is null ? Mismatch : Preset);

    protected override ValueTask<ResultCode> CallGetObjectAsync(CallGetObjectCall call)
    {
        call.SetObject(new Callback());
        return new(ResultCode.Ok);
    }

    protected override ValueTask<ResultCode> CallGetThreeObjectsAsync(CallGetThreeObjectsCall call) => new(ResultCode.Ok);

    protected override ValueTask<ResultCode> CallAddIntAsync(CallAddIntCall call)
    {
        call.Sum = unchecked(call.A + call.B);
        return new(ResultCode.Ok);
    }

    protected override ValueTask<ResultCode> ReturnErrorAsync(ReturnErrorCall call) => new(ResultCode.Error);

    protected override ValueTask<ResultCode> CallFuncWithBufferAsync(CallFuncWithBufferCall call) => new(ResultCode.Ok);

    protected override ValueTask<ResultCode> CallWithDelayAsync(CallWithDelayCall call)
    {
        call.Count = Calls[ITestCallable.Ops.CallWithDelay];
        return new(ResultCode.Ok);
    }

    protected override ValueTask<ResultCode> CallGetMemObjectAsync(CallGetMemObjectCall call)
    {
        call.SetMemory(Memory());
        return new(ResultCode.Ok);
    }

    protected override ValueTask<ResultCode> CallGetMemObjectWithBufferInAsync(CallGetMemObjectWithBufferInCall call)
    {
        if (!call.Data.SequenceEqual(Expected)) return new(Mismatch);
        call.SetMemory(Memory());
        return new(ResultCode.Ok);
    }

    protected override ValueTask<ResultCode> CallGetMemObjectWithBufferOutAsync(CallGetMemObjectWithBufferOutCall call)
    {
        call.Data.Fill(Fill);
        call.DataCount = call.DataCapacity;
        call.SetMemory(Memory());
        return new(ResultCode.Ok);
    }

    protected override ValueTask<ResultCode> CallGetMemObjectWithBufferInAndOutAsync(CallGetMemObjectWithBufferInAndOutCall call)
    {
        if (!call.Source.SequenceEqual(Expected)) return new(Mismatch);
        call.Target.Fill(Fill);
        call.TargetCount = call.TargetCapacity;
        call.SetMemory(Memory());
        return new(ResultCode.Ok);
    }

    protected override ValueTask<ResultCode> CallGetTwoMemObjectsAsync(CallGetTwoMemObjectsCall call)
    {
        call.SetFirst(Memory());
        call.SetSecond(Memory());
        return new(ResultCode.Ok);
    }

    private MemoryCapability? Memory()
    {
        if (!GivesMemory) return null;
        var memory = mink.ShareMemory(0x8000);
        BinaryPrimitives.WriteUInt64LittleEndian(memory.Span, Pattern);
        return memory;
    }
}
