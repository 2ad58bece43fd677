using MinkActors.Linux.Abi;
using MinkActors.Linux.Native;

namespace MinkActors.Linux.Interception;

/// <summary>
/// Receives notifications and answers them on the thread that received: TEE ioctls go to the file they are on, opens of the device make a
/// file, everything else goes back to the kernel. One thread serves; another is added while it is held up.
/// </summary>
internal sealed class NotificationServer(Listener listener, OpenFiles files, ITeeDevice device, WaitingCalls waiting, ServedPaths paths)
{
    // One receives, the rest stand in for those that a slow device or a client's unresponsive memory holds up.
    private const int ThreadsMax = 64;

    private readonly Lock _gate = new();
    private readonly List<ServingThread> _threads = [];
    private long _receivedByRetired;
    private readonly TaskCompletionSource _deserted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when no process is left under the filter, and no thread of ours is at work on a call any more.</summary>
    public Task Deserted => _deserted.Task;

    /// <summary>Notifications received so far.</summary>
    public long Received
    {
        get { lock (_gate) return _receivedByRetired + _threads.Sum(thread => thread.Received); }
    }

    /// <summary>Starts the first serving thread.</summary>
    public void Start() => StartThread();

    /// <summary>Adds a serving thread when all of them have been in the same call since the last look. Called about every 20 ms.</summary>
    public void RelieveHeldUpThreads()
    {
        lock (_gate)
        {
            var heldUp = true;
            foreach (var thread in _threads) heldUp &= thread.IsHeldUp();
            if (!heldUp || _threads.Count >= ThreadsMax || _deserted.Task.IsCompleted) return;
            foreach (var thread in _threads) thread.IsRelieved = true;
            StartThread();
        }
    }

    private bool TryRetire(ServingThread serving)
    {
        lock (_gate)
        {
            if (_threads.Count == 1) return false;
            _threads.Remove(serving);
            _receivedByRetired += serving.Received;
            return true;
        }
    }

    private void StartThread()
    {
        var serving = new ServingThread();
        lock (_gate) _threads.Add(serving);
        new Thread(() => Serve(serving)) { IsBackground = true, Name = "mink tee" }.Start();
    }

    private void Serve(ServingThread serving)
    {
        var call = new InterceptedCall(listener, waiting);
        while (true)
        {
            // Before Linux 6.11 nothing ends the wait for a notification when the last client is gone, so it must not begin.
            if (!KernelVersion.Current.EndsReceiveWhenDeserted && listener.IsDeserted(timeoutMs: -1)) break;
            var error = listener.Receive(out var notification);
            if (error == Errno.ENOENT && listener.IsDeserted(timeoutMs: 0)) break;
            if (error is Errno.ENOENT or Errno.EINTR) continue;
            if (error != Errno.Ok) break;

            serving.Begin();
            Handle(in notification, ref call);
            serving.End();
            if (serving.IsRelieved && TryRetire(serving)) return;
        }

        // The others find out by themselves. One that still handles a call may be about to say that it waits: whoever looks for waiting calls
        // must not look before.
        lock (_gate)
        {
            _threads.Remove(serving);
            _receivedByRetired += serving.Received;
            if (_threads.Count == 0) _deserted.TrySetResult();
        }
    }

    private void Handle(ref readonly Seccomp.Notification notification, ref InterceptedCall call)
    {
        var table = notification.Call.Audit == SystemCalls.Native.Audit ? SystemCalls.Native : SystemCalls.Compatible;
        if (notification.Call.Number == table.Ioctl) HandleIoctl(in notification, ref call);
        else if (paths.Intercept(in notification, table) is not { } answer) listener.Continue(notification.Id);
        else if (answer.OpensDevice) HandleOpen(in notification, answer.CloseOnExec);
        else answer.Send(listener, notification.Id);
    }

    private unsafe void HandleIoctl(ref readonly Seccomp.Notification notification, ref InterceptedCall call)
    {
        var file = files.Find((int)notification.ThreadId, (int)notification.Call.Arguments[0]);
        if (file is null || !file.TryEnter())
        {
            listener.Continue(notification.Id);          // somebody else's descriptor: the kernel knows what to say
            return;
        }

        var argument = notification.Call.Arguments[2];
        if (notification.Call.Audit != SystemCalls.Native.Audit) argument = (uint)argument;
        call.Begin(in notification, file, (uint)notification.Call.Arguments[1], argument);

        // If the thread died before its descriptor was looked up, the file may be a stranger's; but then every access to memory is refused,
        // and without one no ioctl has an effect.
        file.Ioctl(call);
        if (call.HasEndedHere) return;
        call.Wait();
        call = new InterceptedCall(listener, waiting);
    }

    private void HandleOpen(ref readonly Seccomp.Notification notification, bool closeOnExec)
    {
        files.Drain(others: null);                       // what was closed before this open counts as closed
        var client = ClientProcess.Of((int)notification.ThreadId);
        if (client.ProcessId == 0) return;               // gone already: there is nobody to answer
        var error = files.TryAdd(device, client, out var clientEnd);
        if (error != Errno.Ok)
        {
            listener.Answer(notification.Id, 0, error);
            return;
        }

        listener.AnswerWithDescriptor(notification.Id, clientEnd, closeOnExec);
        _ = Descriptors.Close(clientEnd);                // if nobody got it, this hangs up and the file closes
    }

    /// <summary>How far one thread is, for those who look whether it moves.</summary>
    private sealed class ServingThread
    {
        private long _steps;                             // odd while a notification is handled
        private long _seen;

        /// <summary>Another thread took over; this one goes when it is done. Written under the gate.</summary>
        public bool IsRelieved { get; set; }

        public long Received => (Volatile.Read(ref _steps) + 1) / 2;

        public void Begin() => Volatile.Write(ref _steps, _steps + 1);

        public void End() => Volatile.Write(ref _steps, _steps + 1);

        public bool IsHeldUp()
        {
            var steps = Volatile.Read(ref _steps);
            var still = steps == _seen && (steps & 1) == 1;
            _seen = steps;
            return still;
        }
    }
}
