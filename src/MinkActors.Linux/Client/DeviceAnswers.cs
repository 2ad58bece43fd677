using System.Collections.Concurrent;
using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Client;

/// <summary>A thread that sends answers to the device. Whoever ends a call is in a turn, and a turn may not wait for the object table.</summary>
internal sealed unsafe class DeviceAnswers(DeviceConnection device, DeviceObjects objects)
{
    private readonly byte[] _block = GC.AllocateArray<byte>(TeeLimits.BlockBytesMax, pinned: true);
    private readonly BlockingCollection<DeviceRequest> _ended = [];
    private Thread? _thread;

    public void Start()
    {
        _thread = new Thread(Work) { IsBackground = true, Name = "mink tee answer" };
        _thread.Start();
    }

    /// <summary>Any thread; after the stop too, when nobody waits for it any more.</summary>
    public void Add(DeviceRequest request)
    {
        try
        {
            _ended.Add(request);
        }
        catch (InvalidOperationException)
        {
            // The device is closed: the secure world has its answer from the driver.
        }
    }

    /// <summary>Sends what has ended so far, and ends.</summary>
    public void Stop()
    {
        _ended.CompleteAdding();
        _thread!.Join();
    }

    private void Work()
    {
        foreach (var request in _ended.GetConsumingEnumerable())
        {
            if (request.IsAbandoned || request.Result != ResultCode.Ok) Send(request.Id, request.Result, 0);
            else Answer(request.Id, request.Call);
            if (!request.IsAbandoned) request.Call.Reset();
            request.Target?.Release();
        }
    }

    private void Answer(uint requestId, IncomingCall call)
    {
        var counts = call.Counts;
        var exported = objects.Ask(question =>
        {
            (question.Step, question.Count) = (TableStep.Export, counts.OutputObjects);
            for (var i = 0; i < question.Count; i++) question.Objects[i] = call.PeekOutput(i);
        });
        if (exported.Outcome != TableOutcome.Done)
        {
            Send(requestId, ResultCode.Busy, 0);
            return;
        }

        var memory = new List<uint>();
        bool sent, fits;
        fixed (byte* bytes = counts.OutputBuffers == 0 ? [] : call.Output(0))
        {
            fits = TryFill(requestId, call, exported, bytes, memory);
            sent = fits && Send(requestId, ResultCode.Ok, counts.Total);
        }

        if (sent)
        {
            // Of the end of a memory object the device tells nobody.
            if (memory.Count > 0) objects.Release(memory.ToArray());
            return;
        }

        objects.Ask(question =>
        {
            (question.Step, question.Count) = (TableStep.Withdraw, exported.Count);
            for (var i = 0; i < question.Count; i++) question.Ids[i] = exported.Ids[i];
        });
        if (!fits) Send(requestId, ResultCode.Unavailable, 0);
    }

    private bool TryFill(uint requestId, IncomingCall call, TableRequest exported, byte* firstOutput, List<uint> memory)
    {
        var counts = call.Counts;
        var block = SupplicantSendBlock.Create(_block.AsSpan(0, SupplicantSendBlock.BytesFor(counts.Total + 1)), 0, requestId, counts.Total + 1);
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
    private bool Send(uint requestId, ResultCode result, int arguments)
    {
        var length = SupplicantSendBlock.BytesFor(arguments + 1);
        if (result != ResultCode.Ok || arguments == 0) SupplicantSendBlock.Create(_block.AsSpan(0, length), OutcomeOf(result), requestId, 1);
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
