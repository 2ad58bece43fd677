using MinkActors.Linux.Abi;

namespace MinkActors.Linux.Client;

/// <summary>One slot: a thread of its own that turns a message into the block of an OBJECT_INVOKE, waits, and puts the answer into the message.</summary>
internal sealed unsafe class DeviceCall(DeviceConnection device, DeviceObjects objects, DeviceNotices notices, ISharedMemory memory) : IDisposable
{
    private readonly byte[] _block = GC.AllocateArray<byte>(TeeLimits.BlockBytesMax, pinned: true);
    private readonly AutoResetEvent _wake = new(false);
    private Thread? _thread;
    private SecureEntry? _entry;
    private ArgumentTable _table;
    private volatile bool _isStopping;

    /// <summary>Starts on an entry; the slot is free, so the call before is over.</summary>
    public void Run(SecureEntry entry)
    {
        _entry = entry;
        if (_thread is null)
        {
            _thread = new Thread(Work) { IsBackground = true, Name = "mink tee invoke" };
            _thread.Start();
        }

        _wake.Set();
    }

    public void Dispose()
    {
        _isStopping = true;
        _wake.Set();
    }

    private void Work()
    {
        while (true)
        {
            _wake.WaitOne();
            if (_isStopping) return;
            var entry = _entry!;
            entry.Return(Invoke(entry.Registers));
        }
    }

    private SmcRegisters Invoke(in SmcRegisters call)
    {
        if (!memory.TryResolve(call.X2, call.X3, out var region, out _) || !memory.TryResolve(call.X4, call.X5, out var outbound, out _)) return SmcCall.Failed(SmcCall.StatusBadAddress);
        if (!DirectMessage.TryReadRequest(region.PeerRead, out var target, out var operation, ref _table, out _, out var refused)) return SmcCall.Completed(refused);
        if (operation.IsRelease) _table = default;
        var counts = _table.Counts;
        var block = InvokeBlock.Create(_block, target.IsRoot ? TeeLimits.NullObject : DeviceObjects.SecureNumber(target), operation.Word, counts.Total);
        Span<ObjectId> inputs = stackalloc ObjectId[counts.InputObjects];
        for (var i = 0; i < inputs.Length; i++) inputs[i] = _table.InputObject(i);
        var known = objects.Find(inputs);
        var ticket = notices.Begin();
        try
        {
            if (!TryFill(block, region, inputs, known)) return SmcCall.Failed(SmcCall.StatusBadArgument);
            Errno error;
            fixed (byte* at = _block) error = device.Call(TeeIoctl.ObjectInvoke, at, block.Bytes.Length);
            if (error != Errno.Ok) return Failed(error);
            var given = new List<uint>();
            for (var i = 0; i < inputs.Length; i++)
            {
                if (known[i] is MemoryObject) given.Add(inputs[i].Value);
            }

            var answer = block.Result == 0 ? Take(block, region, given) : SmcCall.Completed((ResultCode)block.Result);
            // Given up behind the look-up of the answer's objects, in one turn of the table.
            if (given.Count > 0) new AsyncReleaseWriter(outbound.Peer(0, outbound.Size)).TryWrite(given.ToArray());
            return answer;
        }
        finally
        {
            notices.Ended(ticket);
            foreach (var found in known) found?.Release();
        }
    }

    /// <summary>Message buffers are pinned, so the device reads and writes them in place.</summary>
    private bool TryFill(InvokeBlock block, SharedRegion region, ReadOnlySpan<ObjectId> inputs, MinkObject?[] known)
    {
        var counts = _table.Counts;
        var next = 0;
        fixed (byte* start = region.Peer(0, _table.PayloadEnd))
        {
            for (var i = 0; i < counts.InputBuffers; i++) block.SetParameter(next++, TeeParameter.UbufInput((ulong)(start + _table.InputBuffer(i).Offset), (ulong)_table.InputBuffer(i).Size));
            for (var i = 0; i < counts.OutputBuffers; i++) block.SetParameter(next++, TeeParameter.UbufOutput((ulong)(start + _table.OutputBuffer(i).Offset), (ulong)_table.OutputBuffer(i).Size));
        }

        for (var i = 0; i < inputs.Length; i++)
        {
            if (!objects.TryToDevice(inputs[i], known[i], isOutput: false, out var parameter)) return false;
            block.SetParameter(next++, parameter);
        }

        for (var i = 0; i < counts.OutputObjects; i++) block.SetParameter(next++, TeeParameter.ObjrefOutput());
        return true;
    }

    private SmcRegisters Take(InvokeBlock block, SharedRegion region, List<uint> given)
    {
        var counts = _table.Counts;
        var reply = region.Peer(0, _table.PayloadEnd);
        for (var i = 0; i < counts.OutputBuffers; i++)
        {
            var filled = Math.Min(block.Raw(counts.InputBuffers + i).B, (ulong)_table.OutputBuffer(i).Size);
            DirectMessage.WriteReplySize(reply, counts, i, (int)filled);
        }

        var first = counts.InputBuffers + counts.OutputBuffers + counts.InputObjects;
        for (var i = 0; i < counts.OutputObjects; i++) DirectMessage.WriteOutputObject(reply, counts, i, Keep(DeviceObjects.FromDevice(block.Raw(first + i)), given));
        return SmcCall.Completed(ResultCode.Ok);
    }

    /// <summary>
    /// An object of ours that comes back gets an id for this answer only: the device may have said already that it has let go of the one it came
    /// under, and that notice waits no longer than this call.
    /// </summary>
    private ObjectId Keep(ObjectId id, List<uint> given)
    {
        if (!id.IsCallback || objects.Find([id])[0] is not { } target) return id;
        var exported = objects.Ask(request =>
        {
            (request.Step, request.Count) = (TableStep.Export, 1);
            request.Objects[0] = target;
        });
        target.Release();
        if (exported.Outcome != TableOutcome.Done) return id;
        given.Add(exported.Ids[0].Value);
        return exported.Ids[0];
    }

    /// <summary>ENODEV comes after the secure world has seen the call: it is answered, not refused, so that nobody takes a retry for safe.</summary>
    private static SmcRegisters Failed(Errno error) => error switch
    {
        Errno.ENODEV => SmcCall.Completed(ResultCode.Defunct),
        Errno.EIO => SmcCall.Failed(SmcCall.StatusFailed),
        Errno.EOPNOTSUPP => SmcCall.Failed(SmcCall.StatusNotSupported),
        Errno.ENOMEM => SmcCall.Failed(SmcCall.StatusNoMemory),
        Errno.EBUSY or Errno.ENOSPC => SmcCall.Failed(SmcCall.StatusBusy),
        _ => SmcCall.Failed(SmcCall.StatusBadArgument),
    };
}
