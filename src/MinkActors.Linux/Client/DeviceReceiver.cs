using MinkActors.Linux.Abi;
using MinkActors.Linux.Native;

namespace MinkActors.Linux.Client;

/// <summary>The supplicant thread: takes requests and notices from the device in their order, and has the runtime's objects serve them.</summary>
/// <remarks>
/// One thread, for the order is what keeps an object alive until a request that names it was read: its notice stands behind it. Nothing waits
/// here: calls are served in the objects' own turns, and answered by <see cref="DeviceAnswers"/>.
/// </remarks>
internal sealed unsafe class DeviceReceiver(DeviceConnection device, DeviceObjects objects, DeviceNotices notices, DeviceAnswers answers, NormalDomain domain)
{
    private const int Slots = ArgumentCounts.MaxInAll + 1;
    private const int PayloadBytes = CallbackMessage.MaxBufferSize;
    private const int StopLookMs = 10;

    private readonly byte[] _block = GC.AllocateArray<byte>(TeeLimits.BlockBytesMax, pinned: true);
    private readonly byte[] _payload = GC.AllocateArray<byte>(PayloadBytes, pinned: true);
    private Thread? _thread;
    private nint _handle;
    private volatile bool _isStopping;

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
                domain.Refused($"The device refused its receiver with {error}: callbacks are not served any more");
                break;
            }

            if (request.Function == TeeLimits.ReleaseOperation) notices.Add((uint)request.Raw(0).A);
            else Serve(request);
        }

        Volatile.Write(ref _handle, 0);
    }

    private void Serve(SupplicantReceiveBlock received)
    {
        var head = received.Raw(0);
        var request = new DeviceRequest((uint)head.B, answers);
        if (!request.TryRead(received))
        {
            request.Answer(ResultCode.MaxArguments);
            return;
        }

        var call = request.Call;
        var asked = objects.Ask(question =>
        {
            (question.Step, question.TargetId, question.Count) = (TableStep.ResolveRequest, new ObjectId((uint)head.A), call.Counts.InputObjects);
            for (var i = 0; i < question.Count; i++) question.Ids[i] = call.Table.InputObject(i);
        });
        for (var i = 0; i < asked.Count; i++) call.SetInput(i, asked.Objects[i]);
        request.Target = asked.Target;
        if (asked.Outcome != TableOutcome.Done)
        {
            request.Answer(ResultCode.Unavailable);
            return;
        }

        // The device cannot say which calls belong together: no chain, so an object that waits for the device lets others wait for it.
        call.Host = asked.Target;
        call.Carrier = request;
        asked.Target!.Tell(call);
    }
}
