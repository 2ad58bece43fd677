using MinkActors.Linux.Native;

namespace MinkActors.Linux.Interception;

/// <summary>How interception is set up.</summary>
internal sealed record InterceptionOptions
{
    /// <summary>The node that clients open; need not exist here.</summary>
    public string DevicePath { get; init; } = "/dev/tee0";

    public PathCoverage Coverage { get; init; } = PathCoverage.ReadWriteOpens;

    /// <summary>Most device files open at once; further opens fail with ENFILE. Each costs this process one descriptor.</summary>
    public int FilesMax { get; init; } = 4096;

    /// <summary>What a device threw; such a call fails with EIO.</summary>
    public Action<Exception>? OnFault { get; init; }
}

/// <summary>
/// A program running under interception: the device it opens, and those that all its descendants open, are served here. The program and what
/// it starts need no privilege, no preloaded library and no kernel module, and may be linked in any way.
/// </summary>
/// <remarks>
/// Two threads: one answers (see <see cref="NotificationServer"/>), one watches for what no call reports: closed descriptors, killed threads,
/// signals, the program's end. Descendants that outlive the program go on being served until <see cref="Deserted"/>.
/// </remarks>
internal sealed unsafe class InterceptedCommand : IDisposable
{
    private const ulong ExitKey = ulong.MaxValue;        // file keys count up from 1
    private const int TickBusyMs = 10;
    private const int TickIdleMs = 40;
    private const int LastLookMs = 1;

    // A look at one waiting call costs about 15 us; so many calls of 100 clients stretch the tick rather than fill a processor.
    private const double TickPerCallMs = 0.25;

    private readonly Listener _listener;
    private readonly OpenFiles _files;
    private readonly WaitingCalls _waiting = new();
    private readonly NotificationServer _server;
    private readonly TaskCompletionSource<int> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _deserted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FilteredProcess _process;
    private readonly Lock _reaping = new();              // a signal must not go to a descriptor that was closed and reused

    private InterceptedCommand(FilteredProcess process, OpenFiles files, ITeeDevice device, InterceptionOptions options)
    {
        _process = process;
        _files = files;
        _listener = new Listener(process.Listener, process.KillableWaits);
        _server = new NotificationServer(_listener, files, device, _waiting, new ServedPaths(options.DevicePath));
    }

    /// <summary>The program's process id.</summary>
    public int ProcessId => _process.ProcessId;

    /// <summary>The program's end: its exit code, or 128 + the signal that ended it.</summary>
    public Task<int> Exit => _exit.Task;

    /// <summary>Completes when the program and all its descendants are gone and every file of theirs is closed.</summary>
    public Task Deserted => _deserted.Task;

    /// <summary>Whether signals wait until a call has been answered; otherwise any signal takes the thread out of its call.</summary>
    public bool HoldsSignalsBack => _process.KillableWaits;

    /// <summary>Whether the kernel hands the processor over with each call and answer.</summary>
    public bool WakesSynchronously => _listener.IsSynchronous;

    public int OpenFileCount => _files.Count;

    public int WaitingCallCount => _waiting.Count;

    /// <summary>System calls that came here so far, whatever became of them.</summary>
    public long Notifications => _server.Received;

    /// <summary>Starts the program.</summary>
    /// <param name="device">Borrowed until <see cref="Deserted"/>.</param>
    /// <exception cref="InterceptionException">It could not be started, or not under a filter.</exception>
    public static InterceptedCommand Start(CommandToRun command, ITeeDevice device, InterceptionOptions options)
    {
        var files = new OpenFiles(options.FilesMax, options.OnFault);
        InterceptedCommand running;
        try
        {
            running = new InterceptedCommand(FilteredStart.Run(command, SystemCallFilter.Build(options.Coverage)), files, device, options);
        }
        catch
        {
            files.Dispose();
            throw;
        }

        running._server.Start();
        files.Watch(running._process.PidFd, ExitKey, Descriptors.EpollIn);
        new Thread(running.Watch) { IsBackground = true, Name = "mink tee watch" }.Start();
        return running;
    }

    /// <summary>Sends the program a signal. Its descendants get none.</summary>
    public void Signal(int signal)
    {
        lock (_reaping)
        {
            if (!_exit.Task.IsCompleted) _ = Processes.SystemCall(Processes.PidFdSendSignalCall, _process.PidFd, signal, 0, 0);
        }
    }

    /// <summary>Kills the program if it still runs. Descendants are served on; a host that ends leaves them with ENOSYS.</summary>
    public void Dispose()
    {
        Signal(Processes.SigKill);
    }

    private void Watch()
    {
        var others = new List<ulong>();
        while (!_server.Deserted.IsCompleted || !_exit.Task.IsCompleted)
        {
            var calls = _waiting.Count;
            var tickMs = calls == 0 ? TickIdleMs : Math.Max(TickBusyMs, (int)(calls * TickPerCallMs));
            var entry = new Descriptors.PollEntry { Descriptor = _files.Epoll, Events = Descriptors.PollIn };
            _ = Descriptors.Poll(&entry, 1, tickMs);
            _files.Drain(others);
            _waiting.Look(signals: _process.KillableWaits);
            _server.RelieveHeldUpThreads();
            if (others.Remove(ExitKey)) Reap();
        }

        // Every call is known by now, and its thread is gone; one that a thread of the device is just ending closes its file there.
        _files.CloseAll();
        for (_waiting.Look(signals: false); _files.NotClosed > 0; _waiting.Look(signals: false)) _ = Descriptors.Poll(null, 0, LastLookMs);
        _files.Dispose();
        _listener.Dispose();
        _deserted.TrySetResult();
    }

    private void Reap()
    {
        Processes.ChildInfo info;
        var result = Processes.WaitFor(Processes.WaitByPidFd, _process.PidFd, &info, Processes.WaitExited);
        lock (_reaping)
        {
            _ = Descriptors.Close(_process.PidFd);       // leaves the epoll set with its last reference
            _exit.TrySetResult(result != 0 ? -1 : info.Code == Processes.ChildExited ? info.Status : 128 + info.Status);
        }
    }
}
