using MinkActors.Linux.Abi;
using MinkActors.Linux.Native;

namespace MinkActors.Linux.Client;

/// <summary>A supplicant thread: takes requests of the secure world from the device, has the runtime's objects serve them, sends the answers.</summary>
internal sealed unsafe class DeviceReceiver(DeviceConnection device, DeviceObjects objects, NormalDomain domain) : ICallCarrier
{
    private const int Slots = ArgumentCounts.MaxInAll + 1;
    private const int PayloadBytes = CallbackMessage.MaxBufferSize;
    private const int StopLookMs = 10;

    private readonly byte[] _block = GC.AllocateArray<byte>(TeeLimits.BlockBytesMax, pinned: true);
    private readonly byte[] _payload = GC.AllocateArray<byte>(PayloadBytes, pinned: true);
    private readonly ManualResetEventSlim _served = new();
    private readonly IncomingCall _spare = new();
    private Thread? _thread;
    private nint _handle;
    private volatile bool _isStopping;
    private IncomingCall? _abandoned;

    public void Start()
    {
        _thread = new Thread(Work) { IsBackground = true, Name = "mink tee receive" };
        _thread.Start();
    }

    /// <summary>Ends the thread, and waits until it has. A signal may come before the thread waits, hence again and again.</summary>
    public void Stop()
    {
        _isStopping = true;
        while (!_thread!.Join(StopLookMs))
        {
            if (Volatile.Read(ref _handle) is not 0 and var handle) Threads.Interrupt(handle);
        }
    }

    void ICallCarrier.Finished(IncomingCall call)
    {
        if (call.IsAbandoned) _abandoned = call;
        _served.Set();
    }

    private void Work()
    {
        Volatile.Write(ref _handle, Threads.Self);
        while (!_isStopping)
        {
            SupplicantReceiveBlock request;
            Errno error;
            fixed (byte* block = _block, payload = _payload)
            {
                request = SupplicantReceiveBlock.Create(_block.AsSpan(0, SupplicantReceiveBlock.BytesFor(Slots)), Slots, (ulong)payload, PayloadBytes);
                error = device.Call(TeeIoctl.SupplicantReceive, block, SupplicantReceiveBlock.BytesFor(Slots));
            }

            if (error == Errno.EINTR) continue;
            if (error != Errno.Ok)
            {
                domain.Refused($"The device refused a receiver with {error}; callbacks are served by one thread fewer");
                break;
            }

            if (request.Function == TeeLimits.ReleaseOperation) objects.Release((uint)request.Raw(0).A);
            else Serve(request);
        }

        Volatile.Write(ref _handle, 0);
    }

    private void Serve(SupplicantReceiveBlock request)
    {
        var head = request.Raw(0);
        var call = _abandoned is null ? _spare : new IncomingCall();
        if (!TryRead(request, call))
        {
            Send(head.B, ResultCode.MaxArguments, 0);
            return;
        }

        call.Operation = new Operation(request.Function).Masked;
        var asked = objects.Ask(question =>
        {
            (question.Step, question.TargetId, question.Count) = (TableStep.ResolveRequest, new ObjectId((uint)head.A), call.Counts.InputObjects);
            for (var i = 0; i < question.Count; i++) question.Ids[i] = call.Table.InputObject(i);
        });
        for (var i = 0; i < asked.Count; i++) call.SetInput(i, asked.Objects[i]);
        var result = asked.Outcome == TableOutcome.Done ? Dispatch(call, asked.Target!) : ResultCode.Unavailable;
        if (_abandoned is not null)
        {
            _abandoned = null;                           // its object resets it when its code ends
            Send(head.B, result, 0);
        }
        else
        {
            Answer(head.B, call, result);
            call.Reset();
        }

        asked.Target?.Release();
    }

    /// <summary>The device cannot say which calls belong together: no chain, so that an object that waits for the device lets others in.</summary>
    private ResultCode Dispatch(IncomingCall call, MinkObject target)
    {
        _served.Reset();
        call.Host = target;
        call.Carrier = this;
        target.Tell(call);
        _served.Wait();
        return call.Result;
    }

    private static bool TryRead(SupplicantReceiveBlock request, IncomingCall call)
    {
        Span<int> of = stackalloc int[(int)ParameterKind.ObjrefInOut + 1];
        of.Clear();
        for (var i = 1; i < request.Count; i++) of[(int)request.Raw(i).Kind & 0xF]++;
        if (!ArgumentCounts.TryCreate(of[(int)ParameterKind.UbufInput], of[(int)ParameterKind.UbufOutput],
            of[(int)ParameterKind.ObjrefInput], of[(int)ParameterKind.ObjrefOutput], out var counts, out _)) return false;
        RequestFrame.Begin(ref call.Table, counts);
        for (var i = 0; i < counts.InputBuffers + counts.OutputBuffers; i++)
        {
            if (!RequestFrame.TryAddBuffer(ref call.Table, i, (int)Math.Min(request.Raw(1 + i).B, int.MaxValue / 2), CallbackMessage.MaxBufferSize, out _, out _)) return false;
        }

        var bytes = call.OwnBytes(call.Table.PayloadEnd);
        bytes.AsSpan(0, call.Table.PayloadEnd).Clear();
        for (var i = 0; i < counts.InputBuffers; i++)
        {
            var entry = call.Table.InputBuffer(i);
            new ReadOnlySpan<byte>((void*)request.Raw(1 + i).A, entry.Size).CopyTo(bytes.AsSpan(entry.Offset));
        }

        var first = 1 + counts.InputBuffers + counts.OutputBuffers;
        for (var i = 0; i < counts.InputObjects; i++) RequestFrame.SetInputObject(ref call.Table, i, DeviceObjects.FromDevice(request.Raw(first + i)));
        return true;
    }

    private void Answer(ulong requestId, IncomingCall call, ResultCode result)
    {
        if (result != ResultCode.Ok)
        {
            Send(requestId, result, 0);
            return;
        }

        var counts = call.Counts;
        var exported = objects.Ask(question =>
        {
            (question.Step, question.Count) = (TableStep.Export, counts.OutputObjects);
            for (var i = 0; i < question.Count; i++) question.Objects[i] = call.PeekOutput(i);
        });
        var memory = new List<uint>();
        fixed (byte* bytes = call.Counts.OutputBuffers == 0 ? [] : call.Output(0))
        {
            var sent = exported.Outcome == TableOutcome.Done && TryFill(requestId, call, exported, bytes, memory)
                && Send(requestId, ResultCode.Ok, counts.Total);
            if (!sent)
            {
                objects.Ask(question =>
                {
                    (question.Step, question.Count) = (TableStep.Withdraw, exported.Count);
                    for (var i = 0; i < question.Count; i++) question.Ids[i] = exported.Ids[i];
                });
                if (exported.Outcome != TableOutcome.Done) Send(requestId, ResultCode.Busy, 0);
                return;
            }
        }

        if (memory.Count > 0) objects.Release(memory.ToArray());
    }

    private bool TryFill(ulong requestId, IncomingCall call, TableRequest exported, byte* firstOutput, List<uint> memory)
    {
        var counts = call.Counts;
        var block = SupplicantSendBlock.Create(_block.AsSpan(0, SupplicantSendBlock.BytesFor(counts.Total + 1)), 0, (uint)requestId, counts.Total + 1);
        var next = 0;
        for (var i = 0; i < counts.InputBuffers; i++) block.SetArgument(next++, TeeParameter.UbufInput(0, 0));
        for (var i = 0; i < counts.OutputBuffers; i++)
        {
            var at = call.Table.OutputBuffer(i).Offset - call.Table.OutputBuffer(0).Offset;
            block.SetArgument(next++, TeeParameter.UbufOutput((ulong)(firstOutput + at), (ulong)call.OutputSize(i)));
        }

        for (var i = 0; i < counts.InputObjects; i++) block.SetArgument(next++, TeeParameter.ObjrefInput(TeeLimits.NullObject, ObjectFlags.None));
        for (var i = 0; i < counts.OutputObjects; i++)
        {
            if (!objects.TryToDevice(exported.Ids[i], call.PeekOutput(i), isOutput: true, out var parameter)) return false;
            if (call.PeekOutput(i) is MemoryObject) memory.Add(exported.Ids[i].Value);
            block.SetArgument(next++, parameter);
        }

        return true;
    }

    /// <summary>Sends the block as filled, or without arguments a result. The device reads a negative one as an errno (spec/03 section 8).</summary>
    private bool Send(ulong requestId, ResultCode result, int arguments)
    {
        var length = SupplicantSendBlock.BytesFor(arguments + 1);
        if (result != ResultCode.Ok || arguments == 0) SupplicantSendBlock.Create(_block.AsSpan(0, length), OutcomeOf(result), (uint)requestId, 1);
        fixed (byte* block = _block) return device.Call(TeeIoctl.SupplicantSend, block, length) == Errno.Ok;
    }

    private static int OutcomeOf(ResultCode result) => result switch
    {
        ResultCode.KernelMemory => -(int)Errno.ENOMEM,
        ResultCode.Defunct => -(int)Errno.ENODEV,
        ResultCode.Busy => -(int)Errno.EBUSY,
        ResultCode.Unavailable => -(int)Errno.EINVAL,
        _ => (int)result,
    };
}
